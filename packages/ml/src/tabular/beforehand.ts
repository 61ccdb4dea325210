import { askedDirections, checkMonotone, lossFor } from './algorithms/gradient-boosting/goal.ts';
import { resolveParameters } from './algorithms/parameters.ts';
import { parameterSpecs } from './algorithms/registry.ts';
import { TabularError } from './errors.ts';
import { negativeCounts } from './evaluation/judging.ts';
import { checkOptions, checkRows, metricFor } from './options.ts';
import type { SearchPlan, TrainOptions } from './types.ts';

/** What is known of a table's rows before they are read. */
export interface Foreseen {
  /** Rows with a target and a weight, at most. */
  readonly rows: number;
  /** Of the target of a regression, where it is known of just those rows. */
  readonly least?: number | undefined;
  /** Of the target of a classification, at most; absent where it is not known. */
  readonly classes?: number | undefined;
  /** The features that may be numbers or dates that vary; absent where it is not known. */
  readonly ordered?: ReadonlySet<string> | undefined;
}

/** Refuses what `train` would refuse whatever the rows hold. Throws the same `TabularError`. */
export function checkBeforehand(options: TrainOptions, foreseen: Foreseen): void {
  const { algorithm, parameters, plan } = options;
  checkOptions(options);
  checkRows(foreseen.rows, options);
  if (metricFor(options) === 'poissonDeviance' && options.metric && (foreseen.least ?? 0) < 0) {
    throw negativeCounts();
  }
  if (algorithm === 'auto') return checkPlan(plan);
  const resolved = resolveParameters(parameterSpecs(algorithm), parameters);
  if (algorithm === 'gradient_boosting') checkBoosting(resolved, options, foreseen);
}

function checkBoosting(
  parameters: ReturnType<typeof resolveParameters>,
  { task }: TrainOptions,
  { least, classes = 2, ordered }: Foreseen,
): void {
  const values = Float64Array.from(least === undefined ? [] : [least]);
  const { kind } = lossFor(parameters, {
    classes: task === 'classification' ? classes : 0,
    values,
    weights: new Float64Array(values.length),
  });
  const asked = askedDirections(parameters);
  checkMonotone(asked, ordered ?? new Set(asked.keys()), kind);
}

/** A candidate with a parameter that its algorithm does not have is none that any search tries. */
function checkPlan(plan: SearchPlan | undefined): void {
  for (const [i, { algorithm, parameters }] of (plan?.trials ?? []).entries()) {
    try {
      resolveParameters(parameterSpecs(algorithm), parameters);
    } catch (error) {
      if (!(error instanceof TabularError)) throw error;
      const { message, field = '' } = error;
      throw new TabularError('INVALID_OPTION', message, `plan.trials[${i}].parameters.${field}`);
    }
  }
}
