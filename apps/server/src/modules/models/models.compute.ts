import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Curves, Feature, Metrics } from '@quadrax/contract';
import type {
  CalibrationCurve,
  ClassCurve,
  FeatureSchema,
  LeaderboardEntry,
  Metrics as MlMetrics,
  TrainOptions,
  TrainResult,
} from '@quadrax/ml/tabular';
import { computeTask, TaskError } from '#platform/compute';
import { readDatakitTable } from '#modules/datakits';
import type { DatakitTable } from '#modules/datakits';
import type { VersionReport } from './models.tables.ts';

export interface TrainInput {
  readonly parquet: string;
  readonly columns: DatakitTable['columns'];
  readonly options: TrainOptions;
  /** Where the artifact is to be written. */
  readonly artifact: string;
  readonly memoryMb: number;
}

export interface TrainOutput {
  readonly algorithm: string;
  readonly metrics: Metrics;
  readonly report: Omit<VersionReport, 'datakitName' | 'validation' | 'seed'>;
  readonly artifact: { readonly bytes: number; readonly sha256: string };
}

/** A candidate as `auto` finishes it. */
export interface CandidateEvent {
  readonly algorithm: string;
  readonly metric: string;
  readonly score: number;
}

const stages: Readonly<Record<string, string>> = {
  prepare: 'Preparing the columns',
  validate: 'Validating on held-out rows',
  refit: 'Fitting on all rows',
  explain: 'Measuring what matters',
  done: 'Finishing',
};

const points = (x: readonly number[], y: readonly number[]): { x: number; y: number }[] =>
  x.map((value, i) => ({ x: value, y: y[i] ?? Number.NaN }));

const classCurve = ({ label, x, y }: ClassCurve) => ({ label, points: points(x, y) });
const calibrationCurve = ({ label, predicted, observed }: CalibrationCurve) => ({
  label,
  points: points(predicted, observed),
});

const curvesOf = ({ curves, learningCurve }: TrainResult): Curves => ({
  ...(curves.roc && { roc: curves.roc.map(classCurve) }),
  ...(curves.pr && { pr: curves.pr.map(classCurve) }),
  ...(curves.calibration && { calibration: curves.calibration.map(calibrationCurve) }),
  ...(curves.residuals && {
    residuals: {
      points: [...curves.residuals.points],
      histogram: {
        edges: [...curves.residuals.histogram.edges],
        counts: [...curves.residuals.histogram.counts],
      },
    },
  }),
  learning: learningCurve.points.map(({ rows, trainScore, score }) => ({
    rows,
    train: trainScore,
    validation: score,
  })),
  ...(curves.loss && {
    loss: curves.loss.train.map((train, i) => {
      const validation = curves.loss?.validation[i];
      return { iteration: i + 1, train, ...(validation !== undefined && { validation }) };
    }),
  }),
});

const metricsOf = (metrics: MlMetrics, std: MlMetrics): Metrics => {
  const { confusion, ...numbers } = metrics;
  const { confusion: _summed, ...spread } = std;
  return {
    ...numbers,
    ...(confusion && {
      confusion: { labels: [...confusion.labels], matrix: confusion.matrix.map((row) => [...row]) },
    }),
    ...(Object.keys(spread).length > 0 && { spread: spread }),
  };
};

const featureOf = (feature: FeatureSchema, integers: ReadonlySet<string>): Feature =>
  feature.kind === 'categorical'
    ? { name: feature.name, type: 'categorical', categories: [...feature.categories] }
    : {
        name: feature.name,
        type: feature.kind,
        min: feature.min,
        max: feature.max,
        ...(feature.kind === 'numeric' && { integer: integers.has(feature.name) }),
      };

const candidateOf = (entry: LeaderboardEntry, i: number) => ({
  algorithm: entry.algorithm,
  parameters: { ...entry.parameters },
  metric: entry.metric,
  score: entry.mean,
  std: entry.std,
  chosen: i === 0,
});

const reportOf = (
  result: TrainResult,
  columns: TrainInput['columns'],
  example: VersionReport['example'],
): TrainOutput['report'] => {
  const integers = new Set(columns.filter(({ type }) => type === 'integer').map(({ name }) => name));
  return {
    parameters: { ...result.parameters },
    features: result.schema.features.map((feature) => featureOf(feature, integers)),
    ...(result.schema.classes.length > 0 && { classes: [...result.schema.classes] }),
    rowsUsed: result.rowsUsed,
    importance: result.importance.map(({ feature, value, std }) => ({ feature, value, std })),
    curves: curvesOf(result),
    leaderboard: result.leaderboard.map(candidateOf),
    warnings: result.warnings.map(({ message }) => message),
    example,
  };
};

/** Trains one version: reads the columns, validates, refits on all rows, and writes the artifact. */
export const trainTask = computeTask(
  import.meta.url,
  'models.train',
  async (input: TrainInput, context): Promise<TrainOutput> => {
    const { train, encodeModel, createPredictor, TabularError } = await import('@quadrax/ml/tabular');
    const { parquet, columns, options, memoryMb } = input;
    context.progress(0, 1, 'Reading the data');
    const wanted = [
      ...new Set([
        options.target,
        ...(options.features ?? columns.map(({ name }) => name)),
        ...(options.weights === undefined ? [] : [options.weights]),
      ]),
    ];
    const table = await readDatakitTable({
      parquet,
      columns,
      select: wanted,
      memoryMb: Math.floor(memoryMb / 2),
      threads: 1,
    });
    context.log(`Read ${table.rows} rows and ${table.columns.length} columns.`);
    try {
      const result = train(table, options, {
        progress: ({ done, total, stage }) => context.progress(done, total, stages[stage] ?? stage),
        log: context.log,
        candidate: ({ algorithm, metric, mean }) =>
          context.emit({ algorithm, metric, score: mean } satisfies CandidateEvent),
      });
      const bytes = encodeModel(result.model);
      await writeFile(input.artifact, bytes);
      return {
        algorithm: result.algorithm,
        metrics: metricsOf(result.metrics, result.metricsStd),
        report: reportOf(result, columns, createPredictor(result.model).example()),
        artifact: { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
      };
    } catch (error) {
      if (error instanceof TabularError) throw new TaskError('UNTRAINABLE', error.message);
      throw error;
    }
  },
);
