import { describe, expect, it } from 'vitest';
import {
  addFilter,
  binFilters,
  filterText,
  nextSort,
  operandOf,
  operatorsOf,
  parseFilters,
  parseSort,
  sortText,
} from './preview-filter.ts';

describe('filters in the address bar', () => {
  it('are read from a list or its JSON', () => {
    const filters = [{ column: 'mass', operator: '>=', value: 4000 }];
    expect(parseFilters(filters)).toEqual(filters);
    expect(parseFilters(JSON.stringify(filters))).toEqual(filters);
  });

  it('leave out what is no filter', () => {
    expect(parseFilters('not json')).toEqual([]);
    expect(
      parseFilters([{ column: 'a', operator: 'drop table', value: 1 }, { column: 'a', operator: '=' }, null]),
    ).toEqual([]);
    expect(parseFilters([{ column: 'a', operator: 'missing' }])).toHaveLength(1);
  });
});

describe('sorting', () => {
  it('goes up, down and away', () => {
    const up = nextSort(undefined, 'mass');
    const down = nextSort(up, 'mass');
    expect([sortText(up), sortText(down), sortText(nextSort(down, 'mass'))]).toEqual([
      'mass',
      '-mass',
      undefined,
    ]);
  });

  it('begins upwards on another column', () => {
    expect(nextSort({ column: 'a', descending: true }, 'b')).toEqual({ column: 'b', descending: false });
  });

  it('is read back as it was written', () => {
    expect(parseSort('-mass')).toEqual({ column: 'mass', descending: true });
    expect(parseSort(undefined)).toBeUndefined();
  });
});

describe('what is typed as an operand', () => {
  it('becomes the type of the column', () => {
    expect(operandOf('numeric', ' 3,5 ')).toEqual({ value: 3.5 });
    expect(operandOf('numeric', '12,500')).toHaveProperty('error');
    expect(operandOf('boolean', 'True')).toEqual({ value: true });
    expect(operandOf('categorical', '3')).toEqual({ value: '3' });
  });

  it('is refused with a reason when it does not fit', () => {
    expect(operandOf('integer', 'many')).toEqual({ error: 'This column holds numbers, and "many" is none.' });
    expect(operandOf('text', '  ')).toHaveProperty('error');
  });
});

describe('filters of a column', () => {
  it('offer an order only where there is one', () => {
    expect(operatorsOf('numeric')).toContain('<=');
    expect(operatorsOf('categorical')).not.toContain('<=');
  });

  it('replace an earlier bound of the same kind', () => {
    const first = addFilter([], { column: 'a', operator: '>=', value: 1 });
    expect(addFilter(first, { column: 'a', operator: '>=', value: 2 })).toEqual([
      { column: 'a', operator: '>=', value: 2 },
    ]);
    expect(addFilter(first, { column: 'a', operator: '<', value: 5 })).toHaveLength(2);
  });

  it('select the rows of a bar, the last with its upper edge', () => {
    expect(binFilters('a', 'numeric', [0, 1, 2], 0)).toEqual([
      { column: 'a', operator: '>=', value: 0 },
      { column: 'a', operator: '<', value: 1 },
    ]);
    expect(binFilters('a', 'numeric', [0, 1, 2], 1)[1]?.operator).toBe('<=');
    expect(binFilters('t', 'datetime', [0, 86_400_000], 0)[0]?.value).toBe('1970-01-01T00:00:00.000Z');
    expect(binFilters('w', 'time', [0, 43_200_000, 86_400_000], 1).map(({ value }) => value)).toEqual([
      '12:00:00',
      '23:59:59.999999',
    ]);
  });

  it('read as a sentence', () => {
    expect(filterText({ column: 'mass', operator: '>=', value: 4000 })).toBe('mass ≥ 4000');
    expect(filterText({ column: 'sex', operator: 'missing' })).toBe('sex is missing');
  });
});
