import { describe, expect, it } from 'vitest';
import { tableName } from './table-name.ts';

describe('the name of a joined table', () => {
  it('is plain, free and not one that is kept for others', () => {
    expect(tableName('Städte & Länder 2024', [])).toBe('stadte_lander_2024');
    expect(tableName('Data', [])).toBe('t_data');
    expect(tableName('2024', [])).toBe('t_2024');
    expect(tableName('漢字', [])).toBe('t_');
    expect(tableName('cities', [{ datakitId: 'x', as: 'cities' }])).toBe('cities_2');
  });
});
