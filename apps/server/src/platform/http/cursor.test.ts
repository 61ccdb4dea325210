import { describe, expect, it } from 'vitest';
import { createCursors, pageOf } from './cursor.ts';

const cursors = createCursors('a secret');

describe('a cursor', () => {
  it('brings back the position it was made of', () => {
    const newest = ['2026-01-01T00:00:00.000Z', '5f2f0d5e-0000-4000-8000-000000000000'] as const;
    expect(cursors.read('newest', cursors.write(newest))).toEqual(newest);
    expect(cursors.read('sequence', cursors.write([42]))).toEqual([42]);
    expect(cursors.read('sequence', undefined)).toBeUndefined();
  });

  it('is good in a list of its own kind only', () => {
    expect(() => cursors.read('newest', cursors.write([42]))).toThrow(/not one this server gave out/);
    expect(() => cursors.read('sequence', cursors.write(['a', 'b']))).toThrow(/not one this server gave out/);
  });

  it('of another installation is refused', () => {
    const foreign = createCursors('another secret').write([42]);
    expect(() => cursors.read('sequence', foreign)).toThrow(/not one this server gave out/);
  });
});

describe('a page', () => {
  const page = (rows: number[], limit: number) =>
    pageOf(
      rows,
      limit,
      (row) => `row ${row}`,
      (row) => [row],
      cursors,
    );

  it('has a next one only where there was a row too many', () => {
    expect(page([1, 2], 2)).toEqual({ items: ['row 1', 'row 2'], nextCursor: undefined });
    const { items, nextCursor } = page([1, 2, 3], 2);
    expect(items).toEqual(['row 1', 'row 2']);
    expect(cursors.read('sequence', nextCursor)).toEqual([2]);
    expect(page([], 2)).toEqual({ items: [], nextCursor: undefined });
  });
});
