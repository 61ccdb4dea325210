import { describe, expect, it } from 'vitest';
import type { Frame, Target } from '../data/frame.ts';
import type { FeatureSchema } from '../types.ts';
import { calendarPart } from './calendar.ts';
import { densePreprocessor } from './dense.ts';
import { nativePreprocessor } from './native.ts';
import type { FittedPreprocessor } from './preprocessor.ts';

const number: FeatureSchema = { name: 'n', kind: 'numeric', optional: true, min: 0, max: 9, example: 1 };
const category: FeatureSchema = {
  name: 'c',
  kind: 'categorical',
  optional: true,
  categories: ['a', 'b', 'never'],
  example: 'a',
};
const frame: Frame = {
  rows: 5,
  features: [number, category],
  columns: [Float64Array.of(1, 2, 3, 10, NaN), Float64Array.of(0, 1, 1, 0, 0)],
};
const target: Target = { classes: 0, values: new Float64Array(5), weights: new Float64Array(5).fill(1) };

function rowOf(fitted: FittedPreprocessor, ...raw: number[]): number[] {
  const x = new Float64Array(fitted.columns.length);
  fitted.transformRow(Float64Array.from(raw), x);
  return Array.from(x);
}

describe('dense columns', () => {
  const fitted = densePreprocessor.fit(frame, target);
  // Imputed by the median 2.5: 1, 2, 3, 10, 2.5, of mean 3.7 and variance 10.36.
  const standard = (value: number): number => (value - 3.7) / Math.sqrt(10.36);

  it('impute, standardise and mark missing numbers; categories are centred indicators', () => {
    expect(rowOf(fitted, 3, 0).map((v) => v.toFixed(9))).toEqual(
      [standard(3), -0.2, 1 - 0.6, -0.4].map((v) => v.toFixed(9)),
    );
    expect(rowOf(fitted, NaN, 1).map((v) => v.toFixed(9))).toEqual(
      [standard(2.5), 1 - 0.2, -0.6, 1 - 0.4].map((v) => v.toFixed(9)),
    );
  });

  it('are the same in whatever unit a number is', () => {
    const small = frame.columns[0].map((value) => value * 2 ** -60);
    const inSmall = densePreprocessor.fit({ ...frame, columns: [small, frame.columns[1]] }, target);
    expect(rowOf(inSmall, 3 * 2 ** -60, 0)).toEqual(rowOf(fitted, 3, 0));
  });

  it('leave equal numbers out however many there are, and keep those that differ little beside their size', () => {
    const many = 100_000;
    const two: Frame = {
      rows: many,
      features: [number, { ...number, name: 'm' }],
      columns: [
        new Float64Array(many).fill(0.1),
        Float64Array.from({ length: many }, (_, i) => 1e12 + (i % 3)),
      ],
    };
    const { features } = densePreprocessor.fit(two, { ...target, values: new Float64Array(many) });
    expect(Array.from(features)).toEqual([1]);
  });

  it('take a category that training did not see as missing', () => {
    expect(rowOf(fitted, 3, 2)).toEqual(rowOf(fitted, 3, NaN));
  });

  it('have mean zero over the training rows', () => {
    const sums = new Float64Array(fitted.columns.length);
    for (let row = 0; row < 5; row++) {
      rowOf(fitted, frame.columns[0][row], frame.columns[1][row]).forEach((v, i) => (sums[i] += v));
    }
    sums.forEach((sum) => expect(sum).toBeCloseTo(0, 12));
  });
});

describe('native columns', () => {
  it('pass values and seen categories, and nothing else', () => {
    const fitted = nativePreprocessor.fit(frame, target);
    expect(rowOf(fitted, 3, 1)).toEqual([3, 1]);
    expect(rowOf(fitted, NaN, 2)).toEqual([NaN, NaN]);
  });
});

describe('parts of a date', () => {
  it('are those of the UTC calendar', () => {
    for (let day = -200_000; day < 200_000; day += 97) {
      const ms = day * 86_400_000 + 40_000_000;
      const date = new Date(ms);
      expect(calendarPart(ms, 'year')).toBe(date.getUTCFullYear());
      expect(calendarPart(ms, 'day')).toBe(date.getUTCDate() - 1);
      expect(calendarPart(ms, 'month')).toBe(date.getUTCMonth());
      expect(calendarPart(ms, 'weekday')).toBe((date.getUTCDay() + 6) % 7);
      expect(calendarPart(ms, 'hour')).toBe(date.getUTCHours());
    }
  });

  const dated = (...days: string[]): Frame => {
    const values = Float64Array.from(days, (day) => Date.parse(day));
    const feature = { name: 'd', kind: 'datetime', optional: false, min: 0, max: 0, example: 0 } as const;
    return { rows: days.length, features: [feature], columns: [values] };
  };
  const few = { ...target, values: new Float64Array(3), weights: new Float64Array(3).fill(1) };

  it('are read as far as they vary in training: here the year, the month and the weekday', () => {
    const frame3 = dated('2021-01-01', '2022-03-01', '2023-03-01');
    const fitted = nativePreprocessor.fit(frame3, few);
    expect(rowOf(fitted, frame3.columns[0][1])).toEqual([frame3.columns[0][1], 2022, 2, 1]);
    expect(Array.from(fitted.features)).toEqual([0, 0, 0, 0]);
  });

  it('that come round have December next to January for dense columns', () => {
    const fitted = densePreprocessor.fit(dated('2021-01-01', '2021-06-01', '2021-12-01'), few);
    const waves = (day: string) => rowOf(fitted, Date.parse(day));
    // The month's sine and cosine stand after the instant and three indicators.
    const apart = (a: string, b: string) =>
      Math.hypot(...[4, 5].map((column) => waves(a)[column] - waves(b)[column]));
    expect(apart('2021-12-01', '2021-01-01')).toBeLessThan(apart('2021-06-01', '2021-01-01') / 2);
  });
});
