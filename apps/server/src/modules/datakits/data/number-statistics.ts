import type { ColumnProfile } from '@quadrax/contract';
import { DuckDBListValue, type DuckDBValue } from '@duckdb/node-api';
import { batches, columnId, countOf, type DuckDB } from './duckdb.ts';
import { niceBins, type Bins } from './histogram.ts';

/** A column of table `t` whose values have an order and a distance. */
export interface NumberColumn {
  readonly index: number;
  readonly kind: 'double' | 'bigint' | 'timestamp';
}

export interface NumberStatistics {
  readonly present: number;
  readonly infinite: number;
  readonly distinct: number;
  /** Milliseconds for timestamps; absent when there is no finite value. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly figures: Pick<ColumnProfile, 'min' | 'max' | 'mean' | 'std' | 'quantiles' | 'histogram'>;
}

const probabilities = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

interface Moments {
  readonly present: number;
  readonly infinite: number;
  readonly min: DuckDBValue;
  readonly max: DuckDBValue;
  readonly mean: DuckDBValue;
  readonly std: DuckDBValue;
  readonly quantiles: readonly DuckDBValue[];
}

/**
 * Statistics of columns of numbers and dates, in their order: every figure counts every row. Infinite values are
 * counted apart and left out of the rest. `step` is told after each batch how many columns are done.
 */
export async function numberStatistics(
  db: DuckDB,
  columns: readonly NumberColumn[],
  rows: number,
  step: (columns: number) => void,
): Promise<NumberStatistics[]> {
  const results: NumberStatistics[] = [];
  const size = Math.max(1, Math.min(64, Math.floor(500_000 / rows)));
  for (const batch of batches(columns, size)) {
    const infinite = await countInfinite(db, batch);
    const moments = await momentsOf(db, batch, infinite);
    const distinct = await countDistinct(db, batch);
    const bins = batch.map((column, i) => binsOf(column, moments[i]));
    const counts = await countBins(db, batch, bins);
    for (const [i, column] of batch.entries()) {
      const moment = moments[i];
      if (moment) results.push(assemble(column, moment, distinct[i] ?? 0, bins[i], counts[i]));
    }
    step(batch.length);
  }
  return results;
}

async function countInfinite(db: DuckDB, columns: readonly NumberColumn[]): Promise<number[]> {
  const parts = columns.map(({ index, kind }) =>
    kind === 'double' ? `count(*) FILTER (WHERE isinf(${columnId(index)}))` : '0',
  );
  const [row = []] = await db.rows(`SELECT ${parts.join(', ')} FROM t`);
  return columns.map((_, i) => countOf(row[i]));
}

/** The finite values of a column: dates as milliseconds. */
function finite({ index, kind }: NumberColumn, infinite: number): string {
  const id = columnId(index);
  if (kind === 'timestamp') return `epoch_ms(${id})`;
  return infinite > 0 ? `CASE WHEN isfinite(${id}) THEN ${id} END` : id;
}

const momentParts = 6;
const binKinds = { double: 'real', bigint: 'whole', timestamp: 'time' } as const;

async function momentsOf(
  db: DuckDB,
  columns: readonly NumberColumn[],
  infinite: readonly number[],
): Promise<Moments[]> {
  try {
    return await queryMoments(db, columns, infinite, true);
  } catch (error) {
    // The variance of huge numbers is beyond a double; then there is no standard deviation to tell.
    if (!(error instanceof Error) || !error.message.includes('out of range')) throw error;
    if (columns.length === 1) return queryMoments(db, columns, infinite, false);
    const single: Moments[] = [];
    for (const [i, column] of columns.entries())
      single.push(...(await momentsOf(db, [column], [infinite[i] ?? 0])));
    return single;
  }
}

async function queryMoments(
  db: DuckDB,
  columns: readonly NumberColumn[],
  infinite: readonly number[],
  variance: boolean,
): Promise<Moments[]> {
  const parts = columns.flatMap((column, i) => {
    const x = finite(column, infinite[i] ?? 0);
    const time = column.kind === 'timestamp';
    const std = variance && !time ? `stddev_samp(${x})` : 'NULL';
    const quantile = `${time ? 'quantile_disc' : 'quantile_cont'}(${x}, [${probabilities.join(', ')}])`;
    return [
      `count(${columnId(column.index)})`,
      `min(${x})`,
      `max(${x})`,
      time ? 'NULL' : `avg(${x})`,
      std,
      quantile,
    ];
  });
  const [row = []] = await db.rows(`SELECT ${parts.join(', ')} FROM t`);
  return columns.map((_, i) => {
    const [present = null, min = null, max = null, mean = null, std = null, quantiles = null] = row.slice(
      i * momentParts,
      (i + 1) * momentParts,
    );
    return {
      present: countOf(present),
      infinite: infinite[i] ?? 0,
      min,
      max,
      mean,
      std,
      quantiles: quantiles instanceof DuckDBListValue ? quantiles.items : [],
    };
  });
}

async function countDistinct(db: DuckDB, columns: readonly NumberColumn[]): Promise<number[]> {
  const parts = columns.map(({ index }) => `count(DISTINCT ${columnId(index)})`);
  const [row = []] = await db.rows(`SELECT ${parts.join(', ')} FROM t`);
  return columns.map((_, i) => countOf(row[i]));
}

function binsOf(column: NumberColumn, moments: Moments | undefined): Bins | undefined {
  const low = numberOf(moments?.min);
  const high = numberOf(moments?.max);
  if (low === undefined || high === undefined) return undefined;
  return niceBins(low, high, binKinds[column.kind]);
}

async function countBins(
  db: DuckDB,
  columns: readonly NumberColumn[],
  bins: readonly (Bins | undefined)[],
): Promise<number[][]> {
  const selects = columns.flatMap((column, i) => {
    const bin = bins[i];
    if (!bin) return [];
    const x = column.kind === 'timestamp' ? `epoch_ms(${columnId(column.index)})` : columnId(column.index);
    const position = `floor((${x}::DOUBLE - ${bin.start}) / ${bin.step})`;
    const last = bin.edges.length - 2;
    const filter = column.kind === 'double' ? `isfinite(${x})` : `${x} IS NOT NULL`;
    return [
      `SELECT ${i} AS k, greatest(0, least(${last}, ${position}))::SMALLINT AS b, count(*) AS n FROM t WHERE ${filter} GROUP BY 2`,
    ];
  });
  const counts = bins.map((bin) => (bin ? Array.from({ length: bin.edges.length - 1 }, () => 0) : []));
  if (selects.length === 0) return counts;
  for (const [k, b, n] of await db.rows(selects.join(' UNION ALL '))) {
    const list = counts[countOf(k)];
    if (list) list[countOf(b)] = countOf(n);
  }
  return counts;
}

function assemble(
  column: NumberColumn,
  moments: Moments,
  distinct: number,
  bins: Bins | undefined,
  counts: readonly number[] | undefined,
): NumberStatistics {
  const low = numberOf(moments.min);
  const high = numberOf(moments.max);
  const bound = column.kind === 'timestamp' ? dateBound : numberBound;
  const quantiles = probabilities.flatMap((p, i) => {
    const value = bound(moments.quantiles[i]);
    return value === undefined ? [] : [{ p, value }];
  });
  const figures = {
    min: bound(moments.min),
    max: bound(moments.max),
    mean: numberOf(moments.mean),
    std: numberOf(moments.std),
    quantiles: quantiles.length > 0 ? quantiles : undefined,
    histogram: bins && counts ? { edges: [...bins.edges], counts: [...counts] } : undefined,
  };
  const told = Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
  return { present: moments.present, infinite: moments.infinite, distinct, low, high, figures: told };
}

function numberOf(value: DuckDBValue | undefined): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A whole number beyond 2^53 is told as text, so that no digit is lost. */
function numberBound(value: DuckDBValue | undefined): number | string | undefined {
  if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) return value.toString();
  return numberOf(value);
}

function dateBound(value: DuckDBValue | undefined): string | undefined {
  const ms = numberOf(value);
  return ms === undefined || Math.abs(ms) > 8.64e15 ? undefined : new Date(ms).toISOString();
}
