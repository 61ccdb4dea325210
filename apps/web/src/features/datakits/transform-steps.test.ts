import { describe, expect, it } from 'vitest';
import { newDraft, stepOf } from './transform-steps.ts';

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
  });
});
