import type { Algorithm, FitContext } from '../algorithms/algorithm.ts';
import { resolveParameters } from '../algorithms/parameters.ts';
import type { PipelineSpec } from '../algorithms/pipeline.ts';
import type { Registry } from '../algorithms/registry.ts';
import { mean } from '../evaluation/score.ts';
import { isGain } from '../evaluation/metrics.ts';
import type { Split } from '../evaluation/splits.ts';
import { type Assessment, assess, assessBlend, type FoldFit, leaderboardEntry } from './assess.ts';
import { blendCandidate, singleCandidate } from './candidate.ts';
import type { Session } from './session.ts';

/** Share of the budget that the search may use; the rest is for the final fit and for explaining it. */
const searchShare = 0.7;
const blendShares = [0.25, 0.5, 0.75];

export interface Search {
  /** Singles in the order they were tried, then blends. */
  readonly assessments: readonly Assessment[];
  readonly budgetReached: boolean;
}

/** Thrown out of a fit when the search's time is over. */
class BudgetReached extends Error {}

/**
 * Assesses every algorithm's candidates on the splits, cheapest algorithm first, until the budget is used, and then
 * blends of linear models and boosting, which cost nothing more. Always finishes the baseline.
 */
export function search(
  session: Session,
  registry: Registry,
  classWeights: PipelineSpec['classWeights'],
  splits: readonly Split[],
  budgetMs: number,
): Search {
  const specs = candidateSpecs(session, registry, classWeights);
  const singles: Assessment[] = [];
  const hurried = hurriedContext(session, budgetMs * searchShare);
  const units = specs.length * splits.length;
  const doneBefore = session.done();
  session.expect(units);
  try {
    for (const spec of specs) {
      const context = spec.algorithm.name === 'baseline' ? session.context : hurried;
      const assessment = assess(session, singleCandidate(spec), splits, context);
      report(session, assessment);
      singles.push(assessment);
    }
  } catch (error) {
    if (!(error instanceof BudgetReached)) throw error;
    session.expect(session.done() - doneBefore - units);
    session.hooks.log?.(`Time budget of ${budgetMs} ms reached after ${singles.length} candidates.`);
    return { assessments: [...singles, ...blends(session, singles)], budgetReached: true };
  }
  return { assessments: [...singles, ...blends(session, singles)], budgetReached: false };
}

function candidateSpecs(
  session: Session,
  registry: Registry,
  classWeights: PipelineSpec['classWeights'],
): PipelineSpec[] {
  const { frame, target } = session.dataset;
  const size = { rows: frame.rows, features: frame.features.length, classes: target.classes };
  return Object.values(registry).flatMap((algorithm: Algorithm) =>
    algorithm.candidates(size).map((given) => {
      return { algorithm, parameters: resolveParameters(algorithm.parameters, given), classWeights };
    }),
  );
}

function hurriedContext(session: Session, deadlineMs: number): FitContext {
  return {
    seed: session.seed,
    checkAborted() {
      session.context.checkAborted();
      if (session.elapsed() > deadlineMs) throw new BudgetReached();
    },
  };
}

function blends(session: Session, singles: readonly Assessment[]): Assessment[] {
  const linear = singles.filter(({ candidate }) => candidate.algorithm === 'linear');
  const boosting = singles.filter(({ candidate }) => candidate.algorithm === 'gradient_boosting');
  return linear.flatMap((first) =>
    boosting.flatMap((second) =>
      blendShares.map((share) => {
        const [{ spec: a }] = first.candidate.members;
        const [{ spec: b }] = second.candidate.members;
        return assessBlend(session, blendCandidate(a, b, share), [first, second]);
      }),
    ),
  );
}

function report(session: Session, assessment: Assessment): void {
  session.hooks.candidate?.(leaderboardEntry(session, assessment));
}

/** The assessment with the best mean score over the folds that `counts` keeps; the earliest among equals. */
export function bestOf(
  session: Session,
  assessments: readonly Assessment[],
  counts: (fold: number) => boolean = () => true,
): Assessment {
  const sign = isGain(session.metric) ? 1 : -1;
  const value = ({ folds }: Assessment): number =>
    sign * mean(folds.filter((_, fold) => counts(fold)).map((fold) => fold.score));
  return assessments.reduce((best, next) => (value(next) > value(best) ? next : best));
}

/**
 * For each fold the candidate that is best on all the others: what the search as a whole achieves on rows that had no
 * say in its choice (compare Tibshirani & Tibshirani 2009 on the bias of the best cross-validated score).
 */
export function unbiasedFolds(session: Session, assessments: readonly Assessment[]): FoldFit[] {
  return assessments[0].folds.map((_, left) => {
    return bestOf(session, assessments, (fold) => fold !== left).folds[left];
  });
}
