import { lossFor } from './algorithms/gradient-boosting/goal.ts';
import { resolveParameters } from './algorithms/parameters.ts';
import { parameterSpecs } from './algorithms/registry.ts';
import { checkOptions, checkRows } from './options.ts';
import type { TrainOptions } from './types.ts';

/** What is known of a table's rows before they are read. */
export interface Foreseen {
  /** Rows with a target and a weight, at most. */
  readonly rows: number;
  /** Of the target of a regression, where it is known of just those rows. */
  readonly least?: number | undefined;
}

/** Refuses what `train` would refuse whatever the rows hold. Throws the same `TabularError`. */
export function checkBeforehand(options: TrainOptions, { rows, least }: Foreseen): void {
  const { algorithm, parameters, task } = options;
  checkOptions(options);
  checkRows(rows, options);
  if (algorithm === 'auto') return;
  const resolved = resolveParameters(parameterSpecs(algorithm), parameters);
  if (algorithm !== 'gradient_boosting') return;
  const values = Float64Array.from(least === undefined ? [] : [least]);
  lossFor(resolved, {
    classes: task === 'classification' ? 2 : 0,
    values,
    weights: new Float64Array(values.length),
  });
}
