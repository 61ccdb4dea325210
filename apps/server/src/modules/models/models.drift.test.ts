import { createPredictor, createTally, referenceOf, train } from '@quadrax/ml/tabular';
import type { Reference, Table, TrainOptions } from '@quadrax/ml/tabular';
import { describe, expect, it } from 'vitest';
import { driftsOf, stabilityIndex, verdictOf } from './models.drift.ts';
import { latencyCell, latencyCells, latencyOf } from './models.latency.ts';

describe('the population stability index', () => {
  it('is 0 for equal shares, and what its definition gives for others', () => {
    expect(stabilityIndex([0.2, 0.8], [0.2, 0.8])).toBe(0);
    // (0.1 − 0.2) ln(0.1 / 0.2) + (0.9 − 0.8) ln(0.9 / 0.8)
    expect(stabilityIndex([0.2, 0.8], [0.1, 0.9])).toBeCloseTo(0.069_315 + 0.011_778, 5);
    expect(stabilityIndex([0.5, 0.5], [0, 1])).toBeLessThan(10);
  });

  it('is stable below 0.1 and shifted above 0.25', () => {
    expect([0, 0.099, 0.1, 0.25, 0.251, undefined].map(verdictOf)).toEqual([
      'stable',
      'stable',
      'moderate',
      'moderate',
      'shifted',
      'too_few_rows',
    ]);
  });
});

it('tells cells of times of day as a clock does', () => {
  const at = {
    name: 'at',
    kind: 'time',
    edges: [30_600_000, 64_800_500],
    shares: [0.5, 0.3, 0.2],
    missing: 0,
  };
  const prediction = { kind: 'numeric', edges: [], shares: [1], missing: 0 };
  const told = driftsOf({ rows: 10, features: [at], prediction } as Reference, 'y', []);
  expect(told.features[0]?.cells.map(({ label }) => label)).toEqual([
    'up to 08:30:00',
    '08:30:00 to 18:00:00.500',
    'above 18:00:00.500',
  ]);
});

const reference = {
  rows: 1000,
  features: [
    { name: 'dose', kind: 'numeric' as const, edges: [1, 2], shares: [0.3, 0.3, 0.3], missing: 0.1 },
    {
      name: 'city',
      kind: 'categorical' as const,
      categories: ['Bern', 'Köln'],
      shares: [0.6, 0.4, 0],
      missing: 0,
    },
  ],
  prediction: { kind: 'categorical' as const, categories: ['yes', 'no'], shares: [0.5, 0.5, 0], missing: 0 },
};
const as = (dose: number[], city: number[], label: number[]) =>
  driftsOf(reference, 'grade', [...dose, ...city, ...label]);

describe('a comparison of what is served with the training rows', () => {
  it('is stable where the shares are those of training', () => {
    const { features, prediction } = as([300, 300, 300, 100, 0], [600, 400, 0, 0, 0], [500, 500, 0, 0, 0]);
    expect(features.map(({ psi, verdict, sentence }) => [psi, verdict, sentence])).toEqual([
      [0, 'stable', 'As in training.'],
      [0, 'stable', 'As in training.'],
    ]);
    expect(prediction).toMatchObject({ name: 'grade', verdict: 'stable' });
    expect(features[0]?.cells.map(({ label }) => label)).toEqual(['up to 1', '1 to 2', 'above 2']);
  });

  it('says what has shifted, is missing, or was never seen', () => {
    const { features, prediction } = as([0, 0, 500, 500, 0], [600, 100, 0, 0, 300], [900, 100, 0, 0, 0]);
    const [dose, city] = features;
    expect(dose).toMatchObject({ verdict: 'shifted', missing: { training: 0.1, served: 0.5 } });
    expect(dose?.sentence).toContain('missing in 50 % of the rows, and in 10 % in training');
    expect(city).toMatchObject({ verdict: 'shifted', unseen: 0.3 });
    expect(city?.sentence).toContain('30 % of the rows have a value that training never saw');
    expect(city?.cells.at(-1)).toEqual({ label: 'any other', training: 0, served: 0.3 });
    expect(prediction.sentence).toContain('“yes” is 90 % of the rows, and was 50 % in training');
  });

  it('says nothing of a few rows but how many it needs', () => {
    const { features } = as([10, 0, 0, 0, 0], [0, 0, 0, 0, 10], [10, 0, 0, 0, 0]);
    for (const { psi, verdict, sentence } of features)
      expect([psi, verdict, sentence]).toEqual([
        undefined,
        'too_few_rows',
        'Only 10 rows were predicted, and a comparison needs 100.',
      ]);
  });
});

describe('latencies', () => {
  it('are counted in cells, and their quantiles lie in the right ones', () => {
    const counts = Array.from({ length: latencyCells }, () => 0);
    for (let ms = 1; ms <= 100; ms++) counts[latencyCell(ms)] = (counts[latencyCell(ms)] ?? 0) + 1;
    const { p50, p95, p99 } = latencyOf(counts) ?? { p50: 0, p95: 0, p99: 0 };
    expect([p50, p95, p99].map(Math.round)).toEqual([50, 95, 99]);
    expect(latencyOf(counts.map(() => 0))).toBeUndefined();
    expect(latencyCell(1e9)).toBe(latencyCells - 1);
  });
});

/** Numbers of one seed: `dose` and `age`, a `price` they tell little of, and a rare `grade` that `dose` hints at. */
const tableOf = (rows: number, seed: number, shift = 0): Table => {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const rare = Array.from({ length: rows }, () => Number(uniform() < 0.15));
  const dose = Float64Array.from(rare, (one) => 1.2 * one + normal() + shift);
  const age = Float64Array.from({ length: rows }, normal);
  return {
    rows,
    columns: [
      { name: 'dose', kind: 'numeric', values: dose },
      { name: 'age', kind: 'numeric', values: age },
      { name: 'price', kind: 'numeric', values: dose.map((value) => value + 3 * normal()) },
      { name: 'grade', kind: 'categorical', codes: Int32Array.from(rare), categories: ['no', 'yes'] },
    ],
  };
};

const numbersIn = ({ columns }: Table, name: string): readonly number[] => {
  const column = columns.find((one) => one.name === name);
  return column?.kind === 'numeric' ? [...column.values] : [];
};

type Goal = Pick<TrainOptions, 'task' | 'target' | 'algorithm' | 'parameters' | 'threshold'>;

/** The index of what is predicted for 2,000 later rows with each of some shifts, on average over two trainings. */
const meanIndices = (goal: Goal, shifts: readonly number[]): number[] => {
  const indices = [1, 2].map((seed) => {
    const table = tableOf(500, seed);
    const options = { ...goal, features: ['dose', 'age'], validation: { folds: 3 }, seed };
    const result = train(table, options);
    const known = referenceOf(result, table, new Set());
    const predictor = createPredictor(result.model);
    return shifts.map((shift) => {
      const tally = createTally(result.model.schema, known);
      const later = tableOf(2000, seed + 100, shift);
      const [dose, age] = [numbersIn(later, 'dose'), numbersIn(later, 'age')];
      for (const [i, value] of dose.entries()) predictor.predictRow({ dose: value, age: age[i] }, tally);
      return driftsOf(known, goal.target, [...tally.counts]).prediction.psi ?? Number.NaN;
    });
  });
  return shifts.map((_, i) => indices.reduce((sum, one) => sum + (one[i] ?? Number.NaN), 0) / indices.length);
};

describe('what is predicted for later rows', () => {
  it.each<Goal & { readonly what: string }>([
    {
      what: 'a forest, which knows its own rows too well',
      task: 'regression',
      target: 'price',
      algorithm: 'random_forest',
      parameters: { trees: 40 },
    },
    {
      what: 'nearest neighbours by distance',
      task: 'regression',
      target: 'price',
      algorithm: 'nearest_neighbors',
      parameters: { weights: 'distance' },
    },
    {
      what: 'labels by a learnt threshold',
      task: 'classification',
      target: 'grade',
      algorithm: 'linear',
      threshold: 'f1',
    },
  ])('is stable as long as the rows are, and shifts with them: $what', ({ what: _what, ...goal }) => {
    const [same, shifted] = meanIndices(goal, [0, 2.5]);
    expect(same).toBeLessThan(0.1);
    expect(shifted).toBeGreaterThan(0.25);
  });
});
