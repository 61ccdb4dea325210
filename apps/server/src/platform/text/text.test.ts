import { describe, expect, it } from 'vitest';
import { beginning, safeFileName, shortened } from './index.ts';

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

it('a name for a file holds nothing that a system stumbles over', () => {
  expect(safeFileName('../Spring: 2026', 'csv', 'datakit')).toBe('Spring- 2026.csv');
  expect(safeFileName('/..', 'csv', 'datakit')).toBe('datakit.csv');
  expect(safeFileName(`a${'😀'.repeat(100)}`, 'csv', 'datakit').isWellFormed()).toBe(true);
});
