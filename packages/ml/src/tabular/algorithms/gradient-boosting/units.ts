import type { Target } from '../../data/frame.ts';
import type { Boosted } from './boost.ts';
import type { Loss } from './loss.ts';

/**
 * The unit that a target of numbers is learnt in: the power of two next to their mean distance from their mean, by
 * weight. Gradients are kept in 32 bits and a split must gain something to speak of, so numbers may be neither all tiny
 * nor huge. A power of two rounds nothing. 1 for classes and counts, whose scores have no unit.
 */
export function unitOf({ values, weights }: Target, { kind }: Loss): number {
  if (kind !== 'squared' && kind !== 'quantile') return 1;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const meanOf = (of: (value: number) => number): number =>
    values.reduce((sum, value, row) => sum + (weights[row] / total) * of(value), 0);
  const mean = meanOf((value) => value);
  const distance = meanOf((value) => Math.abs(value - mean));
  // Of equal numbers a distance is what rounding made.
  if (!(distance > 1e-12 * Math.abs(mean))) return 1;
  return 2 ** Math.round(Math.log2(distance));
}

/** The target, its numbers as multiples of the unit. */
export function inUnits(target: Target, unit: number): Target {
  return unit === 1 ? target : { ...target, values: target.values.map((value) => value / unit) };
}

/** What was learnt of a target in units, in the unit of the target itself; the trees are changed. */
export function inTargetsUnit(boosted: Boosted, unit: number, { kind }: Loss): Boosted {
  if (unit === 1) return boosted;
  const { base, trees, loss } = boosted;
  for (const tree of trees) {
    tree.nodes.forEach(({ column, threshold }, node) => {
      if (column < 0) tree.setValue(node, threshold * unit);
    });
  }
  const lossUnit = kind === 'squared' ? unit * unit : unit;
  const told = (values: readonly number[]): number[] => values.map((value) => value * lossUnit);
  return {
    base: base.map((value) => value * unit),
    trees,
    loss: { train: told(loss.train), validation: told(loss.validation) },
  };
}
