import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { checkRecord, createPredictor, decodeModel, encodeModel, train } from './index.ts';
import { letterTable, recordOf, withColumns } from './testing/sample-tables.ts';
import type { AlgorithmName, Table, TrainOptions } from './types.ts';

const letters = letterTable(600);
const options: TrainOptions = {
  task: 'classification',
  target: 'spam',
  features: ['letter', 'size'],
  algorithm: 'linear',
  validation: { holdout: 0.3 },
  seed: 2,
};
const quick: Partial<Record<AlgorithmName, TrainOptions['parameters']>> = {
  random_forest: { trees: 15 },
  extra_trees: { trees: 15 },
  neural_network: { epochs: 30, units: 16 },
};
const learners = [
  'linear',
  'gradient_boosting',
  'random_forest',
  'extra_trees',
  'nearest_neighbors',
  'neural_network',
] as const;
const optionsFor = (algorithm: AlgorithmName, more: Partial<TrainOptions> = {}): TrainOptions => ({
  ...options,
  algorithm,
  ...(quick[algorithm] && { parameters: quick[algorithm] }),
  ...more,
});

/** The same letters, whose target is dealt anew. */
function shuffledTarget(table: Table): Table {
  const spam = table.columns.find(({ name }) => name === 'spam');
  if (spam?.kind !== 'categorical') throw new Error('The letters have a target.');
  const codes = createRandom(77).shuffle(spam.codes.slice());
  return withColumns(table, { ...spam, codes });
}

describe.each(learners)('%s learns from text', { timeout: 60_000 }, (algorithm) => {
  it('and tells advertising from other letters that it has not seen', () => {
    const { metrics, importance } = train(letters, optionsFor(algorithm));
    expect(metrics.accuracy).toBeGreaterThan(algorithm === 'linear' ? 0.95 : 0.9);
    expect(importance[0].feature).toBe('letter');
  });

  it('and predicts a number', () => {
    const { metrics } = train(letters, optionsFor(algorithm, { task: 'regression', target: 'price' }));
    expect(metrics.r2).toBeGreaterThan(0.6);
  });

  it('and finds nothing where the words say nothing of the target', () => {
    const noise = shuffledTarget(letters);
    const { metrics } = train(noise, optionsFor(algorithm, { validation: { folds: 4 } }));
    expect(metrics.rocAuc).toBeGreaterThan(0.4);
    expect(metrics.rocAuc).toBeLessThan(0.6);
  });
});

describe('a model of text', () => {
  const { model, schema } = train(letters, options);
  const predictor = createPredictor(model);

  it('gives the same answers after being written and read', () => {
    const bytes = encodeModel(model);
    const read = decodeModel(bytes);
    expect(encodeModel(read)).toEqual(bytes);
    expect(createPredictor(read).predictTable(letters)).toEqual(predictor.predictTable(letters));
  });

  it('holds no text but its example', () => {
    const kept = Array.from(encodeModel(model), (byte) => String.fromCodePoint(byte)).join('');
    const some = letters.columns[0].kind === 'text' ? letters.columns[0].values : [];
    expect(some.filter((text) => text !== null && kept.includes(text))).toHaveLength(1);
  });

  it('predicts one record as it predicts a table, however often it is asked', () => {
    const { probabilities } = predictor.predictTable(letters);
    for (let turn = 0; turn < 3; turn++) {
      for (const row of [0, 5, 7, 47]) {
        const one = predictor.predictRow(recordOf(letters, row, ['letter', 'size']));
        expect(one.probabilities?.spam).toBe(probabilities?.[row * 2 + 1]);
      }
    }
    expect(model.fitted.documents?.count()).toBeLessThanOrEqual(letters.rows);
  });

  it('reads words in any case and whatever stands between them', () => {
    const ask = (letter: string) => predictor.predictRow({ letter, size: 0 });
    expect(ask('FREE, prize! (Click)')).toEqual(ask('free prize click'));
    expect(ask('free prize click').label).toBe('spam');
    expect(ask('project meeting minutes').label).toBe('ham');
  });

  it('takes a missing, an empty and an unknown text as telling nothing', () => {
    const ask = (letter: string | null) => predictor.predictRow({ letter, size: 0 });
    expect(ask('')).toEqual(ask(null));
    expect(ask('zzzz qqqq')).toEqual(ask(null));
  });

  it('names text in its schema and checks records by it', () => {
    expect(schema.features[0]).toMatchObject({ name: 'letter', kind: 'text', optional: true });
    expect(checkRecord(schema, predictor.example())).toEqual([]);
    expect(checkRecord(schema, { letter: 3, size: 1 })).toEqual([
      { field: 'letter', code: 'WRONG_TYPE', message: 'letter must be text, or null.' },
    ]);
  });
});

it('takes every script: words are letters and digits, in lower case', () => {
  const rows = 120;
  const codes = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const values = Array.from(codes, (code, row) => (code ? `ПРИВЕТ мир ${row % 5}` : `прощай мир ${row % 5}`));
  const table: Table = {
    rows,
    columns: [
      { name: 'word', kind: 'text', values },
      { name: 'side', kind: 'categorical', codes, categories: ['a', 'b'] },
    ],
  };
  const { model } = train(table, { ...options, features: ['word'], target: 'side' });
  expect(createPredictor(model).predictRow({ word: 'привет' }).label).toBe('b');
});
