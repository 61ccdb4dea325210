import type { ModelVersion, TrainSettings } from '@quadrax/contract';
import { trainRequestSchema } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { goneColumns, settingsOfVersion, valuesOfSettings } from './train-again.ts';
import {
  defaultFeatures,
  defaultTarget,
  inferTask,
  leftOutBecause,
  targetRefusal,
  type TrainColumn,
  trainColumns,
} from './train-columns.ts';
import {
  bounds,
  emptyTrainValues,
  fieldOfDetail,
  trainErrors,
  trainSentence,
  type TrainValues,
  toTrainBody,
  valuesForTarget,
  unusedName,
} from './train-form.ts';

const columns: TrainColumn[] = [
  { name: 'id', type: 'identifier', distinct: 344 },
  { name: 'species', type: 'categorical', distinct: 3 },
  { name: 'mass', type: 'numeric', distinct: 90 },
  { name: 'station', type: 'categorical', distinct: 1 },
  { name: 'notes', type: 'text', distinct: 200 },
];
const values: TrainValues = {
  ...emptyTrainValues,
  name: 'species from penguins',
  datakitId: '0192f0c4-0000-7000-8000-000000000001',
  target: 'species',
  task: 'CLASSIFICATION',
  features: ['mass'],
};

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

  it('is none for text, dates and identifiers', () => {
    for (const type of ['text', 'datetime', 'identifier', 'geographic'] as const) {
      expect(inferTask({ name: 'a', type })).toBeUndefined();
    }
  });
});

describe('what the form suggests', () => {
  it("is the sample's target, else the last column that can be predicted", () => {
    expect(defaultTarget(columns, { target: 'species' })).toBe('species');
    expect(defaultTarget(columns)).toBe('mass');
    expect(defaultTarget([{ name: 'id', type: 'identifier' }])).toBeUndefined();
  });

  it('predicts from every other column but identifiers and constants', () => {
    expect(defaultFeatures(columns, 'species')).toEqual(['mass', 'notes']);
  });

  it('follows the target', () => {
    expect(valuesForTarget(columns, 'mass')).toEqual({
      target: 'mass',
      task: 'REGRESSION',
      features: ['species', 'notes'],
    });
  });
});

describe('the form', () => {
  it('makes a request that the contract accepts', () => {
    expect(trainErrors(values)).toEqual({});
    expect(trainRequestSchema.parse(toTrainBody(values))).toMatchObject({
      target: 'species',
      validation: { folds: 5 },
    });
  });

  it('sends boosting parameters only to boosting', () => {
    const set = { ...values, parameters: { ...values.parameters, leaves: 31 } };
    expect(toTrainBody(set).parameters).toEqual({});
    expect(toTrainBody({ ...set, algorithm: 'gradient_boosting' }).parameters).toEqual({ leaves: 31 });
  });

  it('turns a holdout in percent into a share', () => {
    expect(toTrainBody({ ...values, validation: 'holdout', holdoutPercent: 25 }).validation).toEqual({
      holdout: 0.25,
    });
  });

  it('says how labels come of probabilities, only where classes are predicted', () => {
    const tuned = { ...values, threshold: 'f1', calibrate: 'platt' } as const;
    expect(toTrainBody(tuned)).toMatchObject({ threshold: 'f1', calibrate: 'platt' });
    expect(toTrainBody({ ...tuned, threshold: 'own', thresholdAt: 0.3 }).threshold).toBe(0.3);
    expect(toTrainBody({ ...tuned, task: 'REGRESSION' })).toMatchObject({
      threshold: 'half',
      calibrate: 'none',
    });
    expect(trainErrors({ ...values, threshold: 'own', thresholdAt: 1 })).toEqual({
      threshold: 'Use a probability above 0 and below 1.',
    });
  });

  it('says by which column rows are kept together or put in order', () => {
    const split = { ...values, splitBy: 'groups', splitColumn: 'island' } as const;
    expect(toTrainBody(split).validation).toEqual({ folds: 5, groups: 'island' });
    expect(toTrainBody({ ...split, splitBy: 'time', validation: 'holdout' }).validation).toEqual({
      holdout: 0.2,
      time: 'island',
    });
    expect(trainErrors({ ...split, splitColumn: '' })).toEqual({ splitColumn: 'Choose the column.' });
  });

  it('says at each field what is wrong', () => {
    const errors = trainErrors({
      ...values,
      name: ' ',
      features: [],
      folds: 1,
      seed: 1.5,
      timeBudgetSeconds: 2,
    });
    expect(Object.keys(errors).sort()).toEqual(['features', 'folds', 'name', 'seed', 'timeBudgetSeconds']);
    expect(errors['folds']).toBe('Use 2 to 20.');
    expect(trainErrors({ ...values, target: 'notes' }, columns.at(-1))['target']).toBe(
      'Text cannot be predicted.',
    );
  });

  it('sends the settings of the algorithm that is chosen, numbers and choices', () => {
    const set = { ...values, parameters: { trees: 200, penalty: 'l1', leaves: 3 } };
    expect(toTrainBody({ ...set, algorithm: 'random_forest' }).parameters).toEqual({ trees: 200 });
    expect(toTrainBody({ ...set, algorithm: 'linear' }).parameters).toEqual({ penalty: 'l1' });
    expect(trainErrors({ ...values, algorithm: 'extra_trees', parameters: { trees: 0 } })).toEqual({
      'parameters.trees': 'Use 1 to 5,000.',
    });
  });

  it('minds the parameters of boosting only when they count', () => {
    const wrong = { ...values, parameters: { ...values.parameters, leaves: 1 } };
    expect(trainErrors(wrong)).toEqual({});
    expect(trainErrors({ ...wrong, algorithm: 'gradient_boosting' })).toEqual({
      'parameters.leaves': 'Use 2 to 1,024.',
    });
  });

  it('has the bounds of the contract', () => {
    const accepts = (change: object): boolean =>
      trainRequestSchema.safeParse({ ...toTrainBody(values), ...change }).success;
    for (const name of ['seed', 'timeBudgetSeconds'] as const) {
      const { least, most } = bounds[name];
      expect([name, accepts({ [name]: least }), accepts({ [name]: most })]).toEqual([name, true, true]);
      expect([accepts({ [name]: least - 1 }), accepts({ [name]: most + 1 })]).toEqual([false, false]);
    }
    expect(accepts({ validation: { folds: bounds.folds.most + 1 } })).toBe(false);
  });
});

describe('an error of the server', () => {
  it('finds its field', () => {
    expect(fieldOfDetail('target')).toBe('target');
    expect(fieldOfDetail('body.features[3]')).toBe('features');
    expect(fieldOfDetail('validation.holdout')).toBe('holdoutPercent');
    expect(fieldOfDetail('validation')).toBe('folds');
    expect(fieldOfDetail('parameters.leaves')).toBe('parameters.leaves');
  });
});

describe('training again', () => {
  const version = {
    algorithm: 'gradient_boosting',
    parameters: { leaves: 15, learningRate: 0.08, note: 'x' },
    datakit: { id: 'd1', version: 1 },
    features: [{ name: 'mass', type: 'numeric' }],
    target: 'species',
    validation: { holdout: 0.25 },
    seed: 7,
    leaderboard: [{ metric: 'f1' }],
  } as unknown as ModelVersion;
  const again = (settings: TrainSettings) =>
    valuesOfSettings(settings, { type: 'CLASSIFICATION', name: 'penguins', columns });

  it('begins with what the version was asked for, to the last setting', () => {
    const asked: TrainValues = {
      ...values,
      name: 'penguins',
      features: ['notes', 'mass'],
      algorithm: 'gradient_boosting',
      validation: 'folds',
      folds: 3,
      splitBy: 'groups',
      splitColumn: 'station',
      metric: 'balancedAccuracy',
      weights: 'mass',
      threshold: 'own',
      thresholdAt: 0.3,
      calibrate: 'platt',
      seed: 11,
      timeBudgetSeconds: 30,
      parameters: { leaves: 9, monotone: 'mass +', maxBins: 32 },
    };
    const body = toTrainBody(asked);
    expect(body.parameters).toEqual(asked.parameters);
    expect(again(settingsOfVersion({ ...version, settings: body }))).toEqual(asked);
  });

  it('takes every other column where none were named, and none that are not there any more', () => {
    const { features: _all, ...open } = toTrainBody({ ...values, weights: 'mass' });
    expect(again(open).features).toEqual(['id', 'station', 'notes']);
    const gone = toTrainBody({
      ...values,
      features: ['mass', 'flipper'],
      weights: 'flipper',
      splitBy: 'time',
      splitColumn: 'flipper',
    });
    expect(again(gone)).toMatchObject({ features: ['mass'], weights: '', splitBy: '', splitColumn: '' });
    expect([goneColumns(gone, columns), goneColumns(open, columns)]).toEqual([['flipper'], []]);
  });

  it('begins with what can be told of a version that did not keep it', () => {
    expect(again(settingsOfVersion(version))).toMatchObject({
      datakitId: 'd1',
      target: 'species',
      features: ['mass'],
      algorithm: 'gradient_boosting',
      validation: 'holdout',
      holdoutPercent: 25,
      metric: 'f1',
      seed: 7,
      parameters: { leaves: 15, learningRate: 0.08 },
    });
  });

  it('searches again where the version was found by a search', () => {
    const searched = { ...version, leaderboard: [{}, {}] } as unknown as ModelVersion;
    expect(settingsOfVersion(searched).algorithm).toBe('auto');
  });
});

describe('what the profile warns of', () => {
  const warned = trainColumns({
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
    [{ name: 'a', type: 'integer', distinct: 1 }, 'the same in every row'],
    [{ name: 'a', type: 'categorical', distinct: 0 }, 'empty'],
    [{ name: 'a', type: 'identifier', distinct: 90 }, 'identifier'],
    [{ name: 'a', type: 'datetime', distinct: 90 }, 'date'],
    [{ name: 'a', type: 'categorical', distinct: 300 }, '300 categories'],
  ])('says why: %j', (column, reason) => {
    expect(targetRefusal(column)).toContain(reason);
  });
});

describe('a field whose text is no number', () => {
  it('is refused where it is, and nothing is sent', () => {
    expect(trainErrors({ ...values, seed: Number.NaN, folds: Number.NaN })).toEqual({
      seed: expect.stringContaining('no number'),
      folds: expect.stringContaining('no number'),
    });
    const boosting = { ...values, algorithm: 'gradient_boosting', parameters: { l2: Number.NaN } } as const;
    expect(Object.keys(trainErrors(boosting))).toEqual(['parameters.l2']);
  });
});

describe('the sentence before training', () => {
  it('says what will be done', () => {
    expect(trainSentence(values, 344)).toBe(
      'Learns to predict species from 1 column of 344 rows, judged by 5-fold cross-validation. Takes 2 min at most.',
    );
  });
});

describe('the name of a new model', () => {
  const others = (...names: string[]) => names.map((name) => ({ name }));

  it('is as suggested where no other has it, else numbered', () => {
    expect(unusedName('grade', others('grade 2'))).toBe('grade');
    expect(unusedName('grade', others('grade'))).toBe('grade 2');
    expect(unusedName('grade', others('grade', 'grade 2', 'grade 4'))).toBe('grade 3');
    expect(unusedName('x'.repeat(255), others('x'.repeat(255)))).toHaveLength(252);
  });
});
