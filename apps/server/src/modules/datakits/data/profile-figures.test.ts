import { describe, expect, it } from 'vitest';
import { profiled } from './fixtures/files.ts';

const csv = (header: string, rows: readonly string[]) => `${header}\n${rows.join('\n')}\n`;
const many = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i));

describe('profile: figures of numbers that are hard to compute with', () => {
  it('counts different values also where all are infinite', async () => {
    const result = await profiled(csv('x,y', ['inf,1', '-inf,1', 'inf,1', 'inf,1']));
    expect(result.column('x')).toMatchObject({ missing: 0, distinct: 2 });
    expect(result.warnings('DUPLICATE_ROWS')[0]?.message).toContain('2 rows repeat');
  });

  it('gives a mean that many roundings have not moved', async () => {
    const { profile } = await profiled(
      csv(
        'x,y',
        many(20_000, (i) => `0.1,${i % 2 === 0 ? 0.1 : 0.3}`),
      ),
    );
    const [x, y] = profile.columns;
    expect(x).toMatchObject({ min: 0.1, max: 0.1, mean: 0.1 });
    expect(y?.mean).toBeCloseTo(0.2, 15);
  });

  it.each([
    ['far below one', many(40, (i) => `${i + 1}e-202`)],
    ['apart by the last of their digits', many(40, (i) => String(1e15 + (i % 20) / 8))],
    ['whole and beyond 2^53', many(40, (i) => String(9_007_199_254_740_990n + BigInt(i % 20)))],
  ])('gives numbers %s a histogram whose edges rise, or none', async (_, values) => {
    const { histogram } = (await profiled(csv('x', values))).column('x');
    const edges = histogram?.edges ?? [];
    expect(edges.slice(1).every((edge, i) => edge > (edges[i] ?? NaN))).toBe(true);
    expect(histogram?.counts.reduce((sum, count) => sum + count, 0) ?? 40).toBe(40);
  });

  it('tells moments before 1970 by the millisecond that they fall in', async () => {
    const { column, cells } = await profiled(
      csv('at,n', ['1969-12-31T23:59:59.9996,1', '1960-01-01T00:00:00.0004,2', '1969-12-31T23:59:59.9996,3']),
    );
    expect(column('at')).toMatchObject({ min: '1960-01-01T00:00:00.000Z', max: '1969-12-31T23:59:59.999Z' });
    expect(cells.map(([at]) => at)).toEqual([
      '1969-12-31T23:59:59.999Z',
      '1960-01-01T00:00:00.000Z',
      '1969-12-31T23:59:59.999Z',
    ]);
  });
});
