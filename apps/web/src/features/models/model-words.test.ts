import type { Candidate, Job, Model } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { arrivalBars, leaderboardBars, rungSentence, withCandidate } from './candidates.ts';
import { cellSentence, cellShade, confusionCells, confusionSentence } from './confusion.ts';
import {
  byMember,
  formatSpread,
  headlines,
  parameterLabel,
  parameterText,
  validationText,
} from './metrics.ts';
import { modelSentence, trainingFailure } from './model-state.ts';

const arrival = (algorithm: string, score: number, jobId = 'j1') => ({
  modelId: 'm1',
  jobId,
  algorithm,
  parameters: {},
  metric: 'logLoss',
  score,
  std: 0.01,
  elapsedMs: 10,
});

describe('candidates as they arrive', () => {
  it('are gathered for one job only', () => {
    const first = withCandidate([], arrival('linear', 0.4));
    expect(withCandidate(first, arrival('baseline', 1))).toHaveLength(2);
    expect(withCandidate(first, arrival('baseline', 1, 'j2'))).toHaveLength(1);
    expect(withCandidate(first, arrival('linear', 0.4))).toHaveLength(1);
  });

  it('stand best first, by what is better for the metric, the best marked', () => {
    const other = { ...arrival('linear', 0.5), parameters: { l2: 3 } };
    const bars = arrivalBars([arrival('baseline', 1), arrival('linear', 0.4), other]);
    expect(bars.map(({ label, chosen }) => [label, chosen])).toEqual([
      ['Linear', true],
      ['Linear 2', false],
      ['Baseline', false],
    ]);
  });
});

describe('candidates on the steps of a search', () => {
  const on = (algorithm: string, score: number, index: number) => ({
    ...arrival(algorithm, score),
    rung: { index, count: 2, rows: index === 0 ? 640 : 2560 },
  });
  const arrivals = [on('linear', 0.4, 0), on('baseline', 1, 0), on('baseline', 0.9, 1)];

  it('are shown once, where they got furthest, and those further on first', () => {
    expect(arrivalBars(arrivals).map(({ algorithm, score }) => [algorithm, score])).toEqual([
      ['baseline', 0.9],
      ['linear', 0.4],
    ]);
  });

  it('say which step it is, with how many rows', () => {
    expect(rungSentence(arrivals)).toBe('Step 2 of 2, with 2,560 rows to learn from');
    expect(rungSentence([arrival('linear', 1)])).toBe('');
  });
});

describe('a leaderboard', () => {
  it('is sorted by its metric and keeps the mark of the chosen', () => {
    const candidate = (algorithm: string, score: number, chosen: boolean): Candidate => ({
      algorithm,
      parameters: { leaves: 15 },
      metric: 'accuracy',
      score,
      chosen,
    });
    const bars = leaderboardBars([
      candidate('linear', 0.8, false),
      candidate('gradient_boosting', 0.9, true),
    ]);
    expect(bars.map((bar) => [bar.label, bar.chosen, bar.parameters])).toEqual([
      ['Gradient boosting', true, 'leaves 15'],
      ['Linear', false, 'leaves 15'],
    ]);
  });
});

describe('a confusion matrix', () => {
  const cells = confusionCells({
    labels: ['a', 'b', 'c'],
    matrix: [
      [8, 2, 0],
      [0, 5, 0],
      [0, 0, 0],
    ],
  });

  it('has shares of the true class, and none where the class is empty', () => {
    expect(cells[0]?.map((cell) => cell.share)).toEqual([0.8, 0.2, 0]);
    expect(cells[2]?.map((cell) => cell.share)).toEqual([0, 0, 0]);
  });

  it('is read out cell by cell', () => {
    const row = cells[0] ?? [];
    const [right, wrong] = row;
    if (!right || !wrong) throw new Error('no cells');
    expect(cellSentence(right, row)).toBe('Of 10 rows of a, 8 (80 %) were rightly predicted.');
    expect(cellSentence(wrong, row)).toBe('Of 10 rows of a, 2 (20 %) were predicted as b.');
  });

  it('is shaded by the share, and never fades out while there is a row', () => {
    const shades = [0.001, 0.2, 0.59, 0.6, 1].map((share) => cellShade(share, 1));
    expect(shades).toEqual(shades.toSorted((a, b) => a - b));
    expect(shades[0]).toBeGreaterThan(0.05);
    expect(shades.at(-1)).toBe(1);
    expect(cellShade(0, 0)).toBe(0);
  });

  it('names the commonest mistake, or that there is none', () => {
    expect(confusionSentence(cells)).toBe('Most often mistaken: a for b, 2 rows.');
    expect(confusionSentence(confusionCells({ labels: ['a'], matrix: [[3]] }))).toBe(
      'All of 3 held-out rows were predicted rightly.',
    );
  });
});

describe('a model in words', () => {
  const model = {
    status: 'DEPLOYED',
    deployedVersion: 2,
    latestVersion: 2,
    target: 'species',
    metric: { name: 'accuracy', value: 0.98554 },
  } as Model;

  it('says what it does and how well', () => {
    expect(modelSentence(model, 2)).toBe(
      'Version 2 is deployed · predicts species · Accuracy 0.986 · 2 versions',
    );
    // The figure is of the newest version, which need not be the one that answers.
    expect(modelSentence({ ...model, deployedVersion: 1 }, 2)).toBe(
      'Version 1 is deployed · predicts species · Accuracy 0.986 of version 2 · 2 versions',
    );
    expect(modelSentence({ status: 'DRAFT' } as Model, 0)).toBe('Draft, not trained yet');
  });

  it('gives the reason of a training that ended badly', () => {
    const job = (status: Job['status'], message?: string) =>
      ({ status, ...(message && { error: { code: 'X', message } }) }) as Job;
    expect(trainingFailure(job('FAILED', 'One class only.'))).toBe('One class only.');
    expect(trainingFailure(job('CANCELLED'))).toContain('cancelled');
    expect(trainingFailure(job('SUCCEEDED'))).toBeUndefined();
  });

  it('forgets a training that failed before the newest version', () => {
    const job = { status: 'FAILED', createdAt: '2026-01-02T00:00:00Z' } as Job;
    expect(trainingFailure(job, '2026-01-03T00:00:00Z')).toBeUndefined();
    expect(trainingFailure(job, '2026-01-01T00:00:00Z')).toBeDefined();
  });
});

describe('metrics', () => {
  it('spread where they do, however little', () => {
    expect(['accuracy', 'rmse'].map((name) => formatSpread(name, 0))).toEqual(['', '']);
    expect(formatSpread('accuracy', 0.0123)).toBe('± 0.012');
    expect(formatSpread('logLoss', 0.000123)).toBe('± 0.000123');
    expect(formatSpread('logLoss', 1e-17)).toBe('± 0.000');
  });

  it('lead with the most telling, each with its spread', () => {
    expect(headlines({ logLoss: 0.1, accuracy: 0.9, spread: { accuracy: 0.01 } })).toEqual([
      { name: 'accuracy', value: 0.9, spread: 0.01 },
      { name: 'logLoss', value: 0.1 },
    ]);
  });

  it('say how they were got', () => {
    expect(validationText({ folds: 5 })).toBe('Cross-validated in 5 folds');
    expect(validationText({ holdout: 0.2 })).toBe('Judged on the 20 % that were held out');
    expect(validationText({ holdout: 0.2, groups: 'shop' })).toBe(
      'Judged on whole groups by shop, about 20 %',
    );
  });

  it('come with parameters in words', () => {
    expect(parameterLabel('minLeafRows')).toBe('Min leaf rows');
    expect(parameterLabel('linear_2.l1Share')).toBe('Linear 2: l1 share');
    expect(parameterText(0.1 + 0.2)).toBe('0.3');
    expect(parameterText(0.000_843_533_728)).toBe('0.000843534');
    expect(parameterText([1, 2])).toBe('[1,2]');
  });

  it('name the parameters of an ensemble member by member, its share first', () => {
    const names = ['linear_2.l2', 'linear_10.l2', 'linear.l2', 'linear_2.share', 'linear_2.epochs', 'trees'];
    expect(names.toSorted(byMember)).toEqual([
      'trees',
      'linear.l2',
      'linear_2.share',
      'linear_2.epochs',
      'linear_2.l2',
      'linear_10.l2',
    ]);
  });
});
