import { createRandom } from '../../random/random.ts';
import type { Split } from '../evaluation/splits.ts';
import type { Parameters } from '../types.ts';

/** Of the candidates of a rung, about one in so many goes on; the next one has so many times the rows. */
const factor = 4;
const mostRungs = 4;
/** Fewer training rows than this tell too little. */
const leastRows = 600;
/** Held-out rows that a candidate is judged on before the last rung, at most. */
const maxJudgedRows = 4_000;

/** A step of successive halving (Jamieson & Talwalkar 2016): parts of the same folds, each within the next. */
export interface Step {
  readonly index: number;
  readonly count: number;
  /** Training rows of a fold. */
  readonly rows: number;
  /** Of all training rows; the weight of its work. */
  readonly share: number;
  readonly splits: readonly Split[];
}

/** The steps for the given splits; the last has all their rows. */
export function stepsOf(splits: readonly Split[], seed: number): Step[] {
  const rows = Math.max(...splits.map(({ train }) => train.length));
  const shares = [1];
  while (shares.length < mostRungs && (rows * shares[0]) / factor >= leastRows) {
    shares.unshift(shares[0] / factor);
  }
  const shuffled = splits.map(({ train, test }, fold) => {
    const random = createRandom(seed, 0x72756e67, fold);
    return { train: random.shuffle(train.slice()), test: random.shuffle(test.slice()) };
  });
  return shares.map((share, index) => ({
    index,
    count: shares.length,
    rows: Math.round(rows * share),
    share,
    splits: share === 1 ? splits : shuffled.map((split) => part(split, share)),
  }));
}

function part({ train, test }: Split, share: number): Split {
  return {
    train: train.slice(0, Math.max(1, Math.round(train.length * share))).sort(),
    test: test.slice(0, maxJudgedRows).sort(),
  };
}

/** The parameters on a step: half the rounds, trees and epochs before the last. */
export function parametersOn({ share }: Step, parameters: Parameters): Parameters {
  if (share === 1) return parameters;
  const entries = Object.entries(parameters).map(([name, value]) => {
    const isRounds = name === 'iterations' || name === 'trees' || name === 'epochs';
    return [name, isRounds && typeof value === 'number' ? Math.max(1, Math.round(value / 2)) : value];
  });
  return Object.fromEntries(entries) as Parameters;
}

/** How many of so many candidates go on to the next step. */
export function promoted(candidates: number): number {
  return Math.max(3, Math.ceil(candidates / factor));
}
