import { createRandom } from '../../random/random.ts';
import { takeFrameRows } from '../data/frame.ts';
import { fitFold } from '../selection/assess.ts';
import type { Candidate } from '../selection/candidate.ts';
import type { DecidedFold } from '../selection/decide.ts';
import type { Session } from '../selection/session.ts';
import type { LearningCurve } from '../types.ts';
import { measureDecided, scoreOf, takeTarget } from './score.ts';

const shares = [0.1, 0.25, 0.5, 0.75, 1];
/** More rows than this are not fitted for the curve. */
const maxRows = 20_000;
/** Rows that the training score is taken over. */
const maxScoredRows = 2_000;
const leastRows = 10;

export const learningCurvePoints = shares.length;

/**
 * Scores of a candidate fitted on growing parts of a fold's training rows, on its held-out rows and on the rows it
 * was fitted on, by the fold's decision. Points whose size would be below 10 rows, or repeats the one before, are left out.
 */
export function learningCurve(
  session: Session,
  candidate: Candidate,
  fold: DecidedFold,
  timeIsLeft: () => boolean,
): LearningCurve {
  const { split } = fold;
  const random = createRandom(session.seed, 0x6375727665);
  const shuffled = random.shuffle(split.train.slice()).subarray(0, maxRows);
  const test = random.shuffle(split.test.slice()).subarray(0, maxRows).sort();
  const wanted = shares.map((share) => Math.round(share * shuffled.length));
  const sizes = wanted.filter((size, i) => size >= leastRows && size !== wanted[i - 1]);
  const points: LearningCurve['points'][number][] = [];
  const score = (rows: Int32Array, predicted: Float64Array): number => {
    const target = takeTarget(session.dataset.target, rows);
    return scoreOf(measureDecided(target, predicted, session.judging, fold), session.metric);
  };
  for (const rows of sizes) {
    session.context.checkAborted();
    if (!timeIsLeft()) break;
    const train = shuffled.slice(0, rows).sort();
    const { fit, predicted } = fitFold(session, candidate, { train, test }, session.context);
    const seen = train.subarray(0, maxScoredRows);
    const frame = takeFrameRows(session.dataset.frame, seen);
    const trainScore = score(seen, fit.fitted.predict(frame.columns, frame.rows));
    points.push({ rows, trainScore, score: score(test, predicted) });
  }
  return { metric: session.metric, points };
}
