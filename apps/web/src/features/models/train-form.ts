import type { Algorithm, ColumnType, ComparedMetric, TrainRequest } from '@quadrax/contract';
import { formatDuration, plural } from '#lib/format.ts';
import { numberFault } from '#lib/numbers.ts';
import { defaultFeatures, inferTask, targetRefusal, type Task, type TrainColumn } from './train-columns.ts';
import { givenParameters, type ParameterValues, usedParameters } from './train-parameters.ts';

export interface TrainValues {
  name: string;
  datakitId: string;
  target: string;
  task: Task | '';
  features: string[];
  algorithm: Algorithm;
  validation: 'folds' | 'holdout';
  folds: number | '';
  holdoutPercent: number | '';
  /** How rows are dealt into what is learnt from and what is judged on. */
  splitBy: '' | 'groups' | 'time';
  splitColumn: string;
  metric: ComparedMetric | '';
  /** The column of the rows' weights. */
  weights: string;
  classWeights: 'none' | 'balanced' | 'own';
  /** Of `own`, by label; 1 where nothing is said. */
  classWeightOf: Readonly<Record<string, number | ''>>;
  /** The label that counts as positive; empty: as the server has it. */
  positive: string;
  threshold: 'auto' | 'half' | 'f1' | 'balanced_accuracy' | 'own';
  /** Of `own`. */
  thresholdAt: number | '';
  calibrate: TrainRequest['calibrate'];
  seed: number | '';
  timeBudgetSeconds: number | '';
  parameters: ParameterValues;
}

export const emptyTrainValues: TrainValues = {
  name: '',
  datakitId: '',
  target: '',
  task: '',
  features: [],
  algorithm: 'auto',
  validation: 'folds',
  folds: 5,
  holdoutPercent: 20,
  splitBy: '',
  splitColumn: '',
  metric: '',
  weights: '',
  classWeights: 'none',
  classWeightOf: {},
  positive: '',
  threshold: 'auto',
  thresholdAt: 0.5,
  calibrate: 'none',
  seed: 1,
  timeBudgetSeconds: 120,
  parameters: {},
};

/** What belongs to a target: its task and the columns it is predicted from. */
export function valuesForTarget(
  columns: readonly TrainColumn[],
  target: string,
): Pick<TrainValues, 'target' | 'task' | 'features'> {
  const column = columns.find((one) => one.name === target);
  return {
    target,
    task: (column && inferTask(column)?.task) ?? '',
    features: defaultFeatures(columns, target),
  };
}

/** What changes once another column is to be predicted; all else is kept. */
export function changeOfTarget(
  values: TrainValues,
  { target, columns, task }: { target: string; columns: readonly TrainColumn[]; task: Task | undefined },
): Partial<TrainValues> {
  const chosen = valuesForTarget(columns, target);
  const meant = task ?? chosen.task;
  const weights = values.weights === target ? '' : values.weights;
  const unsplit = values.splitColumn === target && ({ splitBy: '', splitColumn: '' } as const);
  const aside = new Set([weights, values.splitBy === 'groups' ? values.splitColumn : '']);
  return {
    ...chosen,
    ...unsplit,
    features: chosen.features.filter((one) => !aside.has(one)),
    weights,
    ...(target !== values.target && unlabelled(values)),
    task: meant,
    metric: meant === values.task ? values.metric : '',
  };
}

/** Without what was said of single classes: another column has others. */
const unlabelled = ({ classWeights }: TrainValues): Partial<TrainValues> => ({
  positive: '',
  classWeightOf: {},
  classWeights: classWeights === 'own' ? 'none' : classWeights,
});

/** "Species from penguins", the name a model gets unless it is given another. */
export const suggestedName = (target: string, datakitName: string): string =>
  target === '' ? '' : `${target} from ${datakitName}`.slice(0, 255);

/** The name, numbered where another model has it: "species from penguins 2". */
export function unusedName(name: string, others: readonly { readonly name: string }[]): string {
  const taken = new Set(others.map((one) => one.name));
  if (!taken.has(name)) return name;
  const numbered = (number: number): string => `${name.slice(0, 250)} ${number}`;
  let number = 2;
  while (taken.has(numbered(number))) number++;
  return numbered(number);
}

/** The body of `POST /models/:id/train`. */
export function toTrainBody(values: TrainValues): TrainRequest {
  return {
    datakitId: values.datakitId,
    target: values.target,
    features: values.features,
    algorithm: values.algorithm,
    parameters: givenParameters(values.algorithm, values.parameters),
    validation: validationOf(values),
    ...(values.metric !== '' && { metric: values.metric }),
    ...(values.weights !== '' && { weights: values.weights }),
    ...decisionOf(values),
    seed: values.seed === '' ? 1 : values.seed,
    timeBudgetSeconds: values.timeBudgetSeconds === '' ? 120 : values.timeBudgetSeconds,
  };
}

/** Only classes have weights and a threshold; what was chosen before the target became a number is dropped. */
function decisionOf(
  values: TrainValues,
): Pick<TrainRequest, 'classWeights' | 'positive' | 'threshold' | 'calibrate'> {
  if (values.task !== 'CLASSIFICATION') return { classWeights: 'none', threshold: 'auto', calibrate: 'none' };
  const { threshold, thresholdAt, calibrate, positive } = values;
  return {
    classWeights: values.classWeights === 'own' ? ownWeights(values) : values.classWeights,
    ...(positive !== '' && { positive }),
    threshold: threshold === 'own' ? Number(thresholdAt) : threshold,
    calibrate,
  };
}

/** Those that were given; none where none was. */
function ownWeights({ classWeightOf }: TrainValues): TrainRequest['classWeights'] {
  const given = Object.entries(classWeightOf).flatMap(([label, weight]) =>
    weight === '' ? [] : [[label, weight] as const],
  );
  return given.length > 0 ? Object.fromEntries(given) : 'none';
}

function validationOf(values: TrainValues): TrainRequest['validation'] {
  const { splitBy, splitColumn } = values;
  const split = splitBy === '' ? {} : { [splitBy]: splitColumn };
  if (values.validation === 'holdout') return { holdout: Number(values.holdoutPercent) / 100, ...split };
  return { folds: Number(values.folds), ...split };
}

/** The columns that rows can be kept together or put in order by. */
export function splitColumns(columns: readonly TrainColumn[], { splitBy, target }: TrainValues): string[] {
  const ordered = new Set<ColumnType>(['datetime', 'numeric', 'integer']);
  return columns
    .filter(({ name, type }) => name !== target && (splitBy === 'groups' || ordered.has(type)))
    .map(({ name }) => name);
}

/** The columns that say how much a row counts. */
export const weightColumns = (columns: readonly TrainColumn[], target: string): string[] =>
  columns
    .filter(({ name, type }) => name !== target && (type === 'numeric' || type === 'integer'))
    .map(({ name }) => name);

export type TrainErrors = Partial<Record<string, string>>;

/** What the server takes: the contract's bounds, which a test holds this to. */
export const bounds = {
  seed: { min: 0, max: 4_294_967_295, whole: true },
  timeBudgetSeconds: { min: 5, max: 86_400, whole: true },
  folds: { min: 2, max: 20, whole: true },
  classWeight: { min: 0, max: 1_000_000 },
} as const;

/**
 * Errors by the path of the field in `TrainValues`; empty when the form may be sent.
 * @param column of the target, as far as it is known
 */
export function trainErrors(values: TrainValues, column?: TrainColumn): TrainErrors {
  const errors: TrainErrors = {};
  const put = (field: string, message: string | undefined): void => {
    if (message !== undefined) errors[field] ??= message;
  };
  if (values.name.trim() === '') put('name', 'Give the model a name.');
  if (values.datakitId === '') put('datakitId', 'Choose the data to learn from.');
  else if (values.target === '') put('target', 'Choose the column to predict.');
  else if (column) put('target', targetRefusal(column, values.task || undefined));
  if (values.target !== '' && values.features.length === 0) {
    put('features', 'Choose at least one column to predict from.');
  }
  validationErrors(values, put);
  const { threshold, thresholdAt } = values;
  if (threshold === 'own' && !(thresholdAt !== '' && thresholdAt > 0 && thresholdAt < 1)) {
    put('threshold', 'Use a probability above 0 and below 1.');
  }
  if (values.task === 'CLASSIFICATION' && values.classWeights === 'own') {
    for (const weight of Object.values(values.classWeightOf))
      put('classWeights', numberFault(weight, bounds.classWeight));
  }
  put('seed', numberFault(values.seed, bounds.seed));
  if (values.algorithm === 'auto') {
    put('timeBudgetSeconds', numberFault(values.timeBudgetSeconds, bounds.timeBudgetSeconds));
  }
  for (const parameter of usedParameters(values.algorithm, values.parameters)) {
    const value = values.parameters[parameter.name];
    if (parameter.kind === 'choice' || parameter.kind === 'text' || typeof value !== 'number') continue;
    const { name, min, max, kind } = parameter;
    put(`parameters.${name}`, numberFault(value, { min, max, whole: kind === 'integer' }));
  }
  return errors;
}

function validationErrors(
  values: TrainValues,
  put: (field: string, message: string | undefined) => void,
): void {
  const { validation, folds, holdoutPercent, splitBy, splitColumn } = values;
  if (splitBy !== '' && splitColumn === '') put('splitColumn', 'Choose the column.');
  if (validation === 'folds')
    put('folds', folds === '' ? 'Choose 2 to 20 folds.' : numberFault(folds, bounds.folds));
  else if (!(holdoutPercent !== '' && holdoutPercent > 0 && holdoutPercent < 100)) {
    put('holdoutPercent', 'Hold out more than 0 and less than 100 percent.');
  }
}

/** Where in the form an error of the server belongs, by the `field` of its detail. */
export function fieldOfDetail(field: string): string {
  const path = field.replace(/^body\./, '').replaceAll(/\[(\d+)\]/g, '.$1');
  if (path === 'validation.groups' || path === 'validation.time') return 'splitColumn';
  if (path.startsWith('validation')) return path.includes('holdout') ? 'holdoutPercent' : 'folds';
  if (path.startsWith('features')) return 'features';
  if (path.startsWith('parameters.')) return path;
  return path.split('.')[0] ?? path;
}

/** What a training will do, in a sentence to read before it is started. */
export function trainSentence(values: TrainValues, rows: number): string {
  if (values.target === '' || values.task === '') return '';
  if ([values.folds, values.holdoutPercent, values.timeBudgetSeconds].some(Number.isNaN)) return '';
  // What cannot be is not said to be done.
  if (values.validation === 'folds' && numberFault(values.folds, bounds.folds)) return '';
  const judged =
    values.validation === 'folds'
      ? `judged by ${values.folds}-fold cross-validation`
      : `judged on ${values.holdoutPercent} % of the rows`;
  const from = plural(values.features.length, 'column');
  const budget =
    values.algorithm === 'auto' && values.timeBudgetSeconds !== ''
      ? ` Takes ${formatDuration(values.timeBudgetSeconds)} at most.`
      : '';
  return `Learns to predict ${values.target} from ${from} of ${plural(rows, 'row')}, ${judged}.${budget}`;
}
