import type { BatchResult, ColumnRows, Job } from '@quadrax/contract';
import { formatInteger } from '#lib/format.ts';

/** Of so many columns it is told beside the run; the new datakit tells of all. */
const mostTold = 3;

const held = (rows: number): string => `${formatInteger(rows)} ${rows === 1 ? 'row holds' : 'rows hold'}`;
const they = (rows: number): string => (rows === 1 ? 'it was' : 'they were');

const unseen = ({ column, rows }: ColumnRows): string =>
  `${held(rows)} a value of "${column}" that the model has not seen; ${they(rows)} counted as missing.`;
const unusable = ({ column, rows }: ColumnRows): string =>
  `${held(rows)} a number of "${column}" that is infinite or too large; ${they(rows)} counted as missing.`;

/** What a person should know of the values that a batch prediction could not take as they are. */
export function remarksOf(result: Job['result']): string[] {
  // Results of earlier versions say nothing of it.
  const told: Partial<BatchResult> = result ?? {};
  const all = [...(told.unseen ?? []).map(unseen), ...(told.unusable ?? []).map(unusable)];
  const rest = all.length - mostTold;
  if (rest <= 0) return all;
  const more = `${rest} more ${rest === 1 ? 'column holds' : 'columns hold'} such values: the new datakit names them.`;
  return [...all.slice(0, mostTold), more];
}
