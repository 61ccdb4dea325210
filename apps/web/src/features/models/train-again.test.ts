import type { ModelVersion, TrainSettings } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { exactRequest, goneText, openingValues, settingsOfVersion, valuesOfSettings } from './train-again.ts';
import { toTrainBody, type TrainValues } from './train-form.ts';
import { columns, values } from './train-sample.ts';

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
      classWeights: 'own',
      classWeightOf: { Adelie: 2 },
      positive: 'Adelie',
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
    expect(goneText(gone, columns)).toBe(
      'This datakit has no column flipper of those settings; it is left out.',
    );
    expect(goneText(open, columns)).toBeUndefined();
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
      // It weighed the classes before that was said apart.
      classWeights: 'balanced',
      seed: 7,
      parameters: { leaves: 15, learningRate: 0.08 },
    });
  });

  it('keeps every other setting where the target is not there', () => {
    const asked: TrainValues = {
      ...values,
      target: 'grade',
      features: ['mass', 'flipper'],
      algorithm: 'gradient_boosting',
      folds: 3,
      splitBy: 'groups',
      splitColumn: 'notes',
      metric: 'f1',
      weights: 'mass',
      seed: 11,
      parameters: { leaves: 9 },
    };
    const settings = toTrainBody(asked);
    const opened = openingValues({
      datakit: { id: 'd2', name: 'birds' },
      columns: [...columns, { name: 'wing', type: 'numeric', distinct: 80 }],
      model: { type: 'CLASSIFICATION', name: 'penguins' },
      start: { settings },
      sample: { target: 'species' },
    });
    expect(opened).toEqual({
      ...asked,
      name: 'penguins',
      datakitId: 'd2',
      target: 'species',
      features: ['wing'],
    });
    expect(goneText(settings, columns)).toBe(
      'This datakit has no column grade and 1 other of those settings. What is predicted, and from which columns, is suggested anew; the other settings are kept.',
    );
  });

  it('repeats a training exactly, by the plan of a search', () => {
    const plan = { trials: [{ algorithm: 'linear' as const, parameters: {}, rungs: 1 }], ensemble: false };
    const { classWeights: _unkept, ...settings } = toTrainBody({ ...values, threshold: 'half' });
    const kept = { ...version, settings, plan, classes: ['no', 'yes'] };
    expect(exactRequest(kept)).toEqual({ ...settings, classWeights: 'none', positive: 'yes', plan });
    expect(exactRequest({ ...kept, positive: 'no' })).not.toHaveProperty('positive');
    expect(exactRequest(version)).toBeUndefined();
  });

  it('searches again where the version was found by a search', () => {
    const searched = { ...version, leaderboard: [{}, {}] } as unknown as ModelVersion;
    expect(settingsOfVersion(searched).algorithm).toBe('auto');
  });
});
