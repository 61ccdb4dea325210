import type { Datakit, Profile } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { datakitSentence, rowsText, warningFilter } from './datakit-state.ts';

const datakit = { status: 'READY', rows: 344, columns: [{}, {}, {}, {}, {}, {}, {}] } as Datakit;
const profile = (missing: number): Profile => ({
  rows: 344,
  columns: [{ name: 'a', type: 'numeric', missing, distinct: 3 }],
  warnings: [],
  exact: true,
});

describe('the state of a datakit in words', () => {
  it('counts rows, columns and missing values', () => {
    expect(datakitSentence(datakit, profile(19))).toBe('Ready · 344 rows, 7 columns · 19 missing values');
    expect(datakitSentence(datakit, profile(0))).toBe('Ready · 344 rows, 7 columns · no missing values');
  });

  it('does not speak of missing values before they are known', () => {
    expect(datakitSentence(datakit)).toBe('Ready · 344 rows, 7 columns');
  });

  it('says what happens, and what failed', () => {
    expect(datakitSentence({ ...datakit, status: 'PROCESSING', rows: null })).toContain('Being profiled');
    expect(datakitSentence({ ...datakit, status: 'FAILED' })).toContain('could not be read');
  });
});

describe('what the table shows', () => {
  it('is told against the whole while filters hold', () => {
    expect(rowsText(12, 344)).toBe('12 of 344 rows');
    expect(rowsText(344, 344)).toBe('344 rows');
    expect(rowsText(undefined, 344)).toBe('');
  });
});

describe('a warning', () => {
  it('leads to the rows it speaks of where a condition can', () => {
    expect(warningFilter({ code: 'MANY_MISSING', column: 'sex', message: '' })).toEqual({
      column: 'sex',
      operator: 'missing',
    });
    expect(warningFilter({ code: 'DUPLICATE_ROWS', message: '' })).toBeUndefined();
  });
});
