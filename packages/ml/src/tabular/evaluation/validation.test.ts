import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random/random.ts';
import { mixedFeatures, mixedTable, withColumns } from '../testing/sample-tables.ts';
import { train } from '../train.ts';
import type { TrainOptions, Validation } from '../types.ts';
import { groupHoldout, groupSplits, timeHoldout, timeSplits } from './ordered-splits.ts';

describe('splits by group', () => {
  const groups = Float64Array.from({ length: 100 }, (_, row) => (row < 4 ? NaN : row % 13));
  const splits = groupSplits(groups, 4, createRandom(1)) ?? [];

  it('hold every row out once and no group on both sides', () => {
    expect(splits.flatMap(({ test }) => Array.from(test)).sort((a, b) => a - b)).toEqual(
      Array.from(groups.keys()),
    );
    for (const { train: learnt, test } of splits) {
      const known = new Set(Array.from(learnt, (row) => groups[row]).filter((group) => !Number.isNaN(group)));
      expect(Array.from(test).some((row) => known.has(groups[row]))).toBe(false);
      expect(Math.abs(test.length - 25)).toBeLessThan(5);
    }
  });

  it('are refused where there are fewer groups than folds', () => {
    expect(groupSplits(Float64Array.of(1, 1, 2, 2), 3, createRandom(1))).toBeUndefined();
  });
});

describe('a holdout by group', () => {
  const rows = 400;
  const groups = Float64Array.from({ length: rows }, (_, row) => (row < 5 ? NaN : row % 40));
  // One row in ten is of the second class, by whole groups.
  const values = groups.map((group) => Number(group % 10 === 3));

  it.each([0.2, 0.5])('holds whole groups out, about %d of the rows and of each class', (share) => {
    const split = groupHoldout(groups, { values, classes: 2 }, share, createRandom(3));
    const held = Array.from(split?.test ?? []);
    const learnt = new Set(Array.from(split?.train ?? [], (row) => groups[row]));
    expect([...held, ...(split?.train ?? [])].sort((a, b) => a - b)).toEqual(Array.from(groups.keys()));
    expect(held.some((row) => learnt.has(groups[row]) && !Number.isNaN(groups[row]))).toBe(false);
    expect(Math.abs(held.length / rows - share)).toBeLessThan(0.05);
    const rare = held.filter((row) => values[row] === 1).length;
    expect(Math.abs(rare / values.filter((value) => value === 1).length - share)).toBeLessThan(0.13);
  });

  it('leaves a group on either side, however large they are', () => {
    for (const share of [0.05, 0.95]) {
      const split = groupHoldout(
        Float64Array.of(0, 0, 0, 1, 1),
        { values: new Float64Array(5), classes: 0 },
        share,
        createRandom(1),
      );
      expect([split?.train.length, split?.test.length].toSorted((a = 0, b = 0) => a - b)).toEqual([2, 3]);
    }
    const one = { values: new Float64Array(3), classes: 0 };
    expect(groupHoldout(new Float64Array(3), one, 0.5, createRandom(1))).toBeUndefined();
  });

  it.each(['linear', 'auto'] as const)('judges %s on groups that it never saw', (algorithm) => {
    const table = mixedTable(120);
    const shop = Float64Array.from({ length: 120 }, (_, row) => row % 3);
    const { heldOut, schema } = train(withColumns(table, { name: 'shop', kind: 'numeric', values: shop }), {
      task: 'regression',
      target: 'price',
      features: mixedFeatures,
      algorithm,
      validation: { holdout: 0.3, groups: 'shop' },
      budgetMs: 2_000,
      seed: 1,
    });
    expect(new Set(Array.from(heldOut.rows, (row) => shop[row])).size).toBe(1);
    expect(heldOut.rows).toHaveLength(40);
    expect(schema.features.map(({ name }) => name)).not.toContain('shop');
  });
});

describe('splits by time', () => {
  const times = Float64Array.from({ length: 60 }, (_, row) =>
    row === 7 ? NaN : Math.floor(((row * 37) % 60) / 2),
  );

  it('learn from what is before all that they are judged on', () => {
    const splits = timeSplits(times, 4) ?? [];
    expect(splits).toHaveLength(4);
    for (const { train: learnt, test } of splits) {
      const latest = Math.max(
        ...Array.from(learnt, (row) => times[row]).filter((time) => !Number.isNaN(time)),
      );
      expect(Array.from(test).every((row) => times[row] > latest)).toBe(true);
    }
    expect(splits.map(({ train: learnt }) => learnt.includes(7))).toEqual([true, true, true, true]);
  });

  it('hold the latest rows out', () => {
    const split = timeHoldout(times, 0.25);
    expect(split?.test.length).toBeGreaterThanOrEqual(13);
    expect(split && Math.min(...Array.from(split.test, (row) => times[row]))).toBeGreaterThan(20);
  });

  it('cut where the time changes, on whichever side that is nearer', () => {
    const years = Float64Array.from({ length: 1000 }, (_, row) => (row < 500 ? 2023 : 2024));
    const halves = timeHoldout(years, 0.2);
    expect([halves?.train.length, halves?.test.length]).toEqual([500, 500]);
    const uneven = Float64Array.from({ length: 100 }, (_, row) => (row < 70 ? 1 : row < 95 ? 2 : 3));
    expect(timeHoldout(uneven, 0.2)?.test).toHaveLength(30);
    expect(timeHoldout(uneven, 0.1)?.test).toHaveLength(5);
  });

  it('are made of as many times as there must be, however the rows lie', () => {
    for (const sizes of [
      [90, 4, 3, 2, 1],
      [1, 2, 3, 4, 90],
    ]) {
      const all = Float64Array.from(sizes.flatMap((size, time) => Array.from({ length: size }, () => time)));
      const splits = timeSplits(all, 4) ?? [];
      expect(splits.map(({ test }) => test.length)).toEqual(sizes.slice(1));
      expect(timeSplits(all, 5)).toBeUndefined();
    }
  });

  it('are refused where nothing is later than anything else', () => {
    expect(timeHoldout(new Float64Array(9), 0.3)).toBeUndefined();
    expect(timeSplits(new Float64Array(9), 2)).toBeUndefined();
  });
});

describe('training', () => {
  const base = mixedTable(120);
  const shop = Int32Array.from({ length: 120 }, (_, row) => row % 10);
  const categories = Array.from({ length: 10 }, (_, k) => `shop ${k}`);
  const table = withColumns(base, { name: 'shop', kind: 'categorical', codes: shop, categories });
  const fit = (validation: Validation, options: Partial<TrainOptions> = {}) =>
    train(table, {
      task: 'regression',
      target: 'price',
      algorithm: 'linear',
      validation,
      seed: 1,
      ...options,
    });

  it('by groups leaves their column out of the features', () => {
    const { schema, metricsStd } = fit({ folds: 5, groups: 'shop' });
    expect(schema.features.map(({ name }) => name)).not.toContain('shop');
    expect(metricsStd.rmse).toBeGreaterThan(0);
  });

  it.each([
    { folds: 3, time: 'made' },
    { holdout: 0.3, time: 'made' },
  ])('by time works for one algorithm and for the search, %j', (validation) => {
    expect(fit(validation, { features: mixedFeatures }).metrics.rmse).toBeLessThan(20);
    const searched = fit(validation, { features: mixedFeatures, algorithm: 'auto', budgetMs: 20_000 });
    expect(searched.metrics.rmse).toBeLessThan(20);
  });

  it('says which column it cannot split by', () => {
    const refused = (validation: Validation) => {
      try {
        return fit(validation);
      } catch (error) {
        return error;
      }
    };
    expect(refused({ folds: 3, time: 'colour' })).toMatchObject({
      code: 'INVALID_OPTION',
      field: 'validation.time',
    });
    expect(refused({ folds: 11, groups: 'shop' })).toMatchObject({ field: 'validation.groups' });
    expect(refused({ folds: 3, groups: 'nowhere' })).toMatchObject({ code: 'UNKNOWN_COLUMN' });
  });
});
