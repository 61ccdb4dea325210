import type { ColumnProfile } from '@quadrax/contract';
import { formatInteger, formatNumber, formatPercent } from '#lib/format.ts';

/** A date without the time where that is midnight, or whole seconds; other text as it is. */
export const dayText = (value: string): string =>
  value
    .replace(/^(\d{4}-\d{2}-\d{2})T00:00:00(\.0+)?Z?$/, '$1')
    .replace(/^(\d{4}-\d{2}-\d{2}T[\d:]{8})\.0+Z$/, '$1Z');

/** A bound as text: numbers with sensible precision, dates and words as they are. */
export const boundText = (value: number | string): string =>
  typeof value === 'number' ? formatNumber(value, 5) : dayText(value);

/** "Median", "25 %". */
export function quantileName(p: number): string {
  return p === 0.5 ? 'Median' : `${Number((p * 100).toFixed(2))} %`;
}

/** The figures of a column in the order a reader asks for them. */
export function columnFacts(column: ColumnProfile, rows: number): { name: string; value: string }[] {
  const facts = [
    { name: 'Type', value: column.type },
    {
      name: 'Missing',
      value:
        column.missing === 0
          ? 'none'
          : `${formatInteger(column.missing)} of ${formatInteger(rows)} (${formatPercent(column.missing / Math.max(rows, 1))})`,
    },
    { name: 'Distinct', value: formatInteger(column.distinct) },
  ];
  if (column.mean !== undefined) facts.push({ name: 'Mean', value: formatNumber(column.mean, 5) });
  if (column.std !== undefined) facts.push({ name: 'Std. deviation', value: formatNumber(column.std, 4) });
  if (column.min !== undefined) facts.push({ name: 'Least', value: boundText(column.min) });
  if (column.max !== undefined) facts.push({ name: 'Greatest', value: boundText(column.max) });
  return facts;
}
