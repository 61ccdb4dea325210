import type { TransformPreview } from '@quadrax/contract';
import { formatInteger, plural } from '#lib/format.ts';
import { failureOf } from '#lib/failure.ts';
import type { Step } from './datakit-work.ts';
import { stepForms } from './transform-steps.ts';

type Counts = NonNullable<TransformPreview['counts']>;

/** What is known of a list of steps: what each of them leaves, and of how many rows. */
export interface KnownSteps {
  readonly steps: readonly Step[];
  readonly counts: Counts;
}

const beginAlike = (a: readonly Step[], b: readonly Step[], count: number): boolean =>
  JSON.stringify(a.slice(0, count)) === JSON.stringify(b.slice(0, count));

/** What is counted of the first `count` steps, where they have been run. */
const countsOf = (steps: readonly Step[], count: number, known: readonly KnownSteps[]): Counts | undefined =>
  known.find((one) => one.counts.after.length >= count && beginAlike(one.steps, steps, count))?.counts;

/** "1,204 of the first 1,500 rows, 7 columns after it": what the last of the first `count` steps leaves, where known. */
export function leftText(
  steps: readonly Step[],
  count: number,
  known: readonly KnownSteps[],
): string | undefined {
  const counts = countsOf(steps, count, known);
  const left = counts?.after[count - 1];
  if (!counts || !left) return undefined;
  const split = steps[count - 1]?.step === 'split' ? ' to train on' : '';
  return `${rowsText(left.rows, counts)}${split}, ${plural(left.columns.length, 'column')} after it`;
}

/** Rows that are left, and of which of them where not all went through the steps. */
function rowsText(rows: number, { taken, total }: Counts): string {
  if (taken >= total) return plural(rows, 'row');
  const first = `the first ${formatInteger(taken)}`;
  return rows > taken ? `${plural(rows, 'row')} from ${first}` : `${formatInteger(rows)} of ${first} rows`;
}

/** The columns that a step may name after `count` others; those after the last of which it is known. */
export function columnsAfter(
  base: readonly string[],
  steps: readonly Step[],
  count: number,
  known: readonly KnownSteps[],
): readonly string[] {
  for (let last = count; last > 0; last--) {
    const left = countsOf(steps, last, known)?.after[last - 1];
    if (left) return left.columns;
  }
  return base;
}

/** "1,204 of 1,500 rows remain, 7 columns." */
export function remainText({ total, taken, after }: Counts, steps: readonly Step[]): string {
  const left = after.at(-1);
  if (!left) return '';
  const columns = plural(left.columns.length, 'column');
  const before = after.at(-2)?.rows ?? taken;
  if (steps.at(-1)?.step === 'split')
    return `${plural(left.rows, 'row')} to train on and ${formatInteger(before - left.rows)} kept back, ${columns}${
      taken < total ? `, of the first ${formatInteger(taken)} of ${plural(total, 'row')}` : ''
    }.`;
  if (taken < total)
    return `Of the first ${formatInteger(taken)} rows, ${formatInteger(left.rows)} ${left.rows > taken ? 'come' : 'remain'}, ${columns}. Saving takes all ${formatInteger(total)} rows.`;
  return left.rows > total
    ? `${plural(left.rows, 'row')} come of ${formatInteger(total)}, ${columns}.`
    : `${formatInteger(left.rows)} of ${plural(total, 'row')} remain, ${columns}.`;
}

/** What is wrong at a step. */
export interface StepFault {
  /** The step's place among those that were sent, from 0. */
  readonly index: number;
  /** The field of its form. */
  readonly field: string;
  readonly message: string;
}

/** The form's name for a field of the API: `where`, `columns.0`, `on.0.right`, `by.0.column`. */
const formField = (path: readonly string[]): string =>
  (path[0] === 'on' || path[0] === 'by' ? path.at(-1) : path[0]) ?? '';

/** What an error says of single steps, by their places; each thing once. */
export function stepFaults(error: unknown): StepFault[] {
  if (error === null || error === undefined) return [];
  const seen = new Set<string>();
  return failureOf(error).details.flatMap(({ field, message }) => {
    const [of, place = '', ...path] = field.split('.');
    const key = `${place} ${message}`;
    if (of !== 'steps' || !/^\d+$/.test(place) || seen.has(key)) return [];
    seen.add(key);
    return [{ index: Number(place), field: formField(path), message }];
  });
}

/** "Step 2, filter rows: There is no column …" */
export function faultText(kind: Step['step'], number: number, { message }: StepFault): string {
  const { label } = stepForms[kind];
  return `Step ${number}, ${label.slice(0, 1).toLowerCase()}${label.slice(1)}: ${message}`;
}

/** An error about steps in the words of their forms; any other as it is. */
export function inWords(error: unknown, steps: readonly Step[]): unknown {
  const faults = stepFaults(error).flatMap((fault) => {
    const kind = steps[fault.index]?.step;
    return kind === undefined ? [] : [faultText(kind, fault.index + 1, fault)];
  });
  return faults.length === 0 ? error : new Error(faults.join(' '));
}
