import { describe, expect, it } from 'vitest';
import { recipeText, schemaChange, stepsOf } from './version-words.ts';

describe('what changed between two versions', () => {
  const before = {
    rows: 10,
    columns: [
      { name: 'a', type: 'text' as const },
      { name: 'b', type: 'integer' as const },
    ],
  };

  it('names columns that are new, gone or of another type, and counts the rows', () => {
    const after = {
      rows: 7,
      columns: [
        { name: 'a', type: 'numeric' as const },
        { name: 'c', type: 'integer' as const },
      ],
    };
    expect(schemaChange(before, after)).toBe(
      'New: c · Gone: b · Another type: a (text → numeric) · 3 rows fewer.',
    );
    expect(schemaChange(before, before)).toBe('Same columns, same number of rows.');
  });

  it('shows SQL as it was written, and steps a line each', () => {
    expect(recipeText({ sql: 'SELECT 1' })).toBe('SELECT 1');
    expect(recipeText({ steps: [{ step: 'drop', columns: ['a'] }] })).toBe('drop columns: ["a"]');
  });

  it('knows which steps can be applied again', () => {
    const drop = { step: 'drop', columns: ['a'] };
    expect(stepsOf({ steps: [drop] })).toEqual([drop]);
    for (const recipe of [undefined, { sql: 'SELECT 1' }, { steps: [drop, { step: 'split' }] }])
      expect(stepsOf(recipe)).toBeUndefined();
  });
});
