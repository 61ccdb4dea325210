import type { Prediction } from '@quadrax/contract';
import type { Link, OnnxPlan } from '@quadrax/ml/onnx';
import { TaskError } from '#platform/compute';

/** An output of a graph: its values in the order of the rows. */
export interface OutputValues {
  readonly data: ArrayLike<unknown>;
  readonly size: number;
}

const refuse = (message: string): TaskError => new TaskError('REFUSED', message);

const finite = (value: unknown): number => {
  const number = Number(value);
  if (Number.isFinite(number)) return number;
  throw refuse('It gave something that is no number.');
};

const mostClasses = 10_000;

/** One row's outputs as probabilities of the classes. */
const linked = (scores: readonly number[], link: Link): number[] => {
  if (link === 'exp') return scores.map((score) => Math.exp(score));
  if (link === 'second') return scores.flatMap((score) => [1 - score, score]);
  if (link === 'none') return [...scores];
  const top = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

/** How many outputs a row has. @throws TaskError where they do not come out even */
export const columnsOf = ({ size }: OutputValues, rows: number): number => {
  if (size > 0 && size % rows === 0) return size / rows;
  throw refuse(`It gave ${size} values for ${rows} rows.`);
};

/** What a graph gave, as predictions. */
export const predictionsOf = (
  plan: OnnxPlan,
  classes: readonly string[],
  outputs: Readonly<Record<string, OutputValues | undefined>>,
  rows: number,
): Prediction[] => {
  const named = (name: string | undefined): OutputValues | undefined => {
    if (name === undefined) return undefined;
    const output = outputs[name];
    if (!output) throw refuse(`It gave no "${name}".`);
    return output;
  };
  const value = named(plan.value);
  const label = named(plan.label);
  const scores = named(plan.scores?.output);
  for (const one of [value, label])
    if (one && columnsOf(one, rows) !== 1) throw refuse('It gives more than one value for a row.');
  const width = scores ? columnsOf(scores, rows) : 0;
  if (width > mostClasses)
    throw refuse(`It gives ${width} scores for a row; ${mostClasses} classes are the most.`);
  return Array.from({ length: rows }, (_unused, i): Prediction => {
    if (value) return { value: finite(value.data[i]) };
    const own = Array.from({ length: width }, (_none, k) => finite(scores?.data[i * width + k]));
    const odds = linked(own, plan.scores?.link ?? 'none');
    const top = odds.reduce((best, share, k) => (share > (odds[best] ?? 0) ? k : best), 0);
    const told = label ? String(label.data[i]) : (classes[top] ?? String(top));
    if (odds.length === 0) return { label: told };
    // No prototype: a class may be called anything.
    const probabilities = Object.assign(
      Object.create(null) as Record<string, number>,
      Object.fromEntries(odds.map((share, k) => [classes[k] ?? String(k), share])),
    );
    return { label: told, probabilities };
  });
};
