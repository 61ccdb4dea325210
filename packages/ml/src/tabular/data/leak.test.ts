import { expect, it } from 'vitest';
import { train } from '../train.ts';
import type { Table, TrainOptions } from '../types.ts';

const rows = 6000;
const numbers = (of: (i: number) => number): Float64Array =>
  Float64Array.from({ length: rows }, (_, i) => of(i));
const price = numbers((i) => ((i * 37) % 1009) - 500);
const options: TrainOptions = {
  task: 'regression',
  target: 'price',
  algorithm: 'linear',
  validation: { holdout: 0.2 },
  seed: 1,
};

/** The columns that a training warns of, where one more is made from the price. */
const suspected = (told: Float64Array): (string | undefined)[] => {
  const table: Table = {
    rows,
    columns: [
      { name: 'price', kind: 'numeric', values: price },
      { name: 'size', kind: 'numeric', values: numbers((i) => (i * 53) % 997) },
      { name: 'told', kind: 'numeric', values: told },
    ],
  };
  const { warnings } = train(table, options);
  return warnings.flatMap(({ code, column }) => (code === 'LIKELY_LEAK' ? [column] : []));
};

it('a feature that rises or falls with the target, though not in a line, is likely made from it', () => {
  expect(suspected(price.map((value) => Math.exp(value / 50)))).toEqual(['told']);
  expect(suspected(price.map((value) => -Math.cbrt(value)))).toEqual(['told']);
  expect(suspected(price.map((value, i) => (i % 9 === 0 ? NaN : value ** 3)))).toEqual(['told']);
});

it('a feature that only mostly does is not', () => {
  // It falls where the target rises, and rises elsewhere.
  expect(suspected(price.map(Math.abs))).toEqual([]);
  expect(suspected(price.map((value, i) => (i % 9 === 0 ? -1 : 1) * value ** 3))).toEqual([]);
});
