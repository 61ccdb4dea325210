import { noClassesBecause, noNumbersBecause } from '@quadrax/contract/target-fit';
import { describe, expect, it } from 'vitest';
import {
  defaultFeatures,
  defaultTarget,
  inferTask,
  leftOutBecause,
  targetRefusal,
  type TrainColumn,
  trainColumns,
} from './train-columns.ts';
import { columns } from './train-sample.ts';

describe('the task a column asks for', () => {
  it('is to tell classes apart for categories and for true and false', () => {
    expect(inferTask({ name: 'a', type: 'categorical', distinct: 3 })).toEqual({
      task: 'CLASSIFICATION',
      reason: 'Its values are 3 categories, so the class is predicted.',
      open: false,
    });
    expect(inferTask({ name: 'a', type: 'boolean' })?.task).toBe('CLASSIFICATION');
  });

  it('is a number for numbers', () => {
    expect(inferTask({ name: 'a', type: 'numeric' })).toMatchObject({ task: 'REGRESSION', open: false });
  });

  it('is left open for a few whole numbers, which may be codes', () => {
    expect(inferTask({ name: 'a', type: 'integer', distinct: 2 })).toMatchObject({
      task: 'CLASSIFICATION',
      open: true,
    });
    expect(inferTask({ name: 'a', type: 'integer', distinct: 7 })).toMatchObject({
      task: 'REGRESSION',
      open: true,
    });
    expect(inferTask({ name: 'a', type: 'integer', distinct: 5000 })).toMatchObject({
      task: 'REGRESSION',
      open: false,
    });
  });

  it.each(['text', 'identifier', 'geographic'] as const)(
    'is to tell classes apart for %s whose values come again and again',
    (type) => {
      expect(inferTask({ name: 'a', type, distinct: 31, present: 60 })).toEqual({
        task: 'CLASSIFICATION',
        reason: 'Its values are 31 different ones again and again, so the class is predicted.',
        open: false,
      });
      expect(inferTask({ name: 'a', type, distinct: 60, present: 60 })).toBeUndefined();
      expect(inferTask({ name: 'a', type, distinct: 201, present: 900 })).toBeUndefined();
    },
  );

  it('is none for dates', () => {
    expect(inferTask({ name: 'a', type: 'datetime', distinct: 3, present: 60 })).toBeUndefined();
  });
});

describe('what is suggested', () => {
  it("is the sample's target, else the last column that can be predicted", () => {
    expect(defaultTarget(columns, { target: 'species' })).toBe('species');
    expect(defaultTarget(columns)).toBe('mass');
    expect(defaultTarget([{ name: 'id', type: 'identifier', distinct: 9, present: 9 }])).toBeUndefined();
  });

  it('is text or a place only where nothing else can be predicted', () => {
    const country: TrainColumn = { name: 'country', type: 'geographic', distinct: 5, present: 60 };
    expect(defaultTarget([...columns, country])).toBe('mass');
    expect(defaultTarget([country])).toBe('country');
  });

  it('is what the model predicts, classes or numbers', () => {
    expect(defaultTarget(columns, undefined, 'REGRESSION')).toBe('mass');
    const measured = { name: 'length', type: 'numeric', distinct: 300, present: 344 } as const;
    expect(defaultTarget([...columns, measured], undefined, 'REGRESSION')).toBe('length');
    expect(defaultTarget([...columns, measured], undefined, 'CLASSIFICATION')).toBe('mass');
  });

  it('predicts from every other column but identifiers and constants', () => {
    expect(defaultFeatures(columns, 'species')).toEqual(['mass', 'notes']);
  });
});

describe('what the profile warns of', () => {
  const warned = trainColumns({
    rows: 100,
    columns: [
      { name: 'inch', type: 'numeric', distinct: 90, missing: 0 },
      { name: 'cm', type: 'numeric', distinct: 90, missing: 0 },
      { name: 'row', type: 'integer', distinct: 100, missing: 0 },
      { name: 'grade', type: 'categorical', distinct: 2, missing: 0 },
    ],
    warnings: [
      { code: 'LIKELY_LEAK', column: 'cm', other: 'inch', message: '' },
      { code: 'LIKELY_IDENTIFIER', column: 'row', message: '' },
    ],
  });
  const reasons = (target: string) =>
    warned.flatMap((column) => {
      const reason = leftOutBecause(column, target);
      return reason ? [`${column.name}: ${reason}`] : [];
    });

  it('is left out: a leak of the target either way, and what tells rows apart', () => {
    expect(reasons('inch')).toEqual(['cm: leak', 'row: identifier']);
    expect(reasons('cm')).toEqual(['inch: leak', 'row: identifier']);
    expect(reasons('grade')).toEqual(['row: identifier']);
    expect(defaultFeatures(warned, 'cm')).toEqual(['grade']);
  });
});

describe('a column that cannot be predicted', () => {
  it.each<[TrainColumn, string]>([
    [{ name: 'a', type: 'categorical', distinct: 1 }, 'the same in every row'],
    [{ name: 'a', type: 'categorical', distinct: 0 }, 'empty'],
    [{ name: 'a', type: 'identifier', distinct: 90, present: 90 }, 'as an identifier has'],
    [{ name: 'a', type: 'categorical', distinct: 9, present: 9 }, 'another value in every row'],
    [{ name: 'a', type: 'datetime', distinct: 90, present: 99 }, 'dates'],
    [{ name: 'a', type: 'categorical', distinct: 300, present: 900 }, '300 different values'],
  ])('says why: %j', (column, reason) => {
    expect(targetRefusal(column)).toContain(reason);
  });

  it.each<[TrainColumn['type'], number]>([
    ['geographic', 5],
    ['text', 31],
    ['identifier', 50],
  ])('is none of type %s whose values come again', (type, distinct) => {
    expect(targetRefusal({ name: 'a', type, distinct, present: 60 })).toBeUndefined();
  });

  it('is one of a single number only where classes are predicted, as the server has it', () => {
    const constant: TrainColumn = { name: 'a', type: 'integer', distinct: 1, present: 60 };
    expect(targetRefusal(constant, 'CLASSIFICATION')).toContain('the same in every row');
    expect(targetRefusal(constant, 'REGRESSION')).toBeUndefined();
    expect(inferTask(constant)).toMatchObject({ task: 'REGRESSION', open: false });
    expect(targetRefusal(constant)).toBeUndefined();
    expect(targetRefusal({ ...constant, type: 'categorical' }, 'REGRESSION')).toContain('needs a number');
    // It may be chosen; it is not what a form begins with.
    expect(defaultTarget([...columns, constant])).toBe('mass');
    expect(noClassesBecause({ type: 'integer', distinct: 1, present: 60 })).toBeDefined();
    expect(noNumbersBecause({ type: 'integer' })).toBeUndefined();
  });

  it('depends on whether classes or numbers are predicted', () => {
    const price: TrainColumn = { name: 'a', type: 'integer', distinct: 60, present: 60 };
    expect(targetRefusal(price, 'REGRESSION')).toBeUndefined();
    expect(targetRefusal(price, 'CLASSIFICATION')).toContain('Train a regression');
    const numbered: TrainColumn = { ...price, type: 'identifier' };
    expect(targetRefusal(numbered, 'REGRESSION')).toBeUndefined();
    const country: TrainColumn = { name: 'a', type: 'geographic', distinct: 5, present: 60 };
    expect(targetRefusal(country, 'REGRESSION')).toContain('a regression needs a number');
  });
});
