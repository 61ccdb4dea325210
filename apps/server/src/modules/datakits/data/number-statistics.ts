import { setImmediate } from 'node:timers/promises';
import type { ColumnProfile } from '@quadrax/contract';
import { clockText as clockOf } from '@quadrax/contract/clock';
import type { DuckDBValue } from '@duckdb/node-api';
import { fetchDoubles } from './column-arrays.ts';
import { batches, columnId, countOf, type Statements } from './duckdb.ts';
import { niceBins } from './histogram.ts';
import { countBins, quantile, quantileValue, sortFinite, summarise, type Summary } from './sorted-summary.ts';

/** A column of table `t` whose values have an order and a distance. */
export interface NumberColumn {
  readonly index: number;
  readonly kind: 'double' | 'bigint' | 'timestamp' | 'time';
}

export interface NumberStatistics {
  /** Rows with a value, infinite ones among them. */
  readonly present: number;
  readonly infinite: number;
  readonly distinct: number;
  /** Bounds of the finite values (milliseconds for dates and times); absent when there are none. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly figures: Pick<ColumnProfile, 'min' | 'max' | 'mean' | 'std' | 'quantiles' | 'histogram'>;
}

const probabilities = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
const binKinds = { double: 'real', bigint: 'whole' } as const;
/** Numbers held in memory at a time. */
const cells = 4_000_000;
const longColumn = 100_000;
/** DuckDB keeps dates and times in microseconds. */
const microsecond = 1e-3;

/**
 * Statistics of columns of numbers and dates, in their order: every figure counts every row. Infinite values are
 * counted apart and left out of the rest. Sorting a column once in a typed array gives all of them and takes less
 * processor time than the separate aggregates. `step` is told after each batch how many columns are done.
 */
export async function numberStatistics(
  db: Statements,
  columns: readonly NumberColumn[],
  rows: number,
  step: (columns: number) => void,
): Promise<NumberStatistics[]> {
  const results: NumberStatistics[] = [];
  const size = Math.max(1, Math.min(256, Math.floor(cells / rows)));
  for (const batch of batches(columns, size)) {
    const arrays = await fetchDoubles(db, 't', batch.map(doubleSql), rows);
    for (const [i, column] of batch.entries()) {
      const values = arrays[i];
      if (values) results.push(await statisticsOf(db, column, values));
      // Sorting a long column blocks the thread, and with it the start of DuckDB's next statement.
      if (rows > longColumn) await setImmediate();
    }
    step(batch.length);
  }
  return results;
}

const isOfTime = (kind: NumberColumn['kind']): boolean => kind === 'timestamp' || kind === 'time';

function doubleSql({ index, kind }: NumberColumn): string {
  return isOfTime(kind) ? `epoch_us(${columnId(index)})::DOUBLE` : `${columnId(index)}::DOUBLE`;
}

async function statisticsOf(
  db: Statements,
  column: NumberColumn,
  values: Float64Array,
): Promise<NumberStatistics> {
  const { sorted, infinite, missing } = sortFinite(values);
  const present = values.length - missing;
  if (sorted.length === 0) {
    const distinct = infinite > 0 ? await countInfinities(db, column) : 0;
    return { present, infinite, distinct, low: undefined, high: undefined, figures: {} };
  }
  const summary = summarise(sorted);
  const { kind } = column;
  const scale = isOfTime(kind) ? microsecond : 1;
  const inexact = column.kind !== 'double' && !isSafe(summary);
  const exact = inexact ? await exactFigures(db, column) : undefined;
  const distinct =
    exact?.distinct ?? summary.distinct + (infinite > 0 ? await countInfinities(db, column) : 0);
  const figures =
    kind === 'timestamp' || kind === 'time'
      ? timeFigures(sorted, summary, kind === 'time' ? clockText : dateText)
      : numberFigures(sorted, summary, kind, exact);
  return { present, infinite, distinct, low: summary.min * scale, high: summary.max * scale, figures };
}

const isSafe = ({ min, max }: Summary) => Number.isSafeInteger(min) && Number.isSafeInteger(max);

/** Of whole numbers beyond 2^53, which a double does not hold exactly. */
interface ExactFigures {
  readonly distinct: number;
  readonly min: number | string | undefined;
  readonly max: number | string | undefined;
}

async function exactFigures(db: Statements, { index }: NumberColumn): Promise<ExactFigures> {
  const id = columnId(index);
  const [row] = await db.rows(`SELECT count(DISTINCT ${id}), min(${id}), max(${id}) FROM t`);
  return { distinct: countOf(row?.[0]), min: exactBound(row?.[1]), max: exactBound(row?.[2]) };
}

/** A whole number beyond 2^53 is told as text, so that no digit is lost. */
function exactBound(value: DuckDBValue | undefined): number | string | undefined {
  if (typeof value !== 'bigint') return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

async function countInfinities(db: Statements, { index }: NumberColumn): Promise<number> {
  const id = columnId(index);
  const [row] = await db.rows(`SELECT count(DISTINCT ${id}) FROM t WHERE isinf(${id})`);
  return countOf(row?.[0]);
}

function numberFigures(
  sorted: Float64Array,
  summary: Summary,
  kind: 'double' | 'bigint',
  exact: ExactFigures | undefined,
): NumberStatistics['figures'] {
  const { mean, std } = summary;
  const bins = niceBins(summary.min, summary.max, binKinds[kind]);
  return {
    min: exact?.min ?? summary.min,
    max: exact?.max ?? summary.max,
    ...(mean !== undefined && { mean }),
    ...(std !== undefined && { std }),
    quantiles: probabilities.map((p) => ({ p, value: quantile(sorted, p) })),
    ...(bins && { histogram: { edges: [...bins], counts: countBins(sorted, bins) } }),
  };
}

function timeFigures(
  sorted: Float64Array,
  summary: Summary,
  text: (microseconds: number) => string,
): NumberStatistics['figures'] {
  const bins = niceBins(summary.min * microsecond, summary.max * microsecond, 'time');
  const counts =
    bins &&
    countBins(
      sorted,
      bins.map((edge) => edge / microsecond),
    );
  return {
    min: text(summary.min),
    max: text(summary.max),
    quantiles: probabilities.map((p) => ({ p, value: text(quantileValue(sorted, p)) })),
    ...(bins && counts && { histogram: { edges: [...bins], counts } }),
  };
}

/** ISO 8601; years beyond what a JavaScript date holds are told as years alone. */
function dateText(microseconds: number): string {
  const date = new Date(Math.floor(microseconds * microsecond));
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  return `${Math.round(1970 + microseconds / 31_556_952e6)}`;
}

/** HH:MM:SS, with a fraction where it has one. */
const clockText = (microseconds: number): string => clockOf(Math.round(microseconds) * microsecond);
