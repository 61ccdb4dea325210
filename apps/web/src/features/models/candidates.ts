import type { Candidate, EventPayload } from '@quadrax/contract';
import { algorithmLabel } from '#lib/words.ts';
import { higherIsBetter } from './metrics.ts';

/** A candidate as it is drawn: one bar. */
export interface Bar {
  readonly label: string;
  readonly algorithm: string;
  readonly score: number;
  readonly std?: number;
  readonly chosen: boolean;
  /** What sets it apart from the others of its algorithm. */
  readonly parameters: string;
}

type Arrival = EventPayload<'model.candidate'>;

/** Adds an arriving candidate; those of another job are forgotten. */
export function withCandidate(before: readonly Arrival[], arrival: Arrival): Arrival[] {
  return [...before.filter((one) => one.jobId === arrival.jobId), arrival];
}

/** The arrivals of a running training, the best first and marked; the same algorithm is numbered as it came. */
export function arrivalBars(arrivals: readonly Arrival[]): Bar[] {
  const counts = new Map<string, number>();
  const bars = arrivals.map((arrival): Bar => {
    const count = (counts.get(arrival.algorithm) ?? 0) + 1;
    counts.set(arrival.algorithm, count);
    const suffix = count === 1 ? '' : ` ${count}`;
    return {
      label: `${algorithmLabel(arrival.algorithm)}${suffix}`,
      algorithm: arrival.algorithm,
      score: arrival.score,
      chosen: false,
      parameters: '',
    };
  });
  const sorted = sortBars(bars, arrivals[0]?.metric ?? '');
  return sorted.map((bar, i) => ({ ...bar, chosen: i === 0 }));
}

/** The leaderboard of a version, the best first. */
export function leaderboardBars(leaderboard: readonly Candidate[]): Bar[] {
  const counts = new Map<string, number>();
  const bars = sortBars(
    leaderboard.map((candidate) => ({
      label: algorithmLabel(candidate.algorithm),
      algorithm: candidate.algorithm,
      score: candidate.score,
      ...(candidate.std !== undefined && { std: candidate.std }),
      chosen: candidate.chosen,
      parameters: Object.entries(candidate.parameters)
        .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(', '),
    })),
    leaderboard[0]?.metric ?? '',
  );
  return bars.map((bar) => {
    const count = (counts.get(bar.label) ?? 0) + 1;
    counts.set(bar.label, count);
    return count === 1 ? bar : { ...bar, label: `${bar.label} ${count}` };
  });
}

const sortBars = (bars: readonly Bar[], metric: string): Bar[] =>
  bars.toSorted((a, b) => (higherIsBetter(metric) ? b.score - a.score : a.score - b.score));
