import { describe, expect, it } from 'vitest';
import { nextSortOf, sortStateOf, sortTextOf } from './sort-state.ts';

describe('the sort of a table', () => {
  it('is written with a leading minus downwards', () => {
    expect(sortStateOf('-createdAt')).toEqual({ key: 'createdAt', descending: true });
    expect(sortStateOf('name')).toEqual({ key: 'name', descending: false });
    for (const text of ['name', '-name']) expect(sortTextOf(sortStateOf(text))).toBe(text);
  });

  it('turns round where the table is sorted by the column already', () => {
    const named = nextSortOf('name', undefined, 'ascending');
    expect(named).toEqual({ key: 'name', descending: false });
    expect(nextSortOf('name', named, 'ascending')).toEqual({ key: 'name', descending: true });
  });

  it('begins the way that suits the column, whatever the table was sorted by', () => {
    const before = { key: 'name', descending: false };
    expect(nextSortOf('createdAt', before, 'descending')).toEqual({ key: 'createdAt', descending: true });
  });
});
