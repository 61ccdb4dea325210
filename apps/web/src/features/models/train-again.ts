import type {
  Algorithm,
  Datakit,
  Model,
  ModelType,
  ModelVersion,
  TrainRequest,
  TrainSettings,
} from '@quadrax/contract';
import { algorithmParameters } from '@quadrax/contract/algorithms';
import { plural } from '#lib/format.ts';
import { comparedBy } from './metrics.ts';
import { defaultTarget, taskOf, type TrainColumn } from './train-columns.ts';
import { emptyTrainValues, suggestedName, type TrainValues, changeOfTarget } from './train-form.ts';
import { parametersOfVersion } from './train-parameters.ts';

const isAlgorithm = (name: string): name is Algorithm => Object.hasOwn(algorithmParameters, name);

/** What a version was asked for; of one that did not keep it yet, what can be told from the version itself. */
export function settingsOfVersion(version: ModelVersion): TrainSettings {
  if (version.settings) return asItWas(version, version.settings);
  const { datakit, target, features, leaderboard, decision, validation, seed } = version;
  const algorithm = leaderboard.length > 1 || !isAlgorithm(version.algorithm) ? 'auto' : version.algorithm;
  const metric = [...comparedBy('CLASSIFICATION'), ...comparedBy('REGRESSION')].find(
    (name) => name === leaderboard[0]?.metric,
  );
  return asItWas(version, {
    datakitId: datakit?.id ?? '',
    target,
    features: features.map(({ name }) => name),
    algorithm,
    parameters: parametersOfVersion(algorithm, version.parameters),
    validation: validation ?? { folds: 5 },
    ...(metric && { metric }),
    // What a rule found is kept as a threshold of one's own.
    threshold: decision === undefined || decision.threshold === 0.5 ? 'half' : decision.threshold,
    calibrate: decision?.calibrate ?? 'none',
    seed: seed ?? 1,
    timeBudgetSeconds: 120,
  });
}

/** The request that repeats a training, by its plan where it was a search; undefined where it was not kept. */
export function exactRequest(version: ModelVersion): TrainRequest | undefined {
  if (!version.settings) return undefined;
  const { classWeights = 'none', ...settings } = asItWas(version, version.settings);
  return { ...settings, classWeights, ...(version.plan && { plan: version.plan }) };
}

/**
 * What was asked for before class weights and the positive class were: these two metrics weighed the classes, and the
 * second was positive.
 */
function asItWas({ positive, classes }: ModelVersion, settings: TrainSettings): TrainSettings {
  const { classWeights, metric } = settings;
  const weighed = metric === 'f1' || metric === 'balancedAccuracy' ? 'balanced' : 'none';
  const second = positive === undefined && classes?.length === 2 ? classes[1] : undefined;
  return {
    ...settings,
    classWeights: classWeights ?? weighed,
    ...(second !== undefined && { positive: settings.positive ?? second }),
  };
}

/** A form filled as a training was asked for, as far as the columns that it named are there. */
export function valuesOfSettings(
  settings: TrainSettings,
  { type, name, columns }: { type: ModelType; name: string; columns: readonly TrainColumn[] },
): TrainValues {
  const { target, features, algorithm, parameters, validation, metric, weights } = settings;
  const { classWeights = 'none', positive = '', threshold, calibrate, seed, timeBudgetSeconds } = settings;
  const there = new Set(columns.map((column) => column.name));
  const { groups } = validation;
  const wanted = features ?? [...there].filter((one) => one !== target && one !== weights && one !== groups);
  return {
    ...emptyTrainValues,
    name,
    datakitId: settings.datakitId,
    target,
    task: type === 'REGRESSION' ? 'REGRESSION' : 'CLASSIFICATION',
    features: wanted.filter((one) => there.has(one)),
    algorithm,
    ...judgedAs(validation, there),
    metric: metric ?? '',
    weights: weights !== undefined && there.has(weights) ? weights : '',
    ...(typeof classWeights === 'string'
      ? { classWeights }
      : { classWeights: 'own', classWeightOf: classWeights }),
    positive,
    ...(typeof threshold === 'number' ? { threshold: 'own', thresholdAt: threshold } : { threshold }),
    calibrate,
    seed,
    timeBudgetSeconds,
    parameters: Object.fromEntries(
      Object.entries(parameters).flatMap(([key, value]) =>
        typeof value === 'boolean' ? [] : [[key, value] as const],
      ),
    ),
  };
}

/** What the form of a training opens with. */
export interface Opening {
  readonly datakit: Pick<Datakit, 'id' | 'name'>;
  readonly columns: readonly TrainColumn[];
  /** Undefined: a new one. */
  readonly model: Pick<Model, 'type' | 'name'> | undefined;
  /** The training that is to be repeated. */
  readonly start: { readonly settings: TrainSettings } | undefined;
  readonly sample: { readonly target: string } | undefined;
}

/** The form as it opens: as a training was asked for; its target, if that is not there, as the columns suggest. */
export function openingValues({ datakit, columns, model, start, sample }: Opening): TrainValues {
  const asked =
    model && start && valuesOfSettings(start.settings, { type: model.type, name: model.name, columns });
  const values = { ...(asked ?? emptyTrainValues), datakitId: datakit.id };
  if (asked && columns.some(({ name }) => name === asked.target)) return values;
  const task = taskOf(model);
  const target = defaultTarget(columns, sample, task) ?? '';
  const name = model?.name ?? suggestedName(target, datakit.name);
  return { ...values, ...changeOfTarget(values, { target, columns, task }), name };
}

/** What of the settings that the form opens with is not in this datakit; undefined where all of it is. */
export function goneText(settings: TrainSettings, columns: readonly TrainColumn[]): string | undefined {
  const [first, ...others] = goneColumns(settings, columns);
  if (first === undefined) return undefined;
  const more = others.length > 0 ? ` and ${plural(others.length, 'other')}` : '';
  const sentence = `This datakit has no column ${first}${more} of those settings`;
  if (first === settings.target) {
    return `${sentence}. What is predicted, and from which columns, is suggested anew; the other settings are kept.`;
  }
  return `${sentence}; ${others.length > 0 ? 'they are' : 'it is'} left out.`;
}

/** Columns that a training named and that are not there. */
function goneColumns(settings: TrainSettings, columns: readonly TrainColumn[]): string[] {
  const { target, features = [], weights, validation } = settings;
  const there = new Set(columns.map(({ name }) => name));
  return [...new Set([target, ...features, weights, validation.groups, validation.time])].flatMap((name) =>
    name === undefined || there.has(name) ? [] : [name],
  );
}

function judgedAs(
  validation: TrainSettings['validation'],
  there: ReadonlySet<string>,
): Pick<TrainValues, 'validation' | 'folds' | 'holdoutPercent' | 'splitBy' | 'splitColumn'> {
  const { folds, holdoutPercent } = emptyTrainValues;
  const { groups } = validation;
  const column = [groups ?? validation.time].find((one) => one !== undefined && there.has(one));
  const split = {
    splitBy:
      column === undefined ? ('' as const) : groups === undefined ? ('time' as const) : ('groups' as const),
    splitColumn: column ?? '',
  };
  return 'folds' in validation
    ? { validation: 'folds', folds: validation.folds, holdoutPercent, ...split }
    : {
        validation: 'holdout',
        folds,
        holdoutPercent: Math.round(validation.holdout * 100_000) / 1000,
        ...split,
      };
}
