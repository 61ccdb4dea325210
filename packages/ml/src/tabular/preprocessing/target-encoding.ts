import type { Target } from '../data/frame.ts';
import { TabularError } from '../errors.ts';
import type { State } from '../types.ts';
import { type CrossFit, dealFolds } from './cross-fit.ts';
import type { FittedEncoding, LearntEncoding } from './learnt-encoding.ts';

/** Rows that the prior counts for: a category of as many rows is drawn half way to it. */
const priorRows = 10;
/** Of more classes, the most frequent ones are encoded. */
const mostClasses = 10;

/** What is averaged: the target itself, or for each of some classes whether a row is of it. */
interface Goal {
  readonly labels: Int32Array;
  value(row: number, output: number): number;
}

/** Smoothed means of each category, levels × outputs, and the prior that a category nobody saw gets. */
interface Means {
  readonly means: Float64Array;
  readonly prior: Float64Array;
}

/**
 * The mean target of a category, drawn to the overall mean the more the fewer rows it has (Micci-Barreca 2001). For
 * training rows it is learnt from the other folds, so that no row is told its own target.
 */
export function fitTargetEncoding(
  feature: number,
  values: Float64Array,
  levels: number,
  target: Target,
): FittedEncoding {
  const goal = goalOf(target);
  const outputs = goal.labels.length;
  const learnt = learnMeans(values, levels, target, goal, () => true);
  const crossFitted = Array.from({ length: outputs }, () => new Float64Array(values.length));
  const deal = dealFolds(values.length);
  for (let fold = 0; fold < deal.folds; fold++) {
    const { means, prior } = learnMeans(values, levels, target, goal, othersThan(fold, deal));
    values.forEach((level, row) => {
      if (deal.foldOf[row] !== fold) return;
      for (let k = 0; k < outputs; k++) {
        crossFitted[k][row] = Number.isNaN(level) ? prior[k] : means[level * outputs + k];
      }
    });
  }
  return { encoding: assemble(feature, learnt), crossFitted };
}

/** All rows but those of a fold; with a single fold, none, so that every row gets the prior. */
function othersThan(fold: number, { foldOf }: CrossFit): (row: number) => boolean {
  return (row) => foldOf[row] !== fold;
}

function goalOf({ classes, values }: Target): Goal {
  if (classes === 0) return { labels: Int32Array.of(0), value: (row) => values[row] };
  if (classes === 2) return { labels: Int32Array.of(1), value: (row) => values[row] };
  const counts = new Float64Array(classes);
  for (const label of values) counts[label]++;
  const labels = Int32Array.from(counts.keys())
    .sort((a, b) => counts[b] - counts[a] || a - b)
    .subarray(0, mostClasses);
  return { labels, value: (row, k) => (values[row] === labels[k] ? 1 : 0) };
}

function learnMeans(
  values: Float64Array,
  levels: number,
  { weights }: Target,
  goal: Goal,
  counts: (row: number) => boolean,
): Means {
  const outputs = goal.labels.length;
  const sums = new Float64Array(levels * outputs);
  const mass = new Float64Array(levels);
  const prior = new Float64Array(outputs);
  let rows = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    if (!counts(row)) continue;
    const level = values[row];
    const weight = weights[row];
    rows++;
    total += weight;
    for (let k = 0; k < outputs; k++) prior[k] += weight * goal.value(row, k);
    if (Number.isNaN(level)) continue;
    mass[level] += weight;
    for (let k = 0; k < outputs; k++) sums[level * outputs + k] += weight * goal.value(row, k);
  }
  for (let k = 0; k < outputs; k++) prior[k] = total > 0 ? prior[k] / total : 0;
  const strength = priorRows * (total > 0 ? total / rows : 1);
  const means = sums.map((sum, at) => {
    const k = at % outputs;
    return (sum + strength * prior[k]) / (mass[(at - k) / outputs] + strength);
  });
  return { means, prior };
}

function assemble(feature: number, { means, prior }: Means): LearntEncoding {
  const outputs = prior.length;
  return {
    feature,
    width: outputs,
    write(level, x, at) {
      const known = level * outputs < means.length;
      for (let k = 0; k < outputs; k++) x[at + k] = known ? means[level * outputs + k] : prior[k];
    },
    state: () => ({ feature, means, prior }),
  };
}

/** The encoding whose state this is. */
export function reviveTargetEncoding(state: State): LearntEncoding {
  const { feature, means, prior } = state as Record<string, State>;
  const arrays = means instanceof Float64Array && prior instanceof Float64Array;
  if (typeof feature === 'number' && arrays && prior.length > 0) return assemble(feature, { means, prior });
  throw new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid encoding of categories.');
}
