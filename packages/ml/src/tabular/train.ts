import { type Registry, registry as algorithms } from './algorithms/registry.ts';
import { resolveParameters } from './algorithms/parameters.ts';
import { createRandom } from '../random/random.ts';
import type { Dataset } from './data/frame.ts';
import { prepare } from './data/prepare.ts';
import { curvesOf } from './evaluation/curves.ts';
import { permutationImportance } from './evaluation/importance.ts';
import { heldOutPredictions } from './evaluation/held-out.ts';
import { bootstrapIntervals } from './evaluation/intervals.ts';
import { judgingFor, thresholdRule } from './evaluation/judging.ts';
import { neverPredicted } from './evaluation/never-predicted.ts';
import { groupCount } from './evaluation/ordered-splits.ts';
import { explainModel } from './explain/model-explanation.ts';
import { sampleBackground } from './explain/sampling-shap.ts';
import { learningCurve, learningCurvePoints } from './evaluation/learning-curve.ts';
import { mean, meanMetrics, standardDeviation, stdMetrics, takeTarget } from './evaluation/score.ts';
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
  Labelling,
  LeaderboardEntry,
  Metrics,
  Model,
  Table,
  ThresholdCurve,
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
  checkDecision(options, schema.classes);
  const { seed, threads } = options;
  const splitKeys = readSplitKeys(table, options.validation, rows);
  const judging = judgingFor(options, schema.classes, dataset.target);
  const rule = thresholdRule(options, dataset.target, judging);
  const work = { dataset, schema, metric: metricFor(options), judging, rule, seed, splitKeys };
  const begun = createSession(work, hooks, threads);
  begun.expect(1 + 1 + 1 + learningCurvePoints);
  begun.log.begun(options.target, dataset.frame, rowsDropped);
  begun.advance(0, 'prepare');
  const splits = makeSplits(begun, options.validation);
  const chosen = choose(begun, registry, options, splits);
  const session = ruledBy(begun, chosen, options);

  session.context.checkAborted();
  const refit = fitCandidate(chosen.candidate, dataset, session.context);
  const { algorithm } = chosen.candidate;
  const { parameters, fitted, loss } = refit;
  session.log.fitted(dataset.frame.rows, parameters);
  session.advance(1, 'refit');
  const inner = innerFits(session, chosen, options);
  const { folds, decision, curve } = decide(session, chosen.folds, options, inner);
  const labelling = labellingOf(session, curve);
  if (labelling && decision) session.log.decided(labelling, decision);
  const leaderboard =
    options.algorithm === 'auto' ? chosen.leaderboard : decidedEntry(session, chosen.leaderboard, folds);
  const explained = explain(session, chosen.candidate, folds, options);
  const model = explainable(
    { libraryVersion, seed, algorithm, parameters, schema, ...(decision && { decision }), fitted },
    dataset,
  );
  const explanation = explainModel(model, dataset, session.context.checkAborted);
  if (explanation) session.log.finished('SHAP values and partial dependence');
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
    labelling,
    leaderboard,
    members: chosen.members,
    plan: chosen.plan,
    warnings: [...warnings, ...chosen.warnings, ...neverPredicted(metrics, schema, session.rule, options)],
    rowsUsed: dataset.frame.rows,
    rowsDropped,
    schema,
  };
}

/** By no rule of its own, rows that all look alike would all be answered as the rare class. */
function ruledBy(session: Session, { candidate }: Found, { threshold = 'auto' }: TrainOptions): Session {
  return threshold === 'auto' && candidate.algorithm === 'baseline' ? { ...session, rule: 'half' } : session;
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
  session.log.finished('Permutation importance');
  session.advance(1, 'explain');
  const { algorithm, budgetMs = defaultBudgetMs } = options;
  const timeIsLeft = (): boolean => algorithm !== 'auto' || session.elapsed() < budgetMs;
  const curve = learningCurve(session, candidate, folds[0], timeIsLeft);
  session.log.finished('The learning curve');
  session.advance(learningCurvePoints, 'explain');
  return { importance, learningCurve: curve };
}

function intervalsOf(session: Session, folds: readonly FoldFit[], metrics: Metrics): Intervals {
  const { dataset, judging, seed } = session;
  const heldOut = folds.map(({ split, predicted, threshold }) => {
    return { target: takeTarget(dataset.target, split.test), predicted, threshold };
  });
  return bootstrapIntervals(heldOut, judging, metrics, createRandom(seed, 0x626f6f74));
}

function outOfFoldCurves(session: Session, folds: readonly FoldFit[]): Curves {
  const rows = Int32Array.from(folds.flatMap(({ split }) => Array.from(split.test)));
  const predicted = Float64Array.from(folds.flatMap((fold) => Array.from(fold.predicted)));
  const target = takeTarget(session.dataset.target, rows);
  return curvesOf(target, predicted, session.judging, createRandom(session.seed, 0x73686f77));
}

/** The one line of a training without a search, as its decision has it. */
function decidedEntry(
  { metric }: Session,
  [entry]: readonly LeaderboardEntry[],
  folds: readonly FoldFit[],
): LeaderboardEntry[] {
  const scores = folds.map(({ score }) => score);
  return [{ ...entry, metric, scores, mean: mean(scores), std: standardDeviation(scores) }];
}

function labellingOf({ judging, rule }: Session, curve: ThresholdCurve | undefined): Labelling | undefined {
  return curve && { positive: judging.labels[judging.positive], rule, threshold: curve.chosen };
}

/** Held-out predictions within the training rows of a holdout, where a decision is to be learnt from them. */
function innerFits(
  session: Session,
  { candidate, folds }: Found,
  options: TrainOptions,
): readonly FoldFit[] | undefined {
  if (!wantsDecision(session, options) || folds.length > 1) return undefined;
  const splits = splitsWithin(session, folds[0].split);
  session.expect(splits.length);
  return assess(session, candidate, splits, session.context, 'For the threshold').folds;
}

function makeSplits({ dataset, seed, splitKeys }: Session, validation: Validation): Split[] {
  return validationSplits(dataset.target, splitKeys, validation, createRandom(seed, 0x73706c69));
}

/** Splits of the training rows of a holdout, in rows of the whole dataset. */
function splitsWithin({ dataset, seed, splitKeys }: Session, { train: outer }: Split): Split[] {
  const target = takeTarget(dataset.target, outer);
  const keys = takeKeys(splitKeys, outer);
  const groups = keys.groups ? groupCount(keys.groups) : outer.length;
  const folds = Math.min(innerFolds(outer.length), outer.length, Math.max(2, groups));
  const random = createRandom(seed, 0x696e6e65);
  // Rows of a single group cannot be kept apart from others.
  const inner = keyedFolds(target, groups < 2 ? {} : keys, folds, random);
  return inner.map((split) => ({
    train: split.train.map((row) => outer[row]),
    test: split.test.map((row) => outer[row]),
  }));
}
