import type { Random } from '../../random/random.ts';
import { gather, type Target } from '../data/frame.ts';
import { TabularError } from '../errors.ts';
import type { Table, Validation } from '../types.ts';
import { groupHoldout, groupSplits, timeHoldout, timeSplits } from './ordered-splits.ts';
import { foldSplits, holdoutSplit, type Split } from './splits.ts';

/** What rows are kept together or put in order by, a number for each usable row; neither where rows are dealt freely. */
export interface SplitKeys {
  readonly groups?: Float64Array | undefined;
  readonly times?: Float64Array | undefined;
}

/** The column that rows are kept together or put in order by. */
export function splitColumn(validation: Validation): string | undefined {
  return validation.groups ?? validation.time;
}

/** Reads the column that a validation names, of the given rows. Throws `UNKNOWN_COLUMN` or `INVALID_OPTION`. */
export function readSplitKeys(table: Table, validation: Validation, rows: Int32Array): SplitKeys {
  const name = splitColumn(validation);
  if (name === undefined) return {};
  const column = table.columns.find((one) => one.name === name);
  const isGroups = validation.groups !== undefined;
  const field = isGroups ? 'validation.groups' : 'validation.time';
  if (!column) throw new TabularError('UNKNOWN_COLUMN', `There is no column ${name} to split by.`, field);
  if (isGroups) return { groups: gather(numbersOf(column), rows) };
  if (column.kind === 'numeric' || column.kind === 'datetime') return { times: gather(column.values, rows) };
  const message = `Splitting by time needs a date or a number; ${name} is ${column.kind}.`;
  throw new TabularError('INVALID_OPTION', message, field);
}

/** A number for each distinct value, from 0; NaN is a missing value. */
function numbersOf(column: Table['columns'][number]): Float64Array {
  if (column.kind === 'categorical')
    return Float64Array.from(column.codes, (code) => (code < 0 ? NaN : code));
  const seen = new Map<unknown, number>();
  return Float64Array.from(column.values as ArrayLike<unknown>, (value) => {
    if (value === null || Number.isNaN(value)) return NaN;
    const known = seen.get(value) ?? seen.size;
    seen.set(value, known);
    return known;
  });
}

/** Splits of all rows of a target as a validation has them. Throws `INVALID_OPTION` where the keys do not allow it. */
export function validationSplits(
  target: Target,
  keys: SplitKeys,
  validation: Validation,
  random: Random,
): Split[] {
  if ('folds' in validation) return keyedFolds(target, keys, validation.folds, random);
  const { values, classes } = target;
  if (keys.groups) {
    const held = groupHoldout(keys.groups, target, validation.holdout, random);
    if (held) return [held];
    throw tooFew('validation.groups', 'All rows are of one group, so that none can be held out.');
  }
  if (!keys.times) return [holdoutSplit(values, classes, validation.holdout, random)];
  const split = timeHoldout(keys.times, validation.holdout);
  if (split) return [split];
  throw tooFew(
    'validation.time',
    'All rows are of the same time, or have none, so that no row is later than others.',
  );
}

/** Folds that heed the keys. */
export function keyedFolds(
  { values, classes }: Target,
  keys: SplitKeys,
  folds: number,
  random: Random,
): Split[] {
  if (!keys.groups && !keys.times) return foldSplits(values, classes, folds, random);
  if (keys.groups) {
    const splits = groupSplits(keys.groups, folds, random);
    if (splits) return splits;
    throw tooFew('validation.groups', `There are fewer groups than ${folds} folds.`);
  }
  const splits = timeSplits(keys.times ?? new Float64Array(0), folds);
  if (splits) return splits;
  throw tooFew('validation.time', `There are too few different times for ${folds} folds.`);
}

/** The keys of the given rows. */
export function takeKeys({ groups, times }: SplitKeys, rows: Int32Array): SplitKeys {
  return { groups: groups && gather(groups, rows), times: times && gather(times, rows) };
}

function tooFew(field: string, message: string): TabularError {
  return new TabularError(
    'INVALID_OPTION',
    `${message} Use another column, fewer folds or another split.`,
    field,
  );
}
