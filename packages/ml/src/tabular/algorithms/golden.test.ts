import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { createPredictor, decodeModel, encodeModel, type Prediction, type Schema } from '../index.ts';

interface Golden {
  readonly algorithm: string;
  readonly schema: Schema;
  readonly artifact: string;
  readonly cases: readonly { readonly record: Record<string, unknown>; readonly prediction: Prediction }[];
}

const files = import.meta.glob('../../../golden/*/*.json', { eager: true, query: '?raw', import: 'default' });

describe.each(Object.entries(files))('golden model %s', (_path, text) => {
  const golden = JSON.parse(text) as Golden;
  const bytes = hexToBytes(golden.artifact);

  it('still decodes to the model it was', () => {
    const model = decodeModel(bytes);
    expect(model.algorithm).toBe(golden.algorithm);
    expect(model.schema).toEqual(golden.schema);
    expect(encodeModel(model)).toEqual(bytes);
  });

  it('still predicts what it predicted', () => {
    const predictor = createPredictor(decodeModel(bytes));
    expect(golden.cases.length).toBeGreaterThan(0);
    for (const { record, prediction } of golden.cases) {
      // What is said about the record beside what is predicted of it is no matter of the model's file.
      const { unseen: _unseen, ...predicted } = predictor.predictRow(record);
      expect(predicted).toEqual(prediction);
    }
  });
});

it('there is a golden model for every algorithm and kind of target', () => {
  expect(Object.keys(files).length).toBeGreaterThanOrEqual(12);
});

it.each(['quantile', 'poisson'])('there is a golden model of the loss %s', (loss) => {
  const path = Object.keys(files).find((name) => name.endsWith(`gradient_boosting-${loss}.json`));
  const bytes = hexToBytes((JSON.parse(files[path ?? ''] ?? '{}') as Golden).artifact);
  expect(decodeModel(bytes).parameters).toMatchObject({ loss });
});
