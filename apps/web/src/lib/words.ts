import type { MetricName, Role } from '@quadrax/contract';
import { formatFixed, formatNumber } from './format.ts';

/** How a metric is written, which way is better, and what it means to someone of another field. */
export const metricWords: Record<MetricName, { label: string; better: 'higher' | 'lower'; meaning: string }> =
  {
    accuracy: { label: 'Accuracy', better: 'higher', meaning: 'Share of rows whose class was predicted.' },
    balancedAccuracy: {
      label: 'Balanced accuracy',
      better: 'higher',
      meaning: 'Mean of the shares found in each class; rare classes weigh as much as common ones.',
    },
    f1: {
      label: 'F1',
      better: 'higher',
      meaning: 'Harmonic mean of precision and recall, averaged over classes.',
    },
    rocAuc: {
      label: 'ROC AUC',
      better: 'higher',
      meaning: 'How often a row of the class ranks above one that is not; 0.5 is chance.',
    },
    logLoss: {
      label: 'Log loss',
      better: 'lower',
      meaning: 'How far the probabilities are from what happened; confident errors cost most.',
    },
    rmse: {
      label: 'RMSE',
      better: 'lower',
      meaning: 'Root of the mean squared error, in the unit of the target; large errors weigh more.',
    },
    mae: { label: 'MAE', better: 'lower', meaning: 'Mean absolute error, in the unit of the target.' },
    r2: { label: 'R²', better: 'higher', meaning: 'Share of the variance that the model explains.' },
  };

const isMetric = (name: string): name is MetricName => name in metricWords;

/** "rocAuc" → "ROC AUC"; a name that is not known stays as it is. */
export const metricLabel = (name: string): string => (isMetric(name) ? metricWords[name].label : name);

/** A metric with the precision that suits it: three decimals for shares, four digits for errors with a unit. */
export const formatMetric = (name: string, value: number | undefined): string =>
  name === 'rmse' || name === 'mae' ? formatNumber(value, 4) : formatFixed(value, 3);

const algorithms: Record<string, string> = {
  auto: 'Best of all',
  gradient_boosting: 'Gradient boosting',
  linear: 'Linear',
  baseline: 'Baseline',
};

/** "gradient_boosting" → "Gradient boosting". */
export const algorithmLabel = (name: string): string => algorithms[name] ?? sentenceCase(name);

const roles: Record<Role, string> = { ADMIN: 'Administrator', USER: 'Member', VIEWER: 'Viewer' };

/** "ADMIN" → "Administrator". */
export const roleLabel = (role: Role): string => roles[role];

const kinds: Record<string, string> = {
  'datakit.profile': 'Profile a datakit',
  'model.train': 'Train a model',
};

/** A job's kind as what it does: "model.train" → "Train a model". */
export const jobKindLabel = (kind: string): string => kinds[kind] ?? sentenceCase(kind);

/** "ANOMALY_DETECTION" → "Anomaly detection". */
export function sentenceCase(word: string): string {
  const words = word.replaceAll(/[_.-]+/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
