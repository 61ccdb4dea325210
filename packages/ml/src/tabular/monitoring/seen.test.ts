import { describe, expect, it } from 'vitest';
import { createSeenReader, createSeenTally, referenceOfSeen } from '../index.ts';
import type { FeatureSchema, Schema, SeenRow } from '../index.ts';

const number = { optional: true, min: 0, max: 1, example: 0 };
const features: FeatureSchema[] = [
  { name: 'x', kind: 'numeric', ...number },
  { name: 'day', kind: 'datetime', ...number },
  { name: 'at', kind: 'time', ...number },
  // Which categories there are, an imported model need not say.
  { name: 'city', kind: 'categorical', optional: true, categories: [], example: '' },
  { name: 'note', kind: 'text', optional: true, example: '' },
];
const schema: Schema = { task: 'classification', target: 'label', features, classes: ['no', 'yes'] };
const read = createSeenReader(schema);

describe('rows that were predicted', () => {
  it('are read as what is compared', () => {
    const record = { x: 3, day: '1970-01-01T00:00:01Z', at: '08:30', city: 'Bern', note: 'hello' };
    expect(read(record, { label: 'yes' })).toEqual([3, 1000, 30_600_000, 'Bern', 5, 'yes']);
    expect(read({ city: true, at: 5 }, { label: 'no' })).toEqual([null, null, 5, 'true', null, 'no']);
    expect(read({ x: Infinity, note: '  ', city: null }, {})).toEqual(Array(6).fill(null));
  });

  it('keep no more of a category than a database can hold', () => {
    const [, , , city] = read({ city: `a\0\ud800${'b'.repeat(200)}` }, { label: 'no' });
    expect(city).toBe(`a\ufffd\ufffd${'b'.repeat(97)}`);
  });

  it('of a regression have a value', () => {
    const regression: Schema = { ...schema, task: 'regression', classes: [] };
    expect(createSeenReader(regression)({}, { value: 2.5 }).at(-1)).toBe(2.5);
    const { prediction } = referenceOfSeen(regression, [[0, 0, 0, 'a', 1, 2.5]]);
    expect(prediction).toEqual({ kind: 'numeric', edges: [], shares: [1], missing: 0 });
  });
});

const rows: SeenRow[] = Array.from({ length: 1000 }, (_, i): SeenRow => {
  const city = i % 4 === 0 ? 'Bern' : 'Köln';
  return [i % 10 === 0 ? null : i, i, i, city, i % 50, i < 700 ? 'no' : 'yes'];
});

describe('a reference of first predictions', () => {
  const reference = referenceOfSeen(schema, rows);

  it('holds deciles, categories as they came, and what was answered', () => {
    expect(reference).toMatchObject({ rows: 1000, source: 'first_predictions' });
    const [x, , at, city] = reference.features;
    expect(x).toMatchObject({ kind: 'numeric', missing: expect.closeTo(0.1, 9), shares: { length: 10 } });
    expect(at).toMatchObject({ kind: 'time' });
    expect(city).toMatchObject({ categories: ['Köln', 'Bern'], shares: [0.75, 0.25, 0] });
    expect(reference.prediction).toMatchObject({ categories: ['no', 'yes'], shares: [0.7, 0.3, 0] });
    expect(JSON.parse(JSON.stringify(reference))).toEqual(reference);
  });

  it('tells a row without a value from the word null', () => {
    const some = Array.from({ length: 100 }, (_, i): SeenRow => [
      0,
      0,
      0,
      i < 50 ? null : i < 60 ? 'null' : 'a',
      1,
      'no',
    ]);
    expect(referenceOfSeen(schema, some).features[3]).toMatchObject({
      categories: ['a', 'null'],
      shares: [0.4, 0.1, 0],
      missing: 0.5,
    });
  });

  it('counts its own rows as it says they are spread', () => {
    const tally = createSeenTally(JSON.parse(JSON.stringify(reference)) as typeof reference);
    for (const row of rows) tally.add(row);
    let from = 0;
    for (const { shares, missing } of [...reference.features, reference.prediction]) {
      const counts = tally.counts.slice(from, (from += shares.length + 2));
      expect([...counts].map((count) => count / 1000)).toEqual(
        [...shares, missing, 0].map((share) => expect.closeTo(share, 9)),
      );
    }
    expect(from).toBe(tally.counts.length);
  });

  it('tells a category that was not there from one of many others', () => {
    const few = createSeenTally(reference);
    few.add([0, 0, 0, 'Atlantis', 0, 'no']);
    // After the cells of x, day and at: three of the city, missing, unseen.
    const at = reference.features.slice(0, 3).reduce((sum, { shares }) => sum + shares.length + 2, 0);
    expect(Array.from(few.counts.slice(at, at + 5))).toEqual([0, 0, 0, 0, 1]);
    const many = rows.map((row, i) => row.with(3, `city ${i % 100}`));
    const tally = createSeenTally(referenceOfSeen(schema, many));
    tally.add([0, 0, 0, 'Atlantis', 0, 'no']);
    expect(Array.from(tally.counts.slice(at + 30, at + 33))).toEqual([1, 0, 0]);
  });
});
