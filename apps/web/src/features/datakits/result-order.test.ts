import { describe, expect, it } from 'vitest';
import { sortedRows } from './result-order.ts';

const order = (
  type: 'integer' | 'numeric' | 'text' | 'boolean',
  cells: (string | number | boolean | null)[],
) =>
  sortedRows(
    cells.map((cell) => [cell]),
    [{ name: 'x', type }],
    { key: '0', descending: false },
  ).map((row) => row.cells[0]);

describe('rows of an answer', () => {
  it('sort by what the column holds, missing ones last', () => {
    expect(order('numeric', [10, null, 9.5])).toEqual([9.5, 10, null]);
    expect(order('integer', ['9007199254740993', 9, '9007199254740992'])).toEqual([
      9,
      '9007199254740992',
      '9007199254740993',
    ]);
    expect(order('text', ['b10', 'B9', 'a'])).toEqual(['a', 'B9', 'b10']);
    expect(order('boolean', [true, false])).toEqual([false, true]);
  });

  it('stay as they came without a sort, and missing ones stay last downwards', () => {
    const rows = [[1], [null], [2]];
    expect(sortedRows(rows, [{ name: 'x', type: 'integer' }], undefined).map(({ at }) => at)).toEqual([
      0, 1, 2,
    ]);
    expect(
      sortedRows(rows, [{ name: 'x', type: 'integer' }], { key: '0', descending: true }).map(({ at }) => at),
    ).toEqual([2, 0, 1]);
  });
});
