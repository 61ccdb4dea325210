import type { Frame } from './data/frame.ts';
import type { FoldFit } from './selection/assess.ts';
import type { Decision, Labelling, LeaderboardEntry, Parameters, ScalarMetric } from './types.ts';

/** What a training tells of itself as it goes, line by line, in words for those who did not write it. */
export interface TrainingLog {
  /** What is learnt, from what. */
  begun(target: string, frame: Frame, dropped: number): void;
  /** One split of several, fitted and measured; `purpose`: what for, where it is not to be told how good it is. */
  judged(fold: FoldFit, index: number, count: number, purpose?: string): void;
  /** A candidate of `auto`. */
  tried(entry: LeaderboardEntry): void;
  leftOut(algorithm: string, reason: string): void;
  /** The model that is kept. */
  fitted(rows: number, parameters: Parameters): void;
  /** From where on the positive class is answered. */
  decided(labelling: Labelling, decision: Decision): void;
  /** A piece of work that is behind us. */
  finished(work: string): void;
}

/** `elapsed`: milliseconds since the beginning. A line about work says how long it was since the last. */
export function trainingLog(
  metric: ScalarMetric,
  elapsed: () => number,
  log: (line: string) => void,
): TrainingLog {
  let last = elapsed();
  const lap = (): string => {
    const now = elapsed();
    const seconds = (now - last) / 1000;
    last = now;
    return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  };
  return {
    begun(target, frame, dropped) {
      const without = dropped > 0 ? `; ${counted(dropped, 'row')} without target or weight left out` : '';
      log(`Learning "${target}" from ${counted(frame.rows, 'row')} of ${featuresIn(frame)}${without}.`);
    },
    judged({ split, score }, index, count, purpose) {
      const fold = purpose === undefined ? 'Fold' : `${purpose}, fold`;
      const which = count > 1 ? `${fold} ${index + 1} of ${count}: ` : '';
      const held = `${spoken(metric)} ${score.toPrecision(4)} on ${counted(split.test.length, 'held-out row')}`;
      log(`${which}${held}, learnt from ${counted(split.train.length, 'row')} in ${lap()}.`);
    },
    tried({ algorithm, rung, mean, elapsedMs }) {
      const rows = rung && rung.index + 1 < rung.count ? ` on ${counted(rung.rows, 'row')}` : '';
      const took = `${(elapsedMs / 1000).toFixed(1)} s`;
      log(`Tried ${spoken(algorithm)}${rows}: ${spoken(metric)} ${mean.toPrecision(4)}, in ${took}.`);
      lap();
    },
    leftOut: (algorithm, reason) => log(`Left ${spoken(algorithm)} out: ${reason}`),
    fitted(rows, { iterations }) {
      const rounds = typeof iterations === 'number' ? `: ${counted(iterations, 'round')}` : '';
      log(`Fitted the model on all ${counted(rows, 'row')} in ${lap()}${rounds}.`);
    },
    decided({ positive, threshold }, { calibration }) {
      const corrected = calibration ? 'corrected probability' : 'probability';
      log(`"${positive}" is answered from a ${corrected} of ${threshold.toPrecision(3)} on.`);
    },
    finished: (work) => log(`${work} took ${lap()}.`),
  };
}

const kindNames = {
  numeric: 'number',
  datetime: 'date',
  time: 'time',
  categorical: 'category',
  text: 'text',
} as const;

/** "3 numbers, 1 category and 2 texts" */
function featuresIn({ features }: Frame): string {
  const kinds = Object.entries(kindNames).flatMap(([kind, name]) => {
    const count = features.filter((feature) => feature.kind === kind).length;
    return count > 0 ? [counted(count, name)] : [];
  });
  return kinds.join(', ').replace(/, ([^,]*)$/, ' and $1');
}

function counted(count: number, noun: string): string {
  const many = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${count.toLocaleString('en')} ${count === 1 ? noun : many}`;
}

/** "gradient_boosting" and "logLoss" as a person says them. */
function spoken(name: string): string {
  return name
    .replaceAll('_', ' ')
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();
}
