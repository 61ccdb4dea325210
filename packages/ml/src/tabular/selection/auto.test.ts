import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random/random.ts';
import { mean } from '../evaluation/score.ts';
import { registry, type Registry } from '../algorithms/registry.ts';
import { TabularError } from '../errors.ts';
import { createPredictor } from '../predictor.ts';
import { decodeModel, encodeModel } from '../artifact/artifact.ts';
import { mixedFeatures, mixedTable } from '../testing/sample-tables.ts';
import { train, trainWith } from '../train.ts';
import type {
  FinishedTrial,
  LeaderboardEntry,
  Progress,
  Table,
  TrainHooks,
  TrainOptions,
  TrainResult,
} from '../types.ts';

const table = mixedTable(80);
const auto: TrainOptions = {
  task: 'regression',
  target: 'price',
  features: mixedFeatures,
  algorithm: 'auto',
  validation: { folds: 3 },
  seed: 1,
};
/** What is quick to fit, for tests of how the search goes. */
const quick = {
  linear: registry.linear,
  baseline: registry.baseline,
  gradient_boosting: registry.gradient_boosting,
};
const few = quick as unknown as Registry;

/** A clock that goes on by so many milliseconds whenever it is asked. */
const clock = (step: number): (() => number) => {
  let now = 0;
  return () => (now += step);
};

/** All that a search comes to but how long it took. */
const outcome = ({ model, metrics, leaderboard, members, plan }: TrainResult): unknown => ({
  model: encodeModel(model),
  metrics,
  board: leaderboard.map((entry) => ({ ...entry, elapsedMs: 0 })),
  members,
  plan,
});

const finishedOf = (entries: readonly LeaderboardEntry[]): FinishedTrial[] =>
  entries.map(({ algorithm, parameters, rung, scores, elapsedMs }) => ({
    algorithm: algorithm as FinishedTrial['algorithm'],
    parameters,
    rung: rung?.index ?? 0,
    scores,
    elapsedMs,
  }));

function searched(options: Partial<TrainOptions> = {}, hooks: TrainHooks = {}, rows = table) {
  const streamed: LeaderboardEntry[] = [];
  const candidate = (entry: LeaderboardEntry): void => void streamed.push(entry);
  return { result: trainWith(few, rows, { ...auto, ...options }, { candidate, ...hooks }), streamed };
}

describe('auto', { timeout: 60_000 }, () => {
  /** What a search with no limits comes to. */
  const whole = searched();

  it('tries every algorithm, best first, and streams what it has judged', () => {
    const streamed: LeaderboardEntry[] = [];
    const { leaderboard, algorithm, metrics } = train(table, auto, {
      candidate: (entry) => streamed.push(entry),
    });
    const singles = leaderboard.filter((entry) => entry.algorithm !== 'blend');
    const means = singles.map(({ mean }) => mean);
    expect(means).toEqual([...means].sort((a, b) => a - b));
    expect(leaderboard[0].algorithm).toBe(algorithm);
    const tried = new Set(singles.map((entry) => entry.algorithm));
    expect(tried).toEqual(new Set(Object.keys(registry)));
    expect(streamed).toHaveLength(singles.length);
    expect(streamed.every(({ scores }) => scores.length === 3)).toBe(true);
    expect(metrics.rmse).toBeLessThan(singles.find((entry) => entry.algorithm === 'baseline')?.mean ?? 0);
  });

  // That it comes to the same with the same seed is seen below, where it goes on from nothing.
  it('comes to something else with another seed', () => {
    expect(outcome(searched({ seed: 2 }).result)).not.toEqual(outcome(whole.result));
  });

  it('ends at its budget, says so, and still gives a model', () => {
    const seen: Progress[] = [];
    const progress = (step: Progress): void => void seen.push(step);
    const { result } = searched({ budgetMs: 400 }, { now: clock(20), progress });
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total);
    expect(result.warnings).toContainEqual(expect.objectContaining({ code: 'BUDGET_REACHED' }));
    expect(result.leaderboard.length).toBeLessThan(whole.result.leaderboard.length);
    expect(result.learningCurve.points.length).toBeLessThan(5);
    expect(createPredictor(result.model).predictRow({}).value).toEqual(expect.any(Number));
  });

  it('repeats by its plan what a budget had decided, with all the time there is', () => {
    const { result } = searched({ budgetMs: 2500 }, { now: clock(20) });
    const plan = JSON.parse(JSON.stringify(result.plan)) as TrainResult['plan'];
    const again = searched({ plan }).result;
    expect(outcome(again)).toEqual(outcome(result));
    expect(outcome(whole.result)).not.toEqual(outcome(result));
  });

  it('comes to the same again with the same seed, fitting less where it goes on from what was finished', () => {
    let fits = 0;
    const counted = {
      ...quick,
      gradient_boosting: {
        ...registry.gradient_boosting,
        estimator: {
          ...registry.gradient_boosting.estimator,
          fit: (...given: Parameters<typeof registry.gradient_boosting.estimator.fit>) => {
            fits++;
            return registry.gradient_boosting.estimator.fit(...given);
          },
        },
      },
    };
    const count = (finished: FinishedTrial[]): number => {
      fits = 0;
      const told: LeaderboardEntry[] = [];
      const candidate = (entry: LeaderboardEntry): void => void told.push(entry);
      const options = { ...auto, finished };
      const result = trainWith(counted as unknown as Registry, table, options, { candidate });
      expect(outcome(result)).toEqual(outcome(whole.result));
      expect(told).toHaveLength(whole.streamed.length - finished.length);
      return fits;
    };
    const kept = JSON.parse(JSON.stringify(finishedOf(whole.streamed))) as FinishedTrial[];
    expect(count(kept)).toBeLessThan(count([]));
  });

  it('judges many candidates on few rows and few on all, none of them on other rows', () => {
    const many = mixedTable(3800);
    const streamed: LeaderboardEntry[] = [];
    const candidate = (entry: LeaderboardEntry): void => void streamed.push(entry);
    const { baseline, linear } = registry;
    const two = { baseline, linear } as unknown as Registry;
    const result = trainWith(two, many, { ...auto, validation: { holdout: 0.2 } }, { candidate });
    const counts = [0, 1].map((rung) => streamed.filter((entry) => entry.rung?.index === rung).length);
    expect(streamed[0].rung).toMatchObject({ count: 2, rows: 608 });
    expect(counts[1]).toBeLessThan(counts[0]);
    const rungs = result.leaderboard.map((entry) => entry.rung?.index);
    expect(rungs).toEqual(rungs.toSorted((a, b) => (b ?? 0) - (a ?? 0)));
  });

  it('does not fall for what is cheap where there is no time for what led', () => {
    let now = 0;
    const { estimator } = registry.gradient_boosting;
    const slow = {
      ...registry.gradient_boosting,
      estimator: {
        ...estimator,
        fit: (...given: Parameters<typeof estimator.fit>) => {
          now += 100;
          return estimator.fit(...given);
        },
      },
    };
    const some = { ...quick, gradient_boosting: slow } as unknown as Registry;
    const random = createRandom(3);
    const [a, b] = [1, 2].map(() => Float64Array.from({ length: 3800 }, () => random.uniform()));
    const either = {
      rows: 3800,
      columns: [
        { name: 'a', kind: 'numeric' as const, values: a },
        { name: 'b', kind: 'numeric' as const, values: b },
        { name: 'y', kind: 'numeric' as const, values: a.map((x, i) => Number(x > 0.5 !== b[i] > 0.5)) },
      ],
    };
    const options = {
      ...auto,
      target: 'y',
      features: ['a', 'b'],
      validation: { holdout: 0.2 },
      budgetMs: 4000,
    };
    const { leaderboard, algorithm, members } = trainWith(some, either, options, { now: () => now });
    expect(new Set(leaderboard.map(({ rung }) => rung?.index))).toEqual(new Set([0]));
    expect(members?.map((member) => member.algorithm) ?? [algorithm]).toContain('gradient_boosting');
  });

  it('leaves out what refuses the data, and what would not fit in memory, and goes on', () => {
    const { leaderboard: small } = trainWith(few, table, { ...auto, memoryMb: 0.01 });
    expect(new Set(small.map(({ algorithm }) => algorithm))).not.toContain('linear');

    const refusing = {
      ...registry.linear.preprocessor,
      fit: () => {
        throw new TabularError('INVALID_OPTION', 'Too wide.');
      },
    };
    const some = { ...quick, linear: { ...registry.linear, preprocessor: refusing } };
    const lines: string[] = [];
    const { leaderboard } = trainWith(some as unknown as Registry, table, auto, {
      log: (line) => lines.push(line),
    });
    expect(leaderboard.map(({ algorithm }) => algorithm)).not.toContain('linear');
    expect(lines).toContain('Left linear out: Too wide.');
  });

  it('ends when it is told to, between two fits', () => {
    let asked = 0;
    expect(() => searched({}, { aborted: () => ++asked > 40 })).toThrow(
      expect.objectContaining({ code: 'ABORTED' }),
    );
  });

  it('averages what errs differently, and the model file holds the average', () => {
    const { result } = searched({ target: 'sold', task: 'classification' }, {}, mixedTable(160));
    const { members, algorithm, model } = result;
    const total = members?.reduce((sum, { share }) => sum + share, 0);
    if (algorithm === 'blend') expect(total).toBeCloseTo(1, 12);
    else expect(members).toBeUndefined();
    const { example, predictRow } = createPredictor(decodeModel(encodeModel(model)));
    expect(predictRow(example())).toEqual(createPredictor(model).predictRow(example()));
  });
});

describe('the estimate of what was found', { timeout: 60_000 }, () => {
  const rows = 60;
  const features = ['a', 'b', 'c', 'd', 'e'];
  const noiseOf = (seed: number): Table => {
    const random = createRandom(seed);
    const values = (): Float64Array => Float64Array.from({ length: rows }, () => random.uniform());
    const codes = Int32Array.from({ length: rows }, () => random.below(2));
    return {
      rows,
      columns: [
        ...features.map((name) => ({ name, kind: 'numeric' as const, values: values() })),
        { name: 'coin', kind: 'categorical', codes, categories: ['heads', 'tails'] },
      ],
    };
  };
  const options = { ...auto, task: 'classification', target: 'coin', features, metric: 'rocAuc' } as const;

  it('is at chance where there is only noise, though the best of many looks as if it knew something', () => {
    const found = Array.from({ length: 8 }, (_, seed) => trainWith(few, noiseOf(seed), options));
    const estimate = mean(found.map(({ metrics }) => metrics.rocAuc ?? NaN));
    const looks = mean(found.map(({ leaderboard }) => Math.max(...leaderboard.map((entry) => entry.mean))));
    expect(Math.abs(estimate - 0.5)).toBeLessThan(0.06);
    expect(looks).toBeGreaterThan(0.56);
  });
});
