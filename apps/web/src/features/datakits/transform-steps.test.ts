import { QuadraxError } from '@quadrax/client';
import { describe, expect, it } from 'vitest';
import { putBetween, quoted, quotedAmong } from './sql-name.ts';
import { columnsAfter, faultText, leftText, remainText, stepFaults } from './transform-preview.ts';
import { newDraft, stepOf, tidyDraft } from './transform-steps.ts';

const filled = (kind: Parameters<typeof newDraft>[0], values: Record<string, string | string[]>) => {
  const draft = newDraft(kind, 1);
  return stepOf({ ...draft, values: { ...draft.values, ...values } });
};

describe('the form of a step', () => {
  it('is a step once all that it needs is filled in', () => {
    expect(stepOf(newDraft('rename', 1))).toBeUndefined();
    expect(filled('rename', { column: 'a', to: 'b' })).toEqual({ step: 'rename', column: 'a', to: 'b' });
    expect(filled('impute', { columns: ['a'] })).toEqual({
      step: 'impute',
      columns: ['a'],
      method: 'median',
    });
    for (const testShare of ['0.25', '0,25'])
      expect(filled('split', { testShare })).toEqual({ step: 'split', testShare: 0.25 });
    // Not twelve and a half.
    expect(filled('sample', { rows: '12,500' })).toEqual({ step: 'sample', rows: Number.NaN });
    expect(filled('sort', { column: 'a', order: 'descending' })).toEqual({
      step: 'sort',
      by: [{ column: 'a', descending: true }],
    });
    expect(filled('join', { datakitId: 'x', left: 'a', right: 'b' })).toEqual({
      step: 'join',
      datakitId: 'x',
      on: [{ left: 'a', right: 'b' }],
      type: 'left',
    });
    expect(stepOf(newDraft('deduplicate', 1))).toEqual({ step: 'deduplicate' });
    expect(filled('tidy', { column: 'a', spaces: 'leave', case: 'upper' })).toEqual({
      step: 'tidy',
      column: 'a',
      trim: false,
      case: 'upper',
    });
    expect(stepOf(tidyDraft('city', 1))).toEqual({
      step: 'tidy',
      column: 'city',
      trim: true,
      case: 'common',
    });
  });
});

describe('what is known of steps', () => {
  const rename = { step: 'rename', column: 'a', to: 'b' } as const;
  const drop = { step: 'drop' as const, columns: ['c'] };
  const counts = {
    total: 1500,
    taken: 1500,
    after: [
      { rows: 1500, columns: ['b', 'c'] },
      { rows: 1204, columns: ['b'] },
    ],
  };
  const known = [{ steps: [rename, drop], counts }];

  it('a step is offered the columns as they are after those before it', () => {
    expect(columnsAfter(['a', 'c'], [rename, drop], 0, known)).toEqual(['a', 'c']);
    expect(columnsAfter(['a', 'c'], [rename, drop], 1, known)).toEqual(['b', 'c']);
    expect(columnsAfter(['a', 'c'], [rename, drop], 2, known)).toEqual(['b']);
    // Nothing is known of another list of steps but of how it begins.
    const other = { ...drop, columns: ['b'] };
    expect(columnsAfter(['a', 'c'], [rename, other], 2, known)).toEqual(['b', 'c']);
    expect(columnsAfter(['a', 'c'], [other, drop], 2, known)).toEqual(['a', 'c']);
    expect(leftText([rename, other], 2, known)).toBeUndefined();
  });

  it('is what a step leaves, of the rows that went through it', () => {
    expect(leftText([rename, drop], 1, known)).toBe('1,500 rows, 2 columns after it');
    const sampled = [{ steps: [rename, drop], counts: { ...counts, total: 9000 } }];
    expect(leftText([rename, drop], 2, sampled)).toBe('1,204 of the first 1,500 rows, 1 column after it');
    const split = { step: 'split', testShare: 0.2 } as const;
    const halved = [{ steps: [rename, split], counts }];
    expect(leftText([rename, split], 1, halved)).toBe('1,500 rows, 2 columns after it');
    expect(leftText([rename, split], 2, halved)).toBe('1,204 rows to train on, 1 column after it');
    const both = [{ steps: [rename, split], counts: { ...counts, total: 9000 } }];
    expect(leftText([rename, split], 2, both)).toBe(
      '1,204 of the first 1,500 rows to train on, 1 column after it',
    );
    const joined = [
      { steps: [rename], counts: { total: 9000, taken: 1500, after: [{ rows: 3000, columns: ['a', 'b'] }] } },
    ];
    expect(leftText([rename], 1, joined)).toBe('3,000 rows from the first 1,500, 2 columns after it');
  });

  it('is said in a sentence', () => {
    expect(remainText(counts, [rename, drop])).toBe('1,204 of 1,500 rows remain, 1 column.');
    expect(remainText({ ...counts, total: 9000 }, [rename, drop])).toBe(
      'Of the first 1,500 rows, 1,204 remain, 1 column. Saving takes all 9,000 rows.',
    );
    const split = { step: 'split', testShare: 0.2 } as const;
    expect(remainText(counts, [rename, split])).toBe('1,204 rows to train on and 296 kept back, 1 column.');
    const joined = { ...counts, after: [{ rows: 3000, columns: ['a', 'b'] }] };
    expect(remainText(joined, [rename])).toBe('3,000 rows come of 1,500, 2 columns.');
  });

  it('what is wrong is said once, at its step, in the words of the form', () => {
    const message = 'There is no column "x" at this step.';
    const error = new QuadraxError({
      status: 400,
      code: 'UNKNOWN_FIELD',
      message,
      details: [
        { field: 'steps.1.on.0.right', message },
        { field: 'steps.1.on.0.right', message },
        { field: 'steps', message: 'Send either.' },
      ],
    });
    const [fault, ...others] = stepFaults(error);
    expect(others).toEqual([]);
    expect(fault).toEqual({ index: 1, field: 'right', message });
    expect(fault && faultText('filter', 2, fault)).toBe(`Step 2, filter rows: ${message}`);
  });
});

describe('the name of a column in SQL', () => {
  it('is quoted where it must be', () => {
    expect(['mass', 'body mass', 'order', 'a"b', '7up'].map(quoted)).toEqual([
      'mass',
      '"body mass"',
      '"order"',
      '"a""b"',
      '"7up"',
    ]);
    expect(quotedAmong('Age', ['Age', 'age'])).toBe('"Age"');
  });
});

describe('the name of a column put in at the caret', () => {
  it('keeps clear of the words beside it', () => {
    expect(putBetween('a > 1 AND', 'city', '')).toBe(' city');
    expect(putBetween("name = 'Bern'", 'city', "'Bern'")).toBe(' city ');
    expect(putBetween('', 'city', 'größe')).toBe('city ');
    expect(putBetween('größe', 'city', '')).toBe(' city');
  });

  it('stands alone beside signs, spaces and nothing', () => {
    expect(putBetween('', 'city', '')).toBe('city');
    expect(putBetween('avg(', 'city', ')')).toBe('city');
    expect(putBetween('AND ', 'city', ' > 1')).toBe('city');
  });

  it('is as it is in quotes that are open', () => {
    expect(putBetween('SELECT "', 'city', '" FROM data')).toBe('city');
    expect(putBetween("WHERE a = 'x' AND b = \"", 'city', '"')).toBe('city');
  });
});
