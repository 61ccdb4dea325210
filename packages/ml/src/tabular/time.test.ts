import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import {
  checkRecord,
  createPredictor,
  decodeModel,
  encodeModel,
  referenceOf,
  toTimeOfDay,
  train,
} from './index.ts';
import type { AlgorithmName, Column, Table } from './index.ts';

const hour = 3_600_000;

/** Busy from 8 to 10 and from 17 to 19: nothing that a line through the hours of a day could tell. */
const traffic = (rows: number): Table => {
  const random = createRandom(5);
  const at = Float64Array.from({ length: rows }, () => Math.floor(random.uniform() * 1440) * 60_000);
  const busy = (ms: number) => (ms >= 8 * hour && ms < 10 * hour) || (ms >= 17 * hour && ms < 19 * hour);
  const codes = Int32Array.from(at, (ms) => (busy(ms) ? 1 : 0));
  for (let row = 0; row < rows; row += 40) at[row] = NaN;
  const columns: Column[] = [
    { name: 'at', kind: 'time', values: at },
    { name: 'road', kind: 'categorical', codes, categories: ['calm', 'busy'] },
  ];
  return { rows, columns };
};

const table = traffic(1200);
const fit = (algorithm: AlgorithmName) =>
  train(table, {
    task: 'classification',
    target: 'road',
    algorithm,
    validation: { holdout: 0.25 },
    seed: 1,
  });

describe('a time of day', () => {
  it.each(['linear', 'gradient_boosting', 'nearest_neighbors'] as const)(
    'is learnt from by %s, by its hour too',
    (algorithm) => {
      const { model, metrics } = fit(algorithm);
      expect((metrics as { accuracy: number }).accuracy).toBeGreaterThan(0.9);
      const predictor = createPredictor(decodeModel(encodeModel(model)));
      const asked = ['09:30', '9:30 AM', '9:30:00.5', 9.5 * hour, '13:00', '1 PM', '11:15 pm', '18:00'];
      expect(asked.map((at) => predictor.predictRow({ at }).label)).toEqual([
        'busy',
        'busy',
        'busy',
        'busy',
        'calm',
        predictor.predictRow({ at: null }).label,
        'calm',
        'busy',
      ]);
    },
  );

  it('is taken as text or as milliseconds, and nothing else', () => {
    const { schema } = fit('linear').model;
    expect(schema.features).toMatchObject([{ name: 'at', kind: 'time', optional: true }]);
    for (const at of ['08:30', '8:30 PM', '23:59:59.25', 0, 86_400_000, null])
      expect(checkRecord(schema, { at })).toEqual([]);
    for (const at of ['26:15', '24:00', '13:00 PM', '8h30', '2024-05-01', -1, 86_400_001, true])
      expect(checkRecord(schema, { at })).toEqual([
        {
          field: 'at',
          code: 'WRONG_TYPE',
          message: 'at must be a time of day such as 08:30, or milliseconds since midnight, or null.',
        },
      ]);
  });

  it('is shown as one in the example', () => {
    const { model } = fit('linear');
    const { at } = createPredictor(model).example();
    expect(at).toMatch(/^\d{2}:\d{2}:\d{2}$/);
    expect(toTimeOfDay(at)).toBe((model.schema.features[0] as { example: number }).example);
  });

  it('is watched for drift', () => {
    const [at] = referenceOf(fit('linear'), table, new Set(['at'])).features;
    expect(at).toMatchObject({ kind: 'time', missing: expect.closeTo(0.025, 9), shares: { length: 10 } });
  });

  it('cannot be a class', () => {
    const options = {
      task: 'classification',
      algorithm: 'linear',
      validation: { folds: 2 },
      seed: 1,
    } as const;
    expect(() => train(table, { ...options, target: 'at' })).toThrow('A time of day such as at cannot be');
  });
});

it.each([
  ['00:00', 0],
  ['12:00 am', 0],
  ['12:30 PM', 12.5 * hour],
  [' 7:05 ', 7 * hour + 300_000],
  ['01:02:03.5', hour + 123_500],
])('%s is %d milliseconds after midnight', (text, ms) => {
  expect(toTimeOfDay(text)).toBe(ms);
});
