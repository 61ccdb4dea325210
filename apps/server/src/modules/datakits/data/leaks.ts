import { ranksOf } from '@quadrax/ml/order';
import { batches, columnId, countOf, type Statements } from './duckdb.ts';

/** Two columns of which one tells the other. */
export interface LeakPair {
  readonly first: number;
  readonly second: number;
  readonly how: 'correlation' | 'order' | 'relabelled';
}

/** A column of table `t` to compare with its like. */
export interface Comparable {
  readonly index: number;
  readonly kind: 'number' | 'word';
  readonly distinct: number;
}

const sampled = 2000;
const maxColumns = 200;
const maxPairs = 50;
const enough = 20;
/** Numbers of more values stand for no words. */
const maxLabels = 1000;
const correlated = 0.9999;

/**
 * Finds columns that determine each other: numbers with a correlation beyond ±0.9999, of themselves or of their ranks;
 * words that are one another's labels, and numbers that stand for words so. Candidates come from rows spread over the
 * table and are then checked on all of it. At most the first 200 columns are compared.
 */
export async function findLeaks(
  db: Statements,
  columns: readonly Comparable[],
  rows: number,
): Promise<LeakPair[]> {
  if (rows < enough) return [];
  const compared = columns.filter(({ distinct }) => distinct > 1).slice(0, maxColumns);
  const numbers = compared.filter(({ kind }) => kind === 'number');
  const candidates = [
    ...numberPairs(numbers, await sampleNumbers(db, numbers, rows)),
    ...labelPairs(compared),
  ].slice(0, maxPairs);
  const found: LeakPair[] = [];
  for (const { a, b, how } of candidates)
    if (await checks[how](db, a, b)) found.push({ first: a.index, second: b.index, how });
  return found;
}

interface Candidate {
  readonly a: Comparable;
  readonly b: Comparable;
  readonly how: LeakPair['how'];
}

/** Pairs of numbers that go together in the sample: in a line first, then in their order. */
function numberPairs(numbers: readonly Comparable[], sample: readonly Float64Array[]): Candidate[] {
  const seen = new Set<string>();
  const pairsOf = (columns: readonly Float64Array[], how: Candidate['how']): Candidate[] =>
    correlatedPairs(columns).flatMap(([i, j]) => {
      const [a, b, key] = [numbers[i], numbers[j], `${i} ${j}`];
      if (!a || !b || seen.has(key)) return [];
      seen.add(key);
      return [{ a, b, how }];
    });
  return [...pairsOf(sample, 'correlation'), ...pairsOf(sample.map(ranksOf), 'order')];
}

/** Pairs with as many values, of which one at least is words: two of words first. */
function labelPairs(columns: readonly Comparable[]): Candidate[] {
  const few = columns.filter(({ kind, distinct }) => kind === 'word' || distinct <= maxLabels);
  const words = (pair: Candidate): number => [pair.a, pair.b].filter(({ kind }) => kind === 'word').length;
  return few
    .flatMap((a, i) =>
      few
        .slice(i + 1)
        .filter((b) => a.distinct === b.distinct)
        .map((b): Candidate => ({ a, b, how: 'relabelled' })),
    )
    .filter((pair) => words(pair) > 0)
    .toSorted((a, b) => words(b) - words(a));
}

const checks = { correlation: correlate, order: sameOrder, relabelled: relabel } as const;

async function sampleNumbers(
  db: Statements,
  columns: readonly Comparable[],
  rows: number,
): Promise<Float64Array[]> {
  const step = Math.max(1, Math.floor(rows / sampled));
  const arrays: Float64Array[] = [];
  for (const batch of batches(columns, 64)) {
    const parts = batch.map(
      ({ index }) => `CASE WHEN isfinite(${columnId(index)}::DOUBLE) THEN ${columnId(index)}::DOUBLE END`,
    );
    const found = await db.rows(`SELECT ${parts.join(', ')} FROM t WHERE rowid % ${step} = 0`);
    for (const [i] of batch.entries()) {
      arrays.push(Float64Array.from(found, (row) => (typeof row[i] === 'number' ? row[i] : NaN)));
    }
  }
  return arrays;
}

function correlatedPairs(columns: readonly Float64Array[]): [number, number][] {
  const scaled = columns.map(standardise);
  const pairs: [number, number][] = [];
  for (let a = 0; a < scaled.length; a++) {
    for (let b = a + 1; b < scaled.length; b++) {
      const left = scaled[a];
      const right = scaled[b];
      if (left && right && Math.abs(correlation(left, right)) > correlated) pairs.push([a, b]);
    }
  }
  return pairs;
}

/** Mean 0 and variance 1; a missing value becomes the mean. Empty for a constant. */
function standardise(values: Float64Array): Float64Array {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  const mean = sum / count;
  let squares = 0;
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  const norm = Math.sqrt(squares);
  if (!(norm > 0) || !Number.isFinite(norm)) return new Float64Array();
  return values.map((value) => (Number.isNaN(value) ? 0 : (value - mean) / norm));
}

function correlation(left: Float64Array, right: Float64Array): number {
  if (left.length === 0 || left.length !== right.length) return 0;
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] ?? 0) * (right[i] ?? 0);
  return sum;
}

async function correlate(db: Statements, a: Comparable, b: Comparable): Promise<boolean> {
  const [x, y] = [columnId(a.index), columnId(b.index)];
  try {
    const [row] = await db.rows(
      `SELECT corr(${x}, ${y}), count(*) FROM t WHERE isfinite(${x}::DOUBLE) AND isfinite(${y}::DOUBLE)`,
    );
    return countOf(row?.[1]) >= enough && Math.abs(Number(row?.[0])) > correlated;
  } catch (error) {
    if (error instanceof Error && error.message.includes('out of range')) return false;
    throw error;
  }
}

/** Whether the ranks of one column are those of the other, or those counted from the other end. */
async function sameOrder(db: Statements, a: Comparable, b: Comparable): Promise<boolean> {
  const [x, y] = [`${columnId(a.index)}::DOUBLE`, `${columnId(b.index)}::DOUBLE`];
  // Equal values share the mean of their ranks, so that both directions are told alike.
  const rank = (id: string): string =>
    `rank() OVER (ORDER BY ${id}) + (count(*) OVER (PARTITION BY ${id}) - 1) / 2.0`;
  const [row] = await db.rows(
    `SELECT corr(a, b), count(*) FROM (SELECT ${rank(x)} AS a, ${rank(y)} AS b FROM t WHERE isfinite(${x}) AND isfinite(${y}))`,
  );
  return countOf(row?.[1]) >= enough && Math.abs(Number(row?.[0])) > correlated;
}

async function relabel(db: Statements, a: Comparable, b: Comparable): Promise<boolean> {
  const [x, y] = [columnId(a.index), columnId(b.index)];
  const [row] = await db.rows(
    `SELECT count(DISTINCT (${x}, ${y})), count(*) FROM t WHERE ${x} IS NOT NULL AND ${y} IS NOT NULL`,
  );
  return countOf(row?.[1]) >= enough && countOf(row?.[0]) === a.distinct;
}
