import { describe, expect, it } from 'vitest';
import { pearsonMatrix } from './coefficients.ts';
import { correlate } from './correlations.ts';
import { openDuckDB } from './duckdb.ts';
import { profiled } from './fixtures/files.ts';

const row = (i: number): string => {
  const x = (i * 37) % 101;
  return `${x},${x ** 3},${-2 * x + 5},${i % 3 === 0 ? 'a' : 'b'},${i % 3 === 0 ? 'yes' : 'no'},${i % 5 === 0 ? 'q' : 'r'}`;
};
const csv = ['x,cubed,falling,letter,answer,other', ...Array.from({ length: 300 }, (_, i) => row(i))].join(
  '\n',
);

describe('correlations', () => {
  it('are Pearson and Spearman of numbers and Cramér of words, over all rows', async () => {
    const { profile } = await profiled(csv);
    const { numeric, categorical, exact } = profile.correlations ?? {};
    expect(exact).toBe(true);
    expect(numeric?.columns).toEqual(['x', 'cubed', 'falling']);
    // A cube rises with x, though not in a line.
    expect(numeric?.spearman?.[0]?.[1]).toBeCloseTo(1, 12);
    expect(numeric?.pearson[0]?.[1]).toBeGreaterThan(0.9);
    expect(numeric?.pearson[0]?.[1]).toBeLessThan(0.95);
    expect(numeric?.pearson[0]?.[2]).toBeCloseTo(-1, 12);
    expect(categorical?.columns).toEqual(['letter', 'answer', 'other']);
    expect(categorical?.cramersV[0]?.[1]).toBeCloseTo(1, 12);
    expect(categorical?.cramersV[0]?.[2]).toBeCloseTo(0, 12);
  });

  it('are none between columns that do not vary where both have values', () => {
    const column = (...values: number[]) => Float64Array.from(values);
    const [left, right] = [column(0, 1, 0.1, 0.1, 0.1, NaN, NaN), column(NaN, NaN, 0.1, 0.1, 0.1, 0, 1)];
    expect(pearsonMatrix([left, right])[0]?.[1]).toBeNull();
  });

  it('of numbers too large to square are still right', async () => {
    const large = ['a,b', ...Array.from({ length: 40 }, (_, i) => `${i}e300,${40 - i}e-300`)].join('\n');
    const { profile } = await profiled(large);
    expect(profile.correlations?.numeric?.pearson[0]?.[1]).toBeCloseTo(-1, 9);
  });

  it('count the rows that have both values, with ranks of whole columns, where some are missing', async () => {
    const cells = Array.from({ length: 60 }, (_, i) => [
      i,
      i % 7 === 0 ? '' : (i * 37) % 61,
      i % 5 === 0 ? '' : i * i,
    ]);
    const { profile } = await profiled(['a,b,c', ...cells.map((line) => line.join(','))].join('\n'));
    const { pearson = [], spearman = [] } = profile.correlations?.numeric ?? {};
    const both = cells.filter(([, b, c]) => b !== '' && c !== '').map((line) => line.map(Number));
    expect(pearson[1]?.[2]).toBeCloseTo(
      plain(
        both.map(([, b = 0]) => b),
        both.map(([, , c = 0]) => c),
      ),
      6,
    );
    // Ranks of whole columns: those of the squares have no gaps where theirs are missing.
    expect(spearman[0]?.[2]).toBeGreaterThan(0.9995);
    expect(spearman[0]?.[2]).toBeLessThan(1);
    expect(pearson[2]?.[1]).toBe(pearson[1]?.[2]);
  });

  it('of more columns than are compared tell how many there are', async () => {
    const names = Array.from({ length: 130 }, (_, i) => `n${i}`);
    const line = (i: number) => names.map((_, j) => (i * (j + 3) * 7919) % 1009).join(',');
    const { profile } = await profiled(
      [names.join(','), ...Array.from({ length: 50 }, (_, i) => line(i))].join('\n'),
    );
    expect(profile.correlations?.numeric).toMatchObject({ columns: names.slice(0, 100), of: 130 });
    expect(profile.correlations?.numeric?.spearman).toHaveLength(100);
  });

  it('agree, computed in the process and by DuckDB', async () => {
    const of = async (rows: number) => {
      const db = await openDuckDB({ memoryMb: 512, threads: 2, paths: [] });
      const columns = [1, 2, 3].map((index) => ({ index, kind: 'number' as const, distinct: 900 }));
      await db.run(
        `CREATE TABLE t AS SELECT (hash(i) % 977)::DOUBLE AS c1, CASE WHEN i % 9 > 0 THEN c1 * 2 + (hash(i + 1) % 501)::DOUBLE END AS c2, (i % 31)::DOUBLE AS c3 FROM range(3000) r(i)`,
      );
      const found = await correlate(db, columns, ['', 'a', 'b', 'c'], rows);
      db.close();
      return found?.numeric;
    };
    const held = await of(3000);
    // A table of which so many rows are said goes another way.
    const long = await of(2_900_000);
    expect(long?.columns).toHaveLength(3);
    expect(long?.pearson).toEqual(held?.pearson);
  });
});

const plain = (x: readonly number[], y: readonly number[]): number => {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const centred = (values: readonly number[]) => values.map((value) => value - mean(values));
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  const [a, b] = [centred(x), centred(y)];
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};
