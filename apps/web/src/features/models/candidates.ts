import type { Candidate } from '@quadrax/contract';
import { higherIsBetter } from '@quadrax/contract/words';
import { formatInteger } from '#lib/format.ts';
import { algorithmLabel } from '#lib/words.ts';
import { parameterText } from './metrics.ts';

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

/** A candidate of a running training, judged on one rung. */
export type Arrival = Omit<Candidate, 'chosen'> & { readonly jobId: string };

const keyOf = ({ algorithm, parameters }: Pick<Candidate, 'algorithm' | 'parameters'>): string =>
  `${algorithm} ${JSON.stringify(Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
const rungOf = ({ rung }: Pick<Candidate, 'rung'>): number => rung?.index ?? 0;

/** Adds an arriving candidate, once; those of another job are forgotten. */
export function withCandidate(before: readonly Arrival[], arrival: Arrival): Arrival[] {
  const own = before.filter((one) => one.jobId === arrival.jobId);
  const known = own.some((one) => keyOf(one) === keyOf(arrival) && rungOf(one) === rungOf(arrival));
  return known ? own : [...own, arrival];
}

/** Each candidate where it got furthest, in the order in which they first came. */
export function furthest(arrivals: readonly Arrival[]): Arrival[] {
  const latest = new Map<string, Arrival>();
  for (const arrival of arrivals) latest.set(keyOf(arrival), arrival);
  return [...latest.values()];
}

/** "Step 2 of 3, with 640 rows to learn from"; empty where candidates are given all rows at once. */
export function rungSentence(arrivals: readonly Arrival[]): string {
  const rung = arrivals.at(-1)?.rung;
  if (!rung || rung.count === 1) return '';
  return `Step ${rung.index + 1} of ${rung.count}, with ${formatInteger(rung.rows)} rows to learn from`;
}

/** The arrivals of a running training: the furthest first, among those the best, and that marked. */
export function arrivalBars(arrivals: readonly Arrival[]): Bar[] {
  return numbered(sortCandidates(furthest(arrivals))).map((bar, i) => ({ ...bar, chosen: i === 0 }));
}

/** The leaderboard of a version, the best first; only those on the same rows as the chosen one. */
export function leaderboardBars(leaderboard: readonly Candidate[]): Bar[] {
  const reached = Math.max(...leaderboard.map(rungOf));
  return numbered(sortCandidates(leaderboard.filter((one) => rungOf(one) === reached)));
}

/** Those that got furthest first, among those the best. */
export function sortCandidates<T extends Omit<Candidate, 'chosen'>>(candidates: readonly T[]): T[] {
  const sign = higherIsBetter(candidates[0]?.metric ?? '') ? 1 : -1;
  return candidates.toSorted((a, b) => rungOf(b) - rungOf(a) || sign * (b.score - a.score));
}

/** "leaves 15, learningRate 0.1". */
export const parametersText = (parameters: Candidate['parameters']): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} ${parameterText(value)}`)
    .join(', ');

/** The same algorithm is numbered in the order of the bars. */
function numbered(candidates: readonly (Omit<Candidate, 'chosen'> & { chosen?: boolean })[]): Bar[] {
  const counts = new Map<string, number>();
  return candidates.map((candidate) => {
    const name = algorithmLabel(candidate.algorithm);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return {
      label: count === 1 ? name : `${name} ${count}`,
      algorithm: candidate.algorithm,
      score: candidate.score,
      ...(candidate.std !== undefined && { std: candidate.std }),
      chosen: candidate.chosen ?? false,
      parameters: parametersText(candidate.parameters),
    };
  });
}
