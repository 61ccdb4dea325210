import type { HeldOutQuery, HeldOutRows } from '@quadrax/contract';
import type { HeldOutColumns } from './models.tables.ts';

export type HeldOutRow = Omit<HeldOutRows['rows'][number], 'cells'>;

/** The kept rows that fit a query, in its order; numbers of rows count from 1. */
export const heldOutRows = (
  { rows, actual, predicted, probability }: HeldOutColumns,
  classes: readonly string[] | undefined,
  query: HeldOutQuery,
): HeldOutRow[] => {
  const named = (value: number): number | string => classes?.[value] ?? value;
  const places = [...rows.keys()].filter(
    (i) =>
      fits(named(actual[i] ?? Number.NaN), query.actual, query.actualFrom, query.actualTo) &&
      fits(named(predicted[i] ?? Number.NaN), query.predicted, query.predictedFrom, query.predictedTo),
  );
  const key = keyOf(query.sort, { rows, actual, predicted, ...(probability && { probability }) });
  const sign = query.sort.startsWith('-') ? -1 : 1;
  places.sort((a, b) => sign * (key(a) - key(b)) || a - b);
  return places.map((i) => ({
    row: (rows[i] ?? 0) + 1,
    actual: named(actual[i] ?? Number.NaN),
    predicted: named(predicted[i] ?? Number.NaN),
    ...(probability && { probability: probability[i] ?? 0 }),
  }));
};

const fits = (
  value: number | string,
  wanted: string | undefined,
  from: number | undefined,
  to: number | undefined,
): boolean =>
  (wanted === undefined || String(value) === wanted) &&
  (from === undefined || Number(value) >= from) &&
  (to === undefined || Number(value) <= to);

const keyOf = (sort: HeldOutQuery['sort'], held: HeldOutColumns): ((i: number) => number) => {
  const { rows, actual, predicted, probability = [] } = held;
  if (sort.endsWith('error')) return (i) => Math.abs((actual[i] ?? 0) - (predicted[i] ?? 0));
  const column = sort.endsWith('probability') ? probability : rows;
  return (i) => column[i] ?? 0;
};
