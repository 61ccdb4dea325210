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
  const asked = askedDirections(given);
  if (asked.size === 0) return undefined;
  const ordered = new Map(
    columns.flatMap((column, i) =>
      column.kind === 'numeric' && column.name !== undefined ? [[column.name, i] as const] : [],
    ),
  );
  checkMonotone(asked, new Set(ordered.keys()), kind);
  const directions = new Int8Array(columns.length);
  for (const [name, direction] of asked) directions[ordered.get(name) ?? -1] = direction;
  return directions;
}

/** What the parameter `monotone` says: 1 or −1 by the name of a column. Throws `INVALID_PARAMETER`. */
export function askedDirections(given: Parameters): ReadonlyMap<string, 1 | -1> {
  const text = String(given.monotone ?? '').trim();
  const asked = new Map<string, 1 | -1>();
  if (text === '') return asked;
  // By its characters and not by a pattern: whoever sends it could make one look at it for minutes.
  for (const part of text.split(',').map((one) => one.trim())) {
    const sign = part.at(-1);
    if (sign !== '+' && sign !== '-') {
      throw invalid(
        'monotone',
        `must name columns with + or - behind each, as in "age +, price -"; found "${beginning(part)}".`,
      );
    }
    const name = part.slice(0, -1).trimEnd();
    if (asked.has(name)) throw invalid('monotone', `names ${beginning(name)} twice.`);
    asked.set(name, sign === '+' ? 1 : -1);
  }
  return asked;
}

/** @param ordered names of the features that are numbers or dates. Throws `INVALID_PARAMETER` for what is not kept. */
export function checkMonotone(
  asked: ReadonlyMap<string, 1 | -1>,
  ordered: ReadonlySet<string>,
  kind: Loss['kind'],
): void {
  if (asked.size === 0) return;
  if (kind === 'softmax' || kind === 'quantile') {
    throw invalid(
      'monotone',
      `cannot be kept with ${kind === 'quantile' ? 'a quantile' : 'more than two classes'}.`,
    );
  }
  for (const name of asked.keys()) {
    if (ordered.has(name)) continue;
    throw invalid('monotone', `names ${beginning(name)}, which is no numeric column among the features.`);
  }
}

function invalid(name: string, rule: string): TabularError {
  return new TabularError('INVALID_PARAMETER', `The parameter ${name} ${rule}`, name);
}

const beginning = (text: string): string =>
  text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text;
