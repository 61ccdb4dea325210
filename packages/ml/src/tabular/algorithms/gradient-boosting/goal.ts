import type { Target } from '../../data/frame.ts';
import { TabularError } from '../../errors.ts';
import type { Design } from '../../preprocessing/design.ts';
import type { Parameters } from '../../types.ts';
import { numberOf } from '../parameters.ts';
import type { Loss } from './loss.ts';

/** The loss that the parameters `loss` and `alpha` ask for. Throws `INVALID_PARAMETER` where it does not fit the target. */
export function lossFor(given: Parameters, { classes, values }: Target): Loss {
  const { loss } = given;
  if (classes > 0) {
    if (loss === 'auto') return { kind: classes === 2 ? 'logistic' : 'softmax' };
    throw invalid('loss', `${String(loss)} predicts numbers, and the target has classes. Leave it at auto.`);
  }
  if (loss === 'quantile') return { kind: 'quantile', alpha: numberOf(given, 'alpha') };
  if (loss !== 'poisson') return { kind: 'squared' };
  if (values.some((value) => value < 0)) {
    throw invalid('loss', 'poisson needs a target without negative numbers. Choose squared.');
  }
  return { kind: 'poisson' };
}

/**
 * Directions of the design's columns as the parameter `monotone` asks for: 1, −1 or 0 each; undefined where it asks
 * for none. Throws `INVALID_PARAMETER` for what it cannot keep.
 */
export function monotoneFor(given: Parameters, { columns }: Design, { kind }: Loss): Int8Array | undefined {
  const text = String(given.monotone ?? '').trim();
  if (text === '') return undefined;
  if (kind === 'softmax' || kind === 'quantile') {
    throw invalid(
      'monotone',
      `cannot be kept with ${kind === 'quantile' ? 'a quantile' : 'more than two classes'}.`,
    );
  }
  const directions = new Int8Array(columns.length);
  for (const part of text.split(',')) {
    const [, name, sign] = /^\s*(.*?)\s*([+-])\s*$/.exec(part) ?? [];
    if (name === undefined) {
      throw invalid(
        'monotone',
        `must name columns with + or - behind each, as in "age +, price -"; found "${part}".`,
      );
    }
    const column = columns.findIndex((other) => other.kind === 'numeric' && other.name === name);
    if (column < 0)
      throw invalid('monotone', `names ${name}, which is no numeric column among the features.`);
    directions[column] = sign === '+' ? 1 : -1;
  }
  return directions;
}

function invalid(name: string, rule: string): TabularError {
  return new TabularError('INVALID_PARAMETER', `The parameter ${name} ${rule}`, name);
}
