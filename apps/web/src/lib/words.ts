import { roleNames } from '@quadrax/contract/words';
import type { MetricName, Role } from '@quadrax/contract';
import { formatFixed, formatNumber } from './format.ts';

/** How a metric is written, which way is better, and what it means to someone of another field. */
export const metricWords: Record<MetricName, { label: string; meaning: string }> = {
  accuracy: { label: 'Accuracy', meaning: 'Share of rows whose class was predicted.' },
  balancedAccuracy: {
    label: 'Balanced accuracy',
    meaning: 'Mean of the shares found in each class; rare classes weigh as much as common ones.',
  },
  f1: {
    label: 'F1',
    meaning:
      'Harmonic mean of precision and recall: of the positive class where there are two, else averaged over the classes.',
  },
  rocAuc: {
    label: 'ROC AUC',
    meaning: 'How often a row of the class ranks above one that is not; 0.5 is chance.',
  },
  logLoss: {
    label: 'Log loss',
    meaning: 'How far the probabilities are from what happened; confident errors cost most.',
  },
  rmse: {
    label: 'RMSE',
    meaning: 'Root of the mean squared error, in the unit of the target; large errors weigh more.',
  },
  mae: { label: 'MAE', meaning: 'Mean absolute error, in the unit of the target.' },
  r2: { label: 'R²', meaning: 'Share of the variance that the model explains.' },
  pinball: {
    label: 'Pinball loss',
    meaning:
      'Mean error, in the unit of the target, where each side of the quantile weighs as much as it should be missed.',
  },
  coverage: {
    label: 'Coverage',
    meaning: 'Share of rows not above what was predicted; a good model of a quantile comes near to it.',
  },
  poissonDeviance: {
    label: 'Poisson deviance',
    meaning: 'How far counts are from what was predicted, as a Poisson distribution weighs it; 0 is perfect.',
  },
};

const isMetric = (name: string): name is MetricName => name in metricWords;

/** "rocAuc" → "ROC AUC"; a name that is not known stays as it is. */
export const metricLabel = (name: string): string => (isMetric(name) ? metricWords[name].label : name);

/** Errors that are no shares. */
const unscaled: ReadonlySet<string> = new Set(['rmse', 'mae', 'pinball', 'poissonDeviance']);

/** A metric with the precision that suits it: three decimals for shares, four digits for errors with a unit. */
export const formatMetric = (name: string, value: number | undefined): string =>
  unscaled.has(name) || isTiny(value) ? formatNumber(value, 4) : formatFixed(value, 3);

/** Of three decimals nothing would be left, and it is more than what computing leaves of nothing. */
const isTiny = (value: number | undefined): boolean =>
  value !== undefined && Math.abs(value) < 5e-4 && Math.abs(value) > 1e-9;

const algorithms: Record<string, string> = {
  auto: 'Best of all',
  gradient_boosting: 'Gradient boosting',
  random_forest: 'Random forest',
  extra_trees: 'Extra trees',
  linear: 'Linear',
  nearest_neighbors: 'Nearest neighbours',
  neural_network: 'Neural network',
  baseline: 'Baseline',
  blend: 'Ensemble',
  onnx: 'ONNX',
};

/** "gradient_boosting" → "Gradient boosting". */
export const algorithmLabel = (name: string): string => algorithms[name] ?? sentenceCase(name);

/** The roles in a workspace, from the one that may most to the one that may least. */
export const roles = ['ADMIN', 'USER', 'VIEWER'] as const satisfies readonly Role[];

const roleWords: Record<Role, { a: string; may: string }> = {
  ADMIN: {
    a: 'an administrator',
    may: 'Sees to members and reads the audit log besides.',
  },
  USER: { a: 'a member', may: 'Adds data, trains and deploys models.' },
  VIEWER: { a: 'a viewer', may: 'Reads, and changes nothing.' },
};

/** "ADMIN" → "Administrator". */
export const roleLabel = (role: Role): string => roleNames[role];

/** "ADMIN" → "an administrator"; a role of a later version stays as it is. */
export const roleSentence = (role: string): string =>
  (roleWords as Readonly<Record<string, { a: string }>>)[role]?.a ?? role;

/** What somebody with this role may do. */
export const roleMeaning = (role: Role): string => roleWords[role].may;

/** The roles to choose from. */
export const roleChoices = roles.map((value) => ({ value, label: roleLabel(value) }));

const kinds: Record<string, { verb: string; what: string }> = {
  'datakit.profile': { verb: 'Profile', what: 'a datakit' },
  'datakit.transform': { verb: 'Transform', what: 'a datakit' },
  'datakits.query': { verb: 'Query', what: 'a datakit' },
  'model.train': { verb: 'Train', what: 'a model' },
  'model.predict_batch': { verb: 'Predict a datakit with', what: 'a model' },
  'models.predict': { verb: 'Predict', what: 'with a model' },
};

/** The kinds of job there are. */
export const jobKinds = Object.keys(kinds);

/** A job's kind as what it does: "model.train" → "Train a model". */
export const jobKindLabel = (kind: string): string => jobName(kind, kinds[kind]?.what);

/** A job's kind with what it works on: "Train penguins". */
export const jobName = (kind: string, subject: string | undefined): string => {
  const known = kinds[kind];
  return known ? `${known.verb} ${subject ?? known.what}` : sentenceCase(kind);
};

const losses: Readonly<Record<string, { title: string; verb: string; words: string }>> = {
  'model.train': {
    title: 'Stop this training?',
    verb: 'Stop the training',
    words:
      'It makes no version, and what it has judged so far is lost. The versions before it stay. It can be run again, from the beginning.',
  },
};

/** What is lost where a job of this kind is stopped, to be asked before; nothing much of those that are done soon. */
export const jobLoss = (kind: string): (typeof losses)[string] | undefined => losses[kind];

/** "ANOMALY_DETECTION" → "Anomaly detection". */
export function sentenceCase(word: string): string {
  const words = word.replaceAll(/[_.-]+/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
