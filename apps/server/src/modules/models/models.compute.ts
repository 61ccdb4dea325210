import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Cell, Curves, Feature, Metrics, ModelExplanation } from '@quadrax/contract';
import type {
  CalibrationCurve,
  ClassCurve,
  FeatureSchema,
  LeaderboardEntry,
  Reference,
  ThresholdCurve,
  SearchPlan,
  TrainOptions,
  TrainResult,
} from '@quadrax/ml/tabular';
import { computeTask, TaskError } from '#platform/compute';
import type { DatakitTable } from '#modules/datakits';
import { readDatakitRows, readDatakitTable } from '#modules/datakits/compute';
import type { HeldOutColumns, VersionReport } from './models.tables.ts';

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
  readonly report: Omit<
    VersionReport,
    'datakitName' | 'validation' | 'seed' | 'settings' | 'madeWith' | 'onnx'
  >;
  readonly artifact: { readonly bytes: number; readonly sha256: string };
  readonly reference: Reference;
  readonly explanation: ModelExplanation | null;
  readonly heldOut: HeldOutColumns;
}

/** A candidate as `auto` has judged it on a rung; also what a later attempt is given of it. */
export type CandidateEvent = LeaderboardEntry;

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
const calibrationCurve = ({ label, predicted, observed, count }: CalibrationCurve) => ({
  label,
  points: points(predicted, observed).map((point, i) => ({ ...point, count: count[i] ?? 0 })),
});

const thresholdCurve = ({ chosen, threshold, f1, balancedAccuracy }: ThresholdCurve) => ({
  chosen,
  points: threshold.map((value, i) => ({
    threshold: value,
    f1: f1[i] ?? 0,
    balancedAccuracy: balancedAccuracy[i] ?? 0,
  })),
});

const curvesOf = ({ curves, learningCurve }: TrainResult): Curves => ({
  ...(curves.roc && { roc: curves.roc.map(classCurve) }),
  ...(curves.pr && { pr: curves.pr.map(classCurve) }),
  ...(curves.calibration && { calibration: curves.calibration.map(calibrationCurve) }),
  ...(curves.threshold && { threshold: thresholdCurve(curves.threshold) }),
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

const metricsOf = ({ metrics, metricsStd, intervals }: TrainResult): Metrics => {
  const { confusion, ...numbers } = metrics;
  const { confusion: _summed, ...spread } = metricsStd;
  return {
    ...numbers,
    ...(confusion && {
      confusion: { labels: [...confusion.labels], matrix: confusion.matrix.map((row) => [...row]) },
    }),
    ...(Object.keys(spread).length > 0 && { spread: spread }),
    intervals: Object.fromEntries(
      Object.entries(intervals).map(([name, [low, high]]) => [name, [low, high]]),
    ),
  };
};

const featureOf = (
  feature: FeatureSchema,
  integers: ReadonlySet<string>,
  usesMeanTarget: boolean,
): Feature => {
  const { name, kind } = feature;
  if (kind === 'text') return { name, type: 'text', use: 'text' };
  if (kind === 'categorical') {
    const use = usesMeanTarget ? 'mean_target' : 'categories';
    return { name, type: kind, categories: [...feature.categories], use };
  }
  const { min, max } = feature;
  if (kind === 'time') return { name, type: kind, min, max, use: 'time_parts' };
  if (kind === 'datetime') return { name, type: kind, min, max, use: 'date_parts' };
  return { name, type: kind, min, max, integer: integers.has(name), use: 'number' };
};

const candidateOf = (entry: LeaderboardEntry, i: number) => ({
  algorithm: entry.algorithm,
  parameters: { ...entry.parameters },
  metric: entry.metric,
  score: entry.mean,
  std: entry.std,
  elapsedMs: entry.elapsedMs,
  ...(entry.rung && { rung: entry.rung }),
  chosen: i === 0,
});

const reportOf = (
  result: TrainResult,
  columns: TrainInput['columns'],
  example: VersionReport['example'],
): TrainOutput['report'] => {
  const { model, labelling } = result;
  const { decision } = model;
  const integers = new Set(columns.filter(({ type }) => type === 'integer').map(({ name }) => name));
  return {
    parameters: { ...result.parameters },
    features: result.schema.features.map((feature, i) =>
      featureOf(feature, integers, model.fitted.meanTargets?.includes(i) === true),
    ),
    ...(labelling && { positive: labelling.positive }),
    ...(labelling &&
      decision && {
        decision: {
          threshold: labelling.threshold,
          calibrate: decision.calibration?.method ?? 'none',
          rule: labelling.rule,
        },
      }),
    ...(result.schema.classes.length > 0 && { classes: [...result.schema.classes] }),
    rowsUsed: result.rowsUsed,
    importance: result.importance.map(({ feature, value, std }) => ({ feature, value, std })),
    curves: curvesOf(result),
    leaderboard: result.leaderboard.map(candidateOf),
    ...(result.members && {
      members: result.members.map((member) => ({ ...member, parameters: { ...member.parameters } })),
    }),
    ...(result.plan && { plan: planOf(result.plan) }),
    warnings: result.warnings.map(({ message }) => message),
    example,
  };
};

/** As plain data of the contract: what is read-only there is copied. */
const explanationOf = ({ explanation }: TrainResult): ModelExplanation | null =>
  explanation ? (structuredClone(explanation) as ModelExplanation) : null;

/** Probabilities to four places. */
const heldOutOf = ({ heldOut: { rows, actual, predicted, probability } }: TrainResult): HeldOutColumns => ({
  rows: [...rows],
  actual: [...actual],
  predicted: [...predicted],
  ...(probability && { probability: Array.from(probability, (share) => Math.round(share * 1e4) / 1e4) }),
});

const planOf = ({ trials, ensemble }: SearchPlan) => ({
  trials: trials.map((trial) => ({ ...trial, parameters: { ...trial.parameters } })),
  ensemble,
});

/** The column that validation keeps rows together or puts them in order by. */
const splitColumns = ({ validation }: TrainOptions): string[] =>
  [validation.time, validation.groups].filter((name) => name !== undefined);

/** Of so many features, the most important ones, it is watched how served rows compare. */
const mostWatched = 200;

const watchedOf = ({ importance }: TrainResult): ReadonlySet<string> =>
  new Set(
    importance
      .toSorted((a, b) => b.value - a.value)
      .slice(0, mostWatched)
      .map(({ feature }) => feature),
  );

/** Trains one version: reads the columns, validates, refits on all rows, and writes the artifact. */
export const trainTask = computeTask(
  import.meta.url,
  'models.train',
  async (input: TrainInput, context): Promise<TrainOutput> => {
    const { train, encodeModel, createPredictor, referenceOf, TabularError } =
      await import('@quadrax/ml/tabular');
    const { parquet, columns, options, memoryMb } = input;
    context.progress(0, 1, 'Reading the data');
    const wanted = [
      ...new Set([
        options.target,
        ...(options.features ?? columns.map(({ name }) => name)),
        ...(options.weights === undefined ? [] : [options.weights]),
        ...splitColumns(options),
      ]),
    ];
    const table = await readDatakitTable({
      parquet,
      columns,
      select: wanted,
      memoryMb: Math.floor(memoryMb / 2),
      threads: 1,
    });
    const rows = table.rows.toLocaleString('en');
    context.log(`Read ${rows} rows and ${table.columns.length} columns.`);
    try {
      const result = train(table, options, {
        progress: ({ done, total, stage }) => context.progress(done, total, stages[stage] ?? stage),
        log: context.log,
        candidate: (entry) => context.emit(entry satisfies CandidateEvent),
      });
      const bytes = encodeModel(result.model);
      await writeFile(input.artifact, bytes);
      const example = createPredictor(result.model).example();
      return {
        algorithm: result.algorithm,
        metrics: metricsOf(result),
        report: reportOf(result, columns, example),
        reference: referenceOf(result, table, watchedOf(result)),
        explanation: explanationOf(result),
        heldOut: heldOutOf(result),
        artifact: { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
      };
    } catch (error) {
      if (error instanceof TabularError) throw new TaskError('UNTRAINABLE', error.message);
      throw error;
    }
  },
);

/** Rows of a datakit by their numbers from 0, in that order. */
export const rowsTask = computeTask(
  import.meta.url,
  'models.rows',
  (input: {
    readonly parquet: string;
    readonly columns: DatakitTable['columns'];
    readonly rows: readonly number[];
  }): Promise<Cell[][]> => readDatakitRows(input),
);
