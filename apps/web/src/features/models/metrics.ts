import type {
  ClassWeights,
  ComparedMetric,
  MetricName,
  Metrics,
  ModelType,
  ModelVersion,
} from '@quadrax/contract';
import { formatPercent } from '#lib/format.ts';
import { formatMetric, metricWords } from '#lib/words.ts';

const byType: Partial<Record<ModelType, readonly ComparedMetric[]>> = {
  CLASSIFICATION: ['accuracy', 'balancedAccuracy', 'f1', 'rocAuc', 'logLoss'],
  REGRESSION: ['rmse', 'mae', 'r2', 'pinball', 'poissonDeviance'],
};

/** The metrics that candidates of a model of this type can be compared by. */
export const comparedBy = (type: ModelType): readonly ComparedMetric[] => byType[type] ?? [];

/** In the order in which they are read. Those of a goal are there only where it was asked for, and then they are first. */
const inReadingOrder: readonly MetricName[] = [
  ...comparedBy('CLASSIFICATION'),
  'pinball',
  'coverage',
  'poissonDeviance',
  'rmse',
  'mae',
  'r2',
];

const isMetric = (name: string): name is MetricName => name in metricWords;

export const metricMeaning = (name: string): string => (isMetric(name) ? metricWords[name].meaning : '');

/** "± 0.012"; empty where nothing spreads, as over a single holdout. */
export const formatSpread = (name: string, spread: number | undefined): string =>
  spread ? `± ${formatMetric(name, spread)}` : '';

/** "0.941 to 0.978", where chance in the rows held out leaves a metric with 95 % confidence. */
export const formatInterval = (name: string, interval: readonly [number, number] | undefined): string =>
  interval === undefined ? '' : `${formatMetric(name, interval[0])} to ${formatMetric(name, interval[1])}`;

export interface Headline {
  readonly name: MetricName;
  readonly value: number;
  readonly spread?: number;
  readonly interval?: readonly [number, number];
}

/** The metrics that are there, the most telling first. */
export function headlines(metrics: Metrics): Headline[] {
  return inReadingOrder.flatMap((name) => {
    const value = metrics[name];
    const spread = metrics.spread?.[name];
    const interval = metrics.intervals?.[name];
    return value === undefined
      ? []
      : [{ name, value, ...(spread !== undefined && { spread }), ...(interval && { interval }) }];
  });
}

/** "learningRate" as "Learning rate", "l2" as "L2". */
export function parameterLabel(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .replaceAll('.', ': ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Of `linear_2.penalty`: `linear_2`. Empty for a parameter of the model itself. */
const memberOf = (parameter: string): string => parameter.slice(0, Math.max(0, parameter.lastIndexOf('.')));

/** The order of parameters' names: one member of an ensemble after the other, each beginning with its share. */
export function byMember(a: string, b: string): number {
  const [member, other] = [memberOf(a), memberOf(b)];
  if (member !== other) return member.localeCompare(other, 'en', { numeric: true });
  const share = `${member}.share`;
  return Number(b === share) - Number(a === share) || a.localeCompare(b, 'en');
}

/** "yes 5, no 1" or "balanced"; undefined where all rows count alike. */
export function classWeightsText(weights: ClassWeights | undefined): string | undefined {
  if (weights === undefined || weights === 'none') return undefined;
  if (typeof weights === 'string') return weights;
  return Object.entries(weights)
    .map(([label, weight]) => `${label} ${parameterText(weight)}`)
    .join(', ');
}

/** A parameter's value as text; a number to six digits, which is more than any of them matters to. */
export function parameterText(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** "Cross-validated in 5 folds", "Judged on 20 % held out". */
export function validationText(validation: NonNullable<ModelVersion['validation']>): string {
  const { time, groups } = validation;
  if ('holdout' in validation) {
    const share = formatPercent(validation.holdout);
    if (groups !== undefined) return `Judged on whole groups by ${groups}, about ${share}`;
    return time === undefined
      ? `Judged on the ${share} that were held out`
      : `Judged on the latest ${share} by ${time}`;
  }
  const text = `Cross-validated in ${validation.folds} folds`;
  if (groups !== undefined) return `${text} that keep each ${groups} together`;
  return time === undefined ? text : `${text}, each judged by a model of what is earlier by ${time},`;
}
