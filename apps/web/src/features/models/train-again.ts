import type { Algorithm, ModelType, ModelVersion, TrainSettings } from '@quadrax/contract';
import { algorithmParameters } from '@quadrax/contract/algorithms';
import { metricsOf } from './metrics.ts';
import type { TrainColumn } from './train-columns.ts';
import { emptyTrainValues, type TrainValues } from './train-form.ts';
import { parametersOfVersion } from './train-parameters.ts';

const isAlgorithm = (name: string): name is Algorithm => Object.hasOwn(algorithmParameters, name);

/** What a version was asked for; of one that did not keep it yet, what can be told from the version itself. */
export function settingsOfVersion(version: ModelVersion): TrainSettings {
  if (version.settings) return version.settings;
  const { datakit, target, features, leaderboard, decision, validation, seed } = version;
  const algorithm = leaderboard.length > 1 || !isAlgorithm(version.algorithm) ? 'auto' : version.algorithm;
  const metric = [...metricsOf('CLASSIFICATION'), ...metricsOf('REGRESSION')].find(
    (name) => name === leaderboard[0]?.metric,
  );
  return {
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
  };
}

/** A form filled as a training was asked for, as far as the columns that it named are there. */
export function valuesOfSettings(
  settings: TrainSettings,
  { type, name, columns }: { type: ModelType; name: string; columns: readonly TrainColumn[] },
): TrainValues {
  const { target, features, algorithm, parameters, validation, metric, weights } = settings;
  const { threshold, calibrate, seed, timeBudgetSeconds } = settings;
  const there = new Set(columns.map((column) => column.name));
  const groups = 'folds' in validation ? validation.groups : undefined;
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

/** Columns that a training named and that are not there. */
export function goneColumns(settings: TrainSettings, columns: readonly TrainColumn[]): string[] {
  const { target, features = [], weights, validation } = settings;
  const groups = 'folds' in validation ? validation.groups : undefined;
  const there = new Set(columns.map(({ name }) => name));
  return [...new Set([target, ...features, weights, groups, validation.time])].flatMap((name) =>
    name === undefined || there.has(name) ? [] : [name],
  );
}

function judgedAs(
  validation: TrainSettings['validation'],
  there: ReadonlySet<string>,
): Pick<TrainValues, 'validation' | 'folds' | 'holdoutPercent' | 'splitBy' | 'splitColumn'> {
  const { folds, holdoutPercent } = emptyTrainValues;
  const groups = 'folds' in validation ? validation.groups : undefined;
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
