import { describe, expect, it } from 'vitest';
import { createPredictor } from './predictor.ts';
import { checkRecord } from './record.ts';
import { mixedFeatures, mixedTable, pickTableRows, recordOf, withColumns } from './testing/sample-tables.ts';
import { train } from './train.ts';

const table = mixedTable(150);
const { model, schema } = train(table, {
  task: 'regression',
  target: 'price',
  features: mixedFeatures,
  algorithm: 'gradient_boosting',
  validation: { holdout: 0.2 },
  seed: 1,
});
const predictor = createPredictor(model);
const good = { size: 1, weight: 50, colour: 'red', made: '2021-02-03' };

describe('checking a record', () => {
  const issuesOf = (record: Record<string, unknown>) =>
    checkRecord(schema, record).map(({ field, code }) => `${field} ${code}`);

  it('accepts the example', () => {
    expect(checkRecord(schema, predictor.example())).toEqual([]);
  });

  it('names every missing, unknown and wrong-typed field', () => {
    expect(issuesOf({ weight: '50', colour: 3, size: 1, shape: 'round' })).toEqual([
      'weight WRONG_TYPE',
      'colour WRONG_TYPE',
      'made MISSING',
      'shape UNKNOWN',
    ]);
  });

  it('lets null stand for a missing value, and fields be absent that were missing in training', () => {
    expect(issuesOf({ ...good, size: null, made: null })).toEqual([]);
    expect(issuesOf({ size: 1, made: 0 })).toEqual([]);
  });

  it.each(['1', NaN, Infinity, true, [1], {}])('does not take %o for a number', (size) => {
    expect(issuesOf({ ...good, size })).toEqual(['size WRONG_TYPE']);
  });

  it.each(['2021-02-03', '2021-02-03T04:05:06Z', '2021-02-03 04:05', '2021-02-03T04:05:06.7+02:00', 1e12])(
    'takes %o for a date',
    (made) => expect(issuesOf({ ...good, made })).toEqual([]),
  );

  it.each(['3/2/2021', 'yesterday', '2021-13-01', ''])('does not take %o for a date', (made) => {
    expect(issuesOf({ ...good, made })).toEqual(['made WRONG_TYPE']);
  });

  it('accepts a category unknown to training, and the target', () => {
    expect(issuesOf({ ...good, colour: 'ultraviolet', price: 12 })).toEqual([]);
  });

  it('is not fooled by names every object has', () => {
    expect(issuesOf({ ...good, constructor: 1 })).toEqual(['constructor UNKNOWN']);
  });
});

describe('predicting', () => {
  it('treats an unseen category as a missing value, and names its feature', () => {
    const missing = predictor.predictRow({ ...good, colour: null });
    expect(predictor.predictRow({ ...good, colour: 'ultraviolet' })).toEqual({
      ...missing,
      unseen: ['colour'],
    });
    for (const record of [good, { ...good, colour: null }, { ...good, colour: '' }, { size: 1 }])
      expect(predictor.predictRow(record)).not.toHaveProperty('unseen');
    expect(predictor.predictRow({ ...good, colour: 'blue' })).not.toEqual(predictor.predictRow(good));
  });

  it('takes a date as text or as milliseconds, in UTC', () => {
    const expected = predictor.predictRow({ ...good, made: Date.UTC(2021, 1, 3, 4, 5) });
    expect(predictor.predictRow({ ...good, made: '2021-02-03 04:05' })).toEqual(expected);
    expect(predictor.predictRow({ ...good, made: '2021-02-03T06:05+02:00' })).toEqual(expected);
  });

  it('finds columns by name, whatever their order and the order of their categories', () => {
    const some = pickTableRows(table, [0, 1, 2, 3, 4, 5, 6, 7]);
    const colour = some.columns.find(({ name }) => name === 'colour');
    if (colour?.kind !== 'categorical') throw new Error('The table has a colour.');
    const turned = withColumns(some, {
      ...colour,
      categories: colour.categories.toReversed(),
      codes: colour.codes.map((code) => (code < 0 ? code : 3 - code)),
    });
    const { values } = predictor.predictTable({ ...turned, columns: turned.columns.toReversed() });
    const single = Array.from(
      { length: 8 },
      (_, row) => predictor.predictRow(recordOf(some, row, mixedFeatures)).value,
    );
    expect(Array.from(values ?? [])).toEqual(single);
  });

  it('takes an absent column as missing', () => {
    const some = pickTableRows(table, [3]);
    const partial = { rows: 1, columns: some.columns.filter(({ name }) => name === 'size') };
    const { size } = recordOf(some, 0, ['size']);
    expect(predictor.predictTable(partial).values?.[0]).toBe(predictor.predictRow({ size }).value);
  });
});
