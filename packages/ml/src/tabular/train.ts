import { type Registry, registry as algorithms } from './algorithms/registry.ts';
import { resolveParameters } from './algorithms/parameters.ts';
import { createRandom } from '../random/random.ts';
import type { Dataset } from './data/frame.ts';
import { prepare } from './data/prepare.ts';
import { curvesOf } from './evaluation/curves.ts';
import { permutationImportance } from './evaluation/importance.ts';
import { heldOutPredictions } from './evaluation/held-out.ts';
import { bootstrapIntervals } from './evaluation/intervals.ts';
import { explainModel } from './explain/model-explanation.ts';
import { sampleBackground } from './explain/sampling-shap.ts';
import { learningCurve, learningCurvePoints } from './evaluation/learning-curve.ts';
import { meanMetrics, stdMetrics, takeTarget } from './evaluation/score.ts';
import type { Split } from './evaluation/splits.ts';
import { keyedFolds, readSplitKeys, takeKeys, validationSplits } from './evaluation/validation.ts';
import { checkDecision, checkOptions, checkRows, classWeightsFor, metricFor } from './options.ts';
import { assess, type FoldFit, leaderboardEntry } from './selection/assess.ts';
import { decide, type DecidedFold, wantsDecision } from './selection/decide.ts';
import { defaultBudgetMs, type Found, searchCandidates } from './selection/auto.ts';
import { type Candidate, fitCandidate, singleCandidate } from './selection/candidate.ts';
import { createSession, type Session } from './selection/session.ts';
import type {
  Curves,
  Intervals,
  Metrics,
  Model,
  Table,
  TrainHooks,
  TrainOptions,
  TrainResult,
  Validation,
} from './types.ts';
import { libraryVersion } from './version.ts';

/** Folds that `auto` uses within the training rows of a holdout: fewer as the rows grow. */
const innerFolds = (rows: number): number => (rows < 5_000 ? 5 : rows < 50_000 ? 3 : 2);

/**
 * Validates, then fits on all usable rows, and returns the model with what is known of it. Equal seeds give results
 * that are equal to the bit (`auto`: as long as its time budget is not reached; then its `plan` repeats it). The table is not changed.
 *
 * `auto` never scores itself on rows that chose its candidate: with a holdout it searches by cross-validation within
 * the other rows; with folds, the candidate that counts for a fold is the best one on all other folds.
 *
 * Throws `TabularError`.
 */
export function train(table: Table, options: TrainOptions, hooks: TrainHooks = {}): TrainResult {
  return trainWith(algorithms, table, options, hooks);
}

/** As `train`, with algorithms of the caller's choice. */
export function trainWith(
  registry: Registry,
  table: Table,
  options: TrainOptions,
  hooks: TrainHooks = {},
): TrainResult {
  checkOptions(options);
  const { dataset, schema, warnings, rowsDropped, rows } = prepare(table, options);
  checkRows(dataset.frame.rows, options);
  checkDecision(options, schema.classes.length);
  const { seed, threads } = options;
  const splitKeys = readSplitKeys(table, options.validation, rows);
  const work = { dataset, schema, metric: metricFor(options), seed, splitKeys };
  const session = createSession(work, hooks, threads);
  session.expect(1 + 1 + 1 + learningCurvePoints);
  session.advance(0, 'prepare');
  const splits = makeSplits(session, options.validation);
  const chosen = choose(session, registry, options, splits);

  session.context.checkAborted();
  const refit = fitCandidate(chosen.candidate, dataset, session.context);
  session.advance(1, 'refit');
  const { algorithm } = chosen.candidate;
  const { parameters, fitted, loss } = refit;
  const inner = innerFits(session, chosen, options);
  const { folds, decision, curve } = decide(session, chosen.folds, options, inner);
  const explained = explain(session, chosen.candidate, folds, options);
  const model = explainable(
    { libraryVersion, seed, algorithm, parameters, schema, ...(decision && { decision }), fitted },
    dataset,
  );
  const explanation = explainModel(model, dataset, session.context.checkAborted);
  session.advance(1, 'explain');
  const metrics = meanMetrics(folds.map((fold) => fold.metrics));
  const intervals = intervalsOf(session, folds, metrics);
  const curves = {
    ...outOfFoldCurves(session, folds),
    ...(curve && { threshold: curve }),
    ...(loss && { loss }),
  };
  session.advance(0, 'done');
  return {
    algorithm,
    parameters,
    model,
    metrics,
    metricsStd: stdMetrics(folds.map((fold) => fold.metrics)),
    intervals,
    ...(explanation && { explanation }),
    heldOut: heldOutPredictions(session, folds, rows),
    ...explained,
    curves,
    leaderboard: chosen.leaderboard,
    members: chosen.members,
    plan: chosen.plan,
    warnings: [...warnings, ...chosen.warnings],
    rowsUsed: dataset.frame.rows,
    rowsDropped,
    schema,
  };
}

/** With rows to explain by, where there is no quicker way. */
function explainable(model: Model, { frame }: Dataset): Model {
  if (model.fitted.attribution?.()) return model;
  return { ...model, background: sampleBackground(frame, model.fitted, model.seed) };
}

function choose(
  session: Session,
  registry: Registry,
  options: TrainOptions,
  splits: readonly Split[],
): Found {
  const { algorithm: name } = options;
  if (name === 'auto') return chooseAutomatically(session, registry, options, splits);
  const algorithm = registry[name];
  const candidate = singleCandidate({
    algorithm,
    parameters: resolveParameters(algorithm.parameters, options.parameters),
    classWeights: classWeightsFor(options, session.schema.classes),
  });
  session.expect(splits.length);
  const assessment = assess(session, candidate, splits, session.context);
  const leaderboard = [leaderboardEntry(session, assessment)];
  return { candidate, folds: assessment.folds, leaderboard, warnings: [] };
}

function chooseAutomatically(
  session: Session,
  registry: Registry,
  options: TrainOptions,
  splits: readonly Split[],
): Found {
  const searched = 'holdout' in options.validation ? splitsWithin(session, splits[0]) : splits;
  const classWeights = classWeightsFor(options, session.schema.classes);
  return searchCandidates(session, { registry, classWeights, splits, searched }, options);
}

function explain(
  session: Session,
  candidate: Candidate,
  folds: readonly DecidedFold[],
  options: TrainOptions,
): Pick<TrainResult, 'importance' | 'learningCurve'> {
  const importance = permutationImportance(session, folds);
  session.advance(1, 'explain');
  const { algorithm, budgetMs = defaultBudgetMs } = options;
  const timeIsLeft = (): boolean => algorithm !== 'auto' || session.elapsed() < budgetMs;
  const curve = learningCurve(session, candidate, folds[0], timeIsLeft);
  session.advance(learningCurvePoints, 'explain');
  return { importance, learningCurve: curve };
}

function intervalsOf(session: Session, folds: readonly FoldFit[], metrics: Metrics): Intervals {
  const { dataset, schema, seed } = session;
  const heldOut = folds.map(({ split, predicted, threshold }) => {
    return { target: takeTarget(dataset.target, split.test), predicted, threshold };
  });
  return bootstrapIntervals(heldOut, schema.classes, metrics, createRandom(seed, 0x626f6f74));
}

function outOfFoldCurves(session: Session, folds: readonly FoldFit[]): Curves {
  const rows = Int32Array.from(folds.flatMap(({ split }) => Array.from(split.test)));
  const predicted = Float64Array.from(folds.flatMap((fold) => Array.from(fold.predicted)));
  const target = takeTarget(session.dataset.target, rows);
  return curvesOf(target, predicted, session.schema.classes, createRandom(session.seed, 0x73686f77));
}

/** Held-out predictions within the training rows of a holdout, where a decision is to be learnt from them. */
function innerFits(
  session: Session,
  { candidate, folds }: Found,
  options: TrainOptions,
): readonly FoldFit[] | undefined {
  if (!wantsDecision(options) || folds.length > 1) return undefined;
  const splits = splitsWithin(session, folds[0].split);
  session.expect(splits.length);
  return assess(session, candidate, splits, session.context).folds;
}

function makeSplits({ dataset, seed, splitKeys }: Session, validation: Validation): Split[] {
  return validationSplits(dataset.target, splitKeys, validation, createRandom(seed, 0x73706c69));
}

/** Splits of the training rows of a holdout, in rows of the whole dataset. */
function splitsWithin({ dataset, seed, splitKeys }: Session, { train: outer }: Split): Split[] {
  const target = takeTarget(dataset.target, outer);
  const folds = Math.min(innerFolds(outer.length), outer.length);
  const random = createRandom(seed, 0x696e6e65);
  const inner = keyedFolds(target, takeKeys(splitKeys, outer), folds, random);
  return inner.map((split) => ({
    train: split.train.map((row) => outer[row]),
    test: split.test.map((row) => outer[row]),
  }));
}
