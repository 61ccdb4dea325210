import { pageQuerySchema } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { createCursors, pageOf, sortedPageOf } from './cursor.ts';

const cursors = createCursors('a secret');

describe('a cursor', () => {
  it('brings back the position it was made of', () => {
    const sorted = ['name', 'Größe “1”', '5f2f0d5e-0000-4000-8000-000000000000'] as const;
    expect(cursors.read('sorted', cursors.write(sorted))).toEqual(sorted);
    expect(cursors.read('numbered', cursors.write(['-id', 42]))).toEqual(['-id', 42]);
    expect(cursors.read('numbered', undefined)).toBeUndefined();
  });

  it('is good in a list of its own kind only', () => {
    expect(() => cursors.read('sorted', cursors.write(['-id', 42]))).toThrow(/not one this server gave out/);
    expect(() => cursors.read('numbered', cursors.write(['a', 'b', 'c']))).toThrow(
      /not one this server gave out/,
    );
  });

  it('of another installation is refused', () => {
    const foreign = createCursors('another secret').write(['-id', 42]);
    expect(() => cursors.read('numbered', foreign)).toThrow(/not one this server gave out/);
  });
});

describe('a page', () => {
  const page = (rows: number[], limit: number) =>
    pageOf(
      { rows, total: rows.length },
      limit,
      (row) => `row ${row}`,
      (row) => ['-id', row],
      cursors,
    );

  it('has a next one only where there was a row too many', () => {
    expect(page([1, 2], 2)).toEqual({ items: ['row 1', 'row 2'], nextCursor: undefined, total: 2 });
    const { items, nextCursor, total } = page([1, 2, 3], 2);
    expect({ items, total }).toEqual({ items: ['row 1', 'row 2'], total: 3 });
    expect(cursors.read('numbered', nextCursor)).toEqual(['-id', 2]);
    expect(page([], 2)).toEqual({ items: [], nextCursor: undefined, total: 0 });
  });
});

describe('a page of a sorted list', () => {
  const rows = ['ada', 'bob', 'cyd'].map((name) => ({ id: `id of ${name}`, name, age: name.length }));
  const page = (sort: 'name' | '-name', cursor?: string) =>
    sortedPageOf(
      cursors,
      { sort, limit: 1, cursor },
      (row: (typeof rows)[number]) => row,
      ({ after, limit }) => {
        const from = after ? rows.findIndex(({ id }) => id === after[1]) + 1 : 0;
        const total = after ? undefined : rows.length;
        return Promise.resolve({ rows: rows.slice(from, from + limit + 1), total });
      },
    );

  it('goes on after the value and the id of its last item', async () => {
    const first = await page('name');
    expect(cursors.read('sorted', first.nextCursor)).toEqual(['name', 'ada', 'id of ada']);
    expect((await page('name', first.nextCursor)).items).toEqual([rows[1]]);
  });

  it('does not go on in another sort than the cursor was given out for', async () => {
    const { nextCursor } = await page('name');
    await expect(page('-name', nextCursor)).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });

  it('has room in a query for the longest name there may be', async () => {
    const longest = cursors.write(['-name', '\u{6c34}'.repeat(255), crypto.randomUUID()]);
    expect(pageQuerySchema.safeParse({ cursor: longest }).success).toBe(true);
  });
});
