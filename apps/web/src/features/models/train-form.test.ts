import { trainRequestSchema } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import type { TrainColumn } from './train-columns.ts';
import {
  bounds,
  changeOfTarget,
  fieldOfDetail,
  trainErrors,
  trainSentence,
  toTrainBody,
  valuesForTarget,
  unusedName,
} from './train-form.ts';
import { columns, values } from './train-sample.ts';

describe('what the form suggests', () => {
  it('follows the target', () => {
    expect(valuesForTarget(columns, 'mass')).toEqual({
      target: 'mass',
      task: 'REGRESSION',
      features: ['species', 'notes'],
    });
  });

  it('never weighs or splits by what is predicted', () => {
    const asked = { ...values, weights: 'mass', splitBy: 'time', splitColumn: 'mass' } as const;
    expect(changeOfTarget(asked, { target: 'mass', columns, task: undefined })).toMatchObject({
      target: 'mass',
      task: 'REGRESSION',
      weights: '',
      splitBy: '',
      splitColumn: '',
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
      threshold: 'auto',
      calibrate: 'none',
    });
    expect(trainErrors({ ...values, threshold: 'own', thresholdAt: 1 })).toEqual({
      threshold: 'Use a probability above 0 and below 1.',
    });
  });

  it('says what classes count and which is positive, and nothing of that once another column is predicted', () => {
    const own = {
      ...values,
      classWeights: 'own',
      classWeightOf: { yes: 5, no: '' },
      positive: 'yes',
    } as const;
    expect(toTrainBody(own)).toMatchObject({ classWeights: { yes: 5 }, positive: 'yes' });
    expect(toTrainBody({ ...own, classWeightOf: {} }).classWeights).toBe('none');
    expect(toTrainBody({ ...own, task: 'REGRESSION' })).not.toHaveProperty('positive');
    expect(toTrainBody({ ...own, task: 'REGRESSION' }).classWeights).toBe('none');
    const elsewhere = changeOfTarget(own, { target: 'mass', columns, task: undefined });
    expect(elsewhere).toMatchObject({ classWeights: 'none', classWeightOf: {}, positive: '' });
    expect(trainErrors({ ...own, classWeightOf: { yes: -1 } })).toEqual({
      classWeights: 'Use 0 to 1,000,000.',
    });
  });

  it('says by which column rows are kept together or put in order', () => {
    const split = { ...values, splitBy: 'groups', splitColumn: 'island' } as const;
    expect(toTrainBody(split).validation).toEqual({ folds: 5, groups: 'island' });
    expect(toTrainBody({ ...split, splitBy: 'time', validation: 'holdout' }).validation).toEqual({
      holdout: 0.2,
      time: 'island',
    });
    expect(toTrainBody({ ...split, validation: 'holdout' }).validation).toEqual({
      holdout: 0.2,
      groups: 'island',
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
      'It has 201 different values: too many to be classes. Choose another target.',
    );
  });

  it('refuses a target by what is predicted of it', () => {
    const country: TrainColumn = { name: 'a', type: 'geographic', distinct: 5, present: 60 };
    const retrain = { ...values, target: 'a', features: ['mass'] };
    expect(trainErrors(retrain, country)).toEqual({});
    expect(Object.keys(trainErrors({ ...retrain, task: 'REGRESSION' }, country))).toEqual(['target']);
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
      const { min, max } = bounds[name];
      expect([name, accepts({ [name]: min }), accepts({ [name]: max })]).toEqual([name, true, true]);
      expect([accepts({ [name]: min - 1 }), accepts({ [name]: max + 1 })]).toEqual([false, false]);
    }
    expect(accepts({ validation: { folds: bounds.folds.max + 1 } })).toBe(false);
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
    expect(trainSentence({ ...values, folds: 1 }, 344)).toBe('');
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
