import type { Correlations } from '@quadrax/contract';
import { ranksOf } from '@quadrax/ml/order';
import { pearsonMatrix, symmetric, type Matrix } from './coefficients.ts';
import { fetchDoubles } from './column-arrays.ts';
import { batches, columnId, type Statements } from './duckdb.ts';
import type { Comparable } from './leaks.ts';

/** Columns compared: a picture of more is not read by anyone. */
const maxNumbers = 100;
const maxWords = 12;
const maxLevels = 100;
/** Numbers held in memory, and rows times pairs looked at, where a table is compared in this process. */
const heldCells = 2_000_000;
const heldPairs = 400_000_000;
/** Rows times pairs that DuckDB may look at: of a long table fewer columns are compared, but all of its rows. */
const longNumbers = 20;
const pearsonCells = 20_000_000;
const cramerCells = 10_000_000;
/** Rows times columns that may be sorted there. */
const rankedCells = 3_000_000;
/** Digits behind the point that a coefficient is told with. */
const digits = 6;

/** Columns whose pairs number at most so many. */
const columnsWithin = (pairs: number): number => Math.floor((1 + Math.sqrt(1 + 8 * pairs)) / 2);

/** How many columns of numbers are compared, and whether in this process, which takes less time than DuckDB. */
function choice(columns: number, rows: number): { most: number; held: boolean } {
  const held = Math.min(columns, maxNumbers, Math.floor(heldCells / rows), columnsWithin(heldPairs / rows));
  const long = Math.min(columns, longNumbers, columnsWithin(pearsonCells / rows));
  return held >= Math.min(columns, Math.max(2, long))
    ? { most: held, held: true }
    : { most: long, held: false };
}

const affordable = (columns: readonly Comparable[], most: number): readonly Comparable[] =>
  columns.slice(0, Math.max(2, most));

/**
 * How columns go together, over all rows of table `t`: Pearson's and Spearman's coefficients of numbers, Cramér's V of
 * words (without a correction for small tables). A pair counts the rows that have both values; undefined where no two
 * columns can be compared. null where a coefficient is not defined.
 */
export async function correlate(
  db: Statements,
  columns: readonly Comparable[],
  names: readonly string[],
  rows: number,
): Promise<Correlations | undefined> {
  const varied = columns.filter(({ distinct }) => distinct > 1);
  const allNumbers = varied.filter(({ kind }) => kind === 'number');
  const { most, held } = choice(allNumbers.length, rows);
  const numbers = affordable(allNumbers, most);
  const allWords = varied.filter(({ kind, distinct }) => kind === 'word' && distinct <= maxLevels);
  const words = affordable(allWords, Math.min(maxWords, columnsWithin(cramerCells / rows)));
  const ranked = numbers.length * rows <= rankedCells;
  const matrices = () => (held ? heldMatrices(db, numbers, rows) : numberMatrices(db, numbers, ranked));
  const numeric = numbers.length > 1 ? await matrices() : undefined;
  const categorical = words.length > 1 ? await cramersV(db, words) : undefined;
  if (!numeric && !categorical) return undefined;
  const named = (list: readonly Comparable[]) => list.map(({ index }) => names[index] ?? '');
  return {
    ...(numeric && {
      numeric: {
        columns: named(numbers),
        of: allNumbers.length,
        pearson: rounded(numeric.pearson),
        ...(numeric.spearman && { spearman: rounded(numeric.spearman) }),
      },
    }),
    ...(categorical && {
      categorical: { columns: named(words), of: allWords.length, cramersV: rounded(categorical) },
    }),
    exact: true,
  };
}

/** Of many columns all digits would take more room than the rest of a profile. */
const rounded = (matrix: Matrix): Matrix =>
  matrix.map((line) => line.map((value) => (value === null ? null : Number(value.toFixed(digits)))));

async function heldMatrices(
  db: Statements,
  columns: readonly Comparable[],
  rows: number,
): Promise<{ pearson: Matrix; spearman: Matrix }> {
  const values = await fetchDoubles(
    db,
    't',
    columns.map(({ index }) => finite(columnId(index))),
    rows,
  );
  const pearson = pearsonMatrix(values);
  return { pearson, spearman: pearsonMatrix(values.map(ranksOf)) };
}

async function matrix(
  db: Statements,
  size: number,
  relation: string,
  sql: (a: number, b: number) => string,
): Promise<Matrix> {
  const pairs = Array.from({ length: size }, (_, a) =>
    Array.from({ length: a }, (_unused, b) => [a, b] as const),
  ).flat();
  const found = new Map<string, number | null>();
  for (const batch of batches(pairs, 100)) {
    const [row = []] = await db.rows(
      `SELECT ${batch.map(([a, b]) => sql(a, b)).join(', ')} FROM ${relation}`,
    );
    for (const [k, [a, b]] of batch.entries()) {
      const value = row[k];
      const known = typeof value === 'number' && Number.isFinite(value);
      found.set(`${a} ${b}`, known ? Math.max(-1, Math.min(1, value)) : null);
    }
  }
  return symmetric(size, (a, b) => found.get(`${a} ${b}`) ?? null);
}

const finite = (id: string): string => `CASE WHEN isfinite(${id}::DOUBLE) THEN ${id}::DOUBLE END`;

const coefficient = (x: string, y: string): string => `corr(${x}, ${y})`;

async function numberMatrices(
  db: Statements,
  columns: readonly Comparable[],
  ranked: boolean,
): Promise<{ pearson: Matrix; spearman?: Matrix }> {
  const values = columns.map(({ index }, i) => `${finite(columnId(index))} AS v${i}`);
  const bounds = columns.map((_, i) => `min(v${i}) / 2 AS a${i}, max(v${i}) / 2 AS b${i}`);
  // Brought to 0 … 1, so that squares neither overflow nor lose their digits.
  const scaled = columns.map((_, i) => `(v${i} / 2 - a${i}) / nullif(b${i} - a${i}, 0) AS v${i}`);
  await db.run(
    `CREATE OR REPLACE TABLE numbers AS WITH n AS (SELECT ${values.join(', ')} FROM t), ` +
      `bounds AS (SELECT ${bounds.join(', ')} FROM n) SELECT ${scaled.join(', ')} FROM n, bounds`,
  );
  const pearson = await matrix(db, columns.length, 'numbers', (a, b) => coefficient(`v${a}`, `v${b}`));
  const spearman = ranked ? await rankMatrix(db, columns) : undefined;
  await db.run('DROP TABLE numbers');
  return { pearson, ...(spearman && { spearman }) };
}

/** Ranks are those of the whole column; ties share the mean of theirs. */
async function rankMatrix(db: Statements, columns: readonly Comparable[]): Promise<Matrix> {
  for (const [i] of columns.entries())
    await db.run(
      `CREATE OR REPLACE TABLE ranks${i} AS SELECT v${i} AS v, (sum(n) OVER (ORDER BY v${i}) - (n - 1) / 2.0)::DOUBLE AS r ` +
        `FROM (SELECT v${i}, count(*) AS n FROM numbers WHERE v${i} IS NOT NULL GROUP BY 1)`,
    );
  const ranked = columns.map((_, i) => `ranks${i}.r AS v${i}`);
  const joins = columns.map((_, i) => `LEFT JOIN ranks${i} ON numbers.v${i} = ranks${i}.v`);
  await db.run(
    `CREATE OR REPLACE TABLE ranked AS SELECT ${ranked.join(', ')} FROM numbers ${joins.join(' ')}`,
  );
  const spearman = await matrix(db, columns.length, 'ranked', (a, b) => coefficient(`v${a}`, `v${b}`));
  for (const name of ['ranked', ...columns.map((_, i) => `ranks${i}`)]) await db.run(`DROP TABLE ${name}`);
  return spearman;
}

async function cramersV(db: Statements, columns: readonly Comparable[]): Promise<Matrix> {
  const size = columns.length;
  const result: Matrix = columns.map((_, a) => columns.map((_unused, b) => (a === b ? 1 : null)));
  // A table of few columns is planned for quickly, however wide the whole is.
  const values = columns.map(({ index }, i) => `${columnId(index)} AS w${i}`);
  await db.run(`CREATE OR REPLACE TABLE words AS SELECT ${values.join(', ')} FROM t`);
  for (let a = 0; a < size; a++)
    for (let b = 0; b < a; b++) {
      const [x, y] = [`w${a}`, `w${b}`];
      const [row] = await db.rows(
        `WITH cells AS (SELECT ${x} AS x, ${y} AS y, count(*) AS n FROM words WHERE ${x} IS NOT NULL AND ${y} IS NOT NULL GROUP BY ALL), ` +
          'sides AS (SELECT n, sum(n) OVER (PARTITION BY x) AS r, sum(n) OVER (PARTITION BY y) AS c, sum(n) OVER () AS s FROM cells) ' +
          'SELECT sqrt(greatest(sum(n * n / (r::DOUBLE * c)) - 1, 0) / nullif(least((SELECT count(DISTINCT x) FROM cells), (SELECT count(DISTINCT y) FROM cells)) - 1, 0)) FROM sides',
      );
      const value = row?.[0];
      const bounded =
        typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.min(1, value)) : null;
      for (const [i, j] of [
        [a, b],
        [b, a],
      ] as const) {
        const line = result[i];
        if (line) line[j] = bounded;
      }
    }
  await db.run('DROP TABLE words');
  return result;
}
