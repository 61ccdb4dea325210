import type { Body, Model, ModelVersion, QuadraxClient } from '@quadrax/client';
import type { Command } from 'commander';
import { connect, connected } from '../connection.ts';
import type { ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { createOutput, number } from '../output.ts';
import { withProgress } from '../progress.ts';

type TrainRequest = Body<'models.train'>;

interface TrainOptions extends ConnectionOptions {
  readonly datakit: string;
  readonly target: string;
  readonly model?: string;
  readonly name?: string;
  readonly type?: string;
  readonly features?: string;
  readonly algorithm?: string;
  readonly parameter: readonly string[];
  readonly metric?: string;
  readonly folds?: string;
  readonly holdout?: string;
  readonly groups?: string;
  readonly weights?: string;
  readonly classWeights?: string;
  readonly classWeight: readonly string[];
  readonly positive?: string;
  readonly time?: string;
  readonly threshold?: string;
  readonly calibrate?: string;
  readonly seed?: string;
  readonly timeBudget?: string;
  readonly deploy?: boolean;
  readonly wait: boolean;
}

const modelTypes = ['CLASSIFICATION', 'REGRESSION'] as const;

/** The type as the API spells it. @throws CliError */
export const modelTypeOf = (text: string): (typeof modelTypes)[number] => {
  const found = modelTypes.find((type) => type === text.toUpperCase());
  if (!found) throw new CliError(`"${text}" is no type of model. Say ${modelTypes.join(' or ')}.`);
  return found;
};

const numeric = (name: string, text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new CliError(`--${name} ${text} is no number.`);
  return value;
};

const validationOf = ({ folds, holdout, groups, time }: TrainOptions): Pick<TrainRequest, 'validation'> => {
  if (folds !== undefined && holdout !== undefined)
    throw new CliError('Choose --folds or --holdout, not both.');
  const split = { ...(groups !== undefined && { groups }), ...(time !== undefined && { time }) };
  if (holdout !== undefined) return { validation: { holdout: numeric('holdout', holdout), ...split } };
  if (folds === undefined && groups === undefined && time === undefined) return {};
  return { validation: { folds: numeric('folds', folds ?? '5'), ...split } };
};

/** One more of an option that may be given again. */
const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** "trees=200" as the server takes it: a number where it is one. @throws CliError */
const parametersOf = (given: readonly string[]): Pick<TrainRequest, 'parameters'> => {
  if (given.length === 0) return {};
  const entries = given.map((text): [string, number | string] => {
    const at = text.indexOf('=');
    if (at < 1) throw new CliError(`--parameter ${text} is no name=value, such as trees=200.`);
    const value = text.slice(at + 1);
    const isNumber = value.trim() !== '' && Number.isFinite(Number(value));
    return [text.slice(0, at), isNumber ? Number(value) : value];
  });
  return { parameters: Object.fromEntries(entries) };
};

/** "yes=5" as a weight by label; the last "=" parts them. @throws CliError */
const classWeightsOf = ({
  classWeights,
  classWeight: given,
}: TrainOptions): Pick<TrainRequest, 'classWeights'> => {
  if (classWeights !== undefined && given.length > 0)
    throw new CliError('Choose --class-weights or --class-weight, not both.');
  if (classWeights !== undefined)
    return { classWeights: classWeights as NonNullable<TrainRequest['classWeights']> };
  if (given.length === 0) return {};
  const entries = given.map((text): [string, number] => {
    const at = text.lastIndexOf('=');
    if (at < 1) throw new CliError(`--class-weight ${text} is no label=weight, such as yes=5.`);
    return [text.slice(0, at), numeric('class-weight', text.slice(at + 1))];
  });
  return { classWeights: Object.fromEntries(entries) };
};

/** A rule such as "f1", or a probability. */
const thresholdOf = ({ threshold }: TrainOptions): Pick<TrainRequest, 'threshold'> => {
  if (threshold === undefined) return {};
  const isNumber = threshold.trim() !== '' && Number.isFinite(Number(threshold));
  return { threshold: (isNumber ? Number(threshold) : threshold) as NonNullable<TrainRequest['threshold']> };
};

/** The request; what the server knows better (names of algorithms, bounds) it checks. */
const requestOf = (options: TrainOptions): TrainRequest => {
  const { datakit, target, features, algorithm, metric, calibrate, seed, timeBudget } = options;
  const { weights, positive } = options;
  return {
    datakitId: datakit,
    target,
    ...(features !== undefined && { features: features.split(',').map((name) => name.trim()) }),
    ...(algorithm !== undefined && { algorithm: algorithm as NonNullable<TrainRequest['algorithm']> }),
    ...parametersOf(options.parameter),
    ...(metric !== undefined && { metric: metric as NonNullable<TrainRequest['metric']> }),
    ...validationOf(options),
    ...(weights !== undefined && { weights }),
    ...classWeightsOf(options),
    ...(positive !== undefined && { positive }),
    ...thresholdOf(options),
    ...(calibrate !== undefined && { calibrate: calibrate as NonNullable<TrainRequest['calibrate']> }),
    ...(seed !== undefined && { seed: numeric('seed', seed) }),
    ...(timeBudget !== undefined && { timeBudgetSeconds: numeric('time-budget', timeBudget) }),
  };
};

/** What predicting a column means, by its type: numbers are measured, everything else is told apart. */
const typeFor = async (
  client: QuadraxClient,
  { datakit, target, type }: TrainOptions,
): Promise<Model['type']> => {
  if (type !== undefined) return modelTypeOf(type);
  const profile = await client.datakits.profile(datakit);
  const column = profile.columns.find(({ name }) => name === target);
  if (!column) {
    const names = profile.columns.map(({ name }) => name).join(', ');
    throw new CliError(`The datakit has no column "${target}". It has ${names}.`, 'UNKNOWN_FIELD');
  }
  const measured = column.type === 'numeric' || (column.type === 'integer' && column.distinct > 2);
  return measured ? 'REGRESSION' : 'CLASSIFICATION';
};

const newModel = async (client: QuadraxClient, options: TrainOptions): Promise<Model> => {
  const type = await typeFor(client, options);
  const name = options.name ?? `${options.target} of ${(await client.datakits.get(options.datakit)).name}`;
  return client.models.create({ name, type });
};

const shownMetrics = [
  'rocAuc',
  'accuracy',
  'balancedAccuracy',
  'f1',
  'logLoss',
  'pinball',
  'coverage',
  'poissonDeviance',
  'rmse',
  'mae',
  'r2',
] as const;

/** The metrics of a version in a line. */
export const headline = ({ metrics }: Pick<ModelVersion, 'metrics'>): string =>
  shownMetrics
    .flatMap((name) => {
      const value = metrics[name];
      return value === undefined ? [] : [`${name} ${number(value)}`];
    })
    .join(', ');

/** One word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const train = async (options: TrainOptions): Promise<void> => {
  const output = createOutput(options.json ?? false);
  const request = requestOf(options);
  if (options.deploy && !options.wait)
    throw new CliError('--deploy needs the trained version: leave out --no-wait.');
  const client = connect(options);
  const id = options.model ?? (await newModel(client, options)).id;
  const job = await client.models.train(id, request);
  if (!options.wait) return output.result(job, () => `The model ${id} trains as the job ${job.id}.`);
  const finished = await withProgress('Training', (update) =>
    client.jobs.wait(job, { onProgress: ({ progress, stage }) => update(progress, stage) }),
  );
  const version = await client.models.version(id, Number(finished.result?.['version']));
  if (options.deploy) await client.models.deploy(id, { version: version.version });
  output.result({ modelId: id, jobId: job.id, deployed: options.deploy ?? false, ...version }, () =>
    [
      `Version ${version.version} of the model ${id}: ${version.algorithm}, ${headline(version)}.`,
      ...version.warnings.map((message) => `Note: ${message}`),
      options.deploy
        ? `It is deployed: quadrax model predict ${id} --json ${quoted(JSON.stringify(version.example))}`
        : `To serve it: quadrax model deploy ${id}`,
    ].join('\n'),
  );
};

export const addTrain = (models: Command): void => {
  connected(models.command('train').description('train a new version, of a new model unless one is named'))
    .requiredOption('--datakit <id>', 'the data')
    .requiredOption('--target <column>', 'the column to predict')
    .option('--model <id>', 'the model to train anew')
    .option('--name <name>', 'what the new model is called')
    .option('--type <type>', 'classification or regression; absent, by the column')
    .option('--features <columns>', 'columns to learn from, with commas; absent, all others')
    .option(
      '--algorithm <name>',
      'auto, gradient_boosting, random_forest, extra_trees, linear, nearest_neighbors, neural_network or baseline',
    )
    .option('--parameter <name=value>', 'a setting of the algorithm; may be given again', collect, [])
    .option('--metric <name>', 'what candidates are compared by')
    .option('--folds <n>', 'cross-validate with so many folds (5)')
    .option('--holdout <share>', 'hold out this share instead')
    .option('--groups <column>', 'hold rows with the same value in it out together')
    .option('--time <column>', 'judge later rows by a model of earlier ones')
    .option('--weights <column>', 'how much each row counts in what is learnt')
    .option('--class-weights <rule>', 'what the rows of each class count: none or balanced')
    .option('--class-weight <label=weight>', 'what those of one class count; may be given again', collect, [])
    .option('--positive <label>', 'of two classes, the one that F1, curves and the threshold are about')
    .option(
      '--threshold <rule>',
      'label as positive from the best probability for f1 or balanced_accuracy, from half, or from this one (auto)',
    )
    .option('--calibrate <method>', 'correct probabilities by platt or isotonic')
    .option('--seed <n>', 'seed of everything random (1)')
    .option('--time-budget <seconds>', 'for auto (120)')
    .option('--deploy', 'serve the version once it is trained')
    .option('--no-wait', 'do not wait for the training')
    .action(train);
};
