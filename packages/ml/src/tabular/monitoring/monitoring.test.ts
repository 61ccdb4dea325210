import { describe, expect, it } from 'vitest';
import { createPredictor } from '../predictor.ts';
import { train } from '../train.ts';
import type { Table } from '../types.ts';
import { cellOf, type Distribution, referenceOf } from './reference.ts';
import { createTally } from './tally.ts';

const rows = 200;
const cities = ['Bern', 'Köln', 'Lima'];
const table: Table = {
  rows,
  columns: [
    // One in ten is missing; the rest are 0 … 199.
    {
      name: 'x',
      kind: 'numeric',
      values: Float64Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? NaN : i)),
    },
    {
      name: 'city',
      kind: 'categorical',
      codes: Int32Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? 1 : 0)),
      categories: cities,
    },
    {
      name: 'y',
      kind: 'categorical',
      codes: Int32Array.from({ length: rows }, (_, i) => (i < 100 ? 0 : 1)),
      categories: ['no', 'yes'],
    },
  ],
};
const { model, heldOut } = train(table, {
  task: 'classification',
  target: 'y',
  algorithm: 'gradient_boosting',
  parameters: { iterations: 10 },
  validation: { holdout: 0.2 },
  seed: 1,
});
const predictor = createPredictor(model);
const reference = referenceOf({ model, heldOut }, table, new Set(['x', 'city']));

const sum = ({ shares, missing }: Distribution): number => shares.reduce((a, b) => a + b, missing);

describe('a reference', () => {
  it('holds numbers by deciles, categories by frequency, and what is predicted', () => {
    const [x, city] = reference.features;
    if (x.kind === 'categorical' || city.kind !== 'categorical') throw new Error('The kinds are wrong.');
    expect(x.edges).toHaveLength(9);
    expect(x.missing).toBeCloseTo(0.1);
    for (const share of x.shares) expect(share).toBeCloseTo(0.09, 1);
    expect([city.categories.slice(0, 2), city.shares.slice(0, 2)]).toEqual([
      ['Bern', 'Köln'],
      [0.75, 0.25],
    ]);
    expect(city.shares.at(-1)).toBe(0);
    for (const one of [...reference.features, reference.prediction]) expect(sum(one)).toBeCloseTo(1);
    expect(JSON.parse(JSON.stringify(reference))).toEqual(reference);
  });

  it('has one cell for a column that never changes', () => {
    const constant: Table = {
      rows,
      columns: table.columns.map((column) =>
        column.name === 'x' ? { name: 'x', kind: 'numeric', values: new Float64Array(rows).fill(7) } : column,
      ),
    };
    const [x] = referenceOf({ model, heldOut }, constant, new Set(['x'])).features;
    expect(x).toMatchObject({ edges: [], shares: [1], missing: 0 });
  });

  it('puts a number in the first cell whose edge it does not exceed', () => {
    expect([-1, 0, 0.5, 1, 2].map((value) => cellOf([0, 1], value))).toEqual([0, 0, 1, 1, 2]);
  });
});

describe('a tally', () => {
  it('of the rows that a reference is made of agrees with it', () => {
    const { labels = [] } = predictor.predictTable(table);
    const answered = { model, heldOut: { predicted: Float64Array.from(labels) } };
    const known = referenceOf(answered, table, new Set(['x', 'city']));
    const tally = createTally(model.schema, known);
    for (let i = 0; i < rows; i++) {
      const x = i % 10 === 0 ? null : i;
      predictor.predictRow({ x, city: cities[i % 4 === 0 ? 1 : 0] }, tally);
    }
    const expected = [...known.features, known.prediction].flatMap(({ shares, missing }) => [
      ...shares,
      missing,
      0,
    ]);
    expect(tally.counts).toHaveLength(expected.length);
    Array.from(tally.counts, (count, i) => expect(count / rows).toBeCloseTo(expected[i], 10));
  });

  it('tells missing values from categories that training had not', () => {
    const tally = createTally(model.schema, reference);
    predictor.predictRow({ x: 1, city: 'Atlantis' }, tally);
    predictor.predictRow({ x: 1, city: null }, tally);
    predictor.predictRow({ x: 1 }, tally);
    const [x, city] = reference.features;
    const missing = x.shares.length + 2 + city.shares.length;
    expect([tally.counts[missing], tally.counts[missing + 1]]).toEqual([2, 1]);
  });
});

it('texts are held against those of training by their lengths and by how many are missing', () => {
  const texts = Array.from({ length: rows }, (_, i) =>
    i % 5 === 0 ? '  ' : `${i % 2 === 0 ? 'good' : 'bad'} ${'very '.repeat(i % 7)}`,
  );
  const reviews: Table = {
    rows,
    columns: [
      { name: 'review', kind: 'text', values: texts },
      ...table.columns.filter(({ name }) => name === 'y'),
    ],
  };
  const trained = train(reviews, {
    task: 'classification',
    target: 'y',
    algorithm: 'gradient_boosting',
    parameters: { iterations: 5 },
    validation: { holdout: 0.2 },
    seed: 1,
  });
  const known = referenceOf(trained, reviews, new Set(['review']));
  const [review] = known.features;
  expect(review).toMatchObject({ name: 'review', kind: 'text', missing: expect.closeTo(0.2) });
  expect(sum(review)).toBeCloseTo(1);
  const ready = createPredictor(trained.model);
  const tally = createTally(trained.model.schema, known);
  for (const text of texts) ready.predictRow({ review: text }, tally);
  const expected = [...review.shares, review.missing, 0];
  expect(Array.from(tally.counts.slice(0, expected.length), (count) => count / rows)).toEqual(
    expected.map((share) => expect.closeTo(share, 10)),
  );
  const strange = createTally(trained.model.schema, known);
  ready.predictRow({ review: 'x'.repeat(5000) }, strange);
  ready.predictRow({ review: null }, strange);
  expect([strange.counts[review.shares.length - 1], strange.counts[review.shares.length]]).toEqual([1, 1]);
});
