import { describe, expect, it } from 'vitest';
import { beginning, illFormedField, shortened } from './index.ts';

describe('a text that is cut', () => {
  it('says so within its length, and is left alone where it fits', () => {
    expect(shortened('abcdef', 6)).toBe('abcdef');
    expect(shortened('abcdef', 5)).toBe('abcd…');
  });

  it('is never cut within a character', () => {
    expect(shortened('ab😀😀', 4)).toBe('ab…');
    expect(shortened('ab😀cd', 5)).toBe('ab😀…');
    expect(beginning('a😀b', 2)).toBe('a');
    expect(beginning('a😀', 3)).toBe('a😀');
    for (let most = 1; most < 12; most++) expect(shortened('😀😀a😀😀b😀', most).isWellFormed()).toBe(true);
  });
});

describe('half a character', () => {
  it('is found wherever it is, by the path of its field', () => {
    expect(illFormedField({ a: 'fine 😀', b: [1, null, true] })).toBeUndefined();
    expect(illFormedField({ rows: [{ name: 'x' }, { name: 'x\uD83D' }] })).toBe('rows.1.name');
    expect(illFormedField({ inputs: { '\uDE00': 1 } })).toBe('inputs');
    expect(illFormedField('\uD83D')).toBe('');
  });
});
