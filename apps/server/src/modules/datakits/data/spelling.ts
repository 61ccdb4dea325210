import type { ProfileWarning } from '@quadrax/contract';
import { shortened } from '#platform/text';
import { columnId, countOf, sqlText, type Statements } from './duckdb.ts';
import { isWordMissing } from './physical.ts';

/** What counts as a space at the ends of a text: DuckDB's own `trim` takes none but the plain one. */
const spaces = ' \t\n\v\f\r\u00a0\u2007\u202f\u3000\ufeff';

/** SQL of a text without the spaces at its ends. */
export const trimSql = (sql: string): string => `trim(${sql}, ${sqlText(spaces)})`;

/** SQL that is the same for texts that differ only in case. */
export const foldSql = (sql: string): string => `lower(${sql})`;

export type Spellings = NonNullable<ProfileWarning['spellings']>;

export interface ManySpellings {
  /** Values that are written in more than one way. */
  readonly values: number;
  /** Rows that do not have the commonest spelling of their value. */
  readonly rows: number;
  /** The first of them by their rows, each with its commonest spellings. */
  readonly listed: Spellings;
}

const most = 5;

/**
 * Which values of a column of categories differ only in case or in spaces at their ends, over every row of table `t`.
 * What is held is a line for each distinct value, of which categories have few; what does not fit DuckDB puts aside.
 */
export async function findSpellings(
  db: Statements,
  index: number,
  marks: boolean,
): Promise<ManySpellings | undefined> {
  const id = columnId(index);
  const key = foldSql(trimSql('v'));
  // A table of the distinct values first: DuckDB would ask this of every row otherwise, which takes ten times as long.
  const missing = marks ? `WHERE NOT (${isWordMissing('v')}) ` : '';
  await db.run(
    `CREATE OR REPLACE TEMP TABLE spelt AS SELECT ${id} AS v, count(*) AS n FROM t WHERE ${id} IS NOT NULL GROUP BY 1`,
  );
  await db.run(
    `CREATE OR REPLACE TEMP TABLE spellings AS SELECT ${key} AS k, sum(n)::BIGINT AS n, max(n) AS common, ` +
      `list(v ORDER BY n DESC, v) AS texts, list(n ORDER BY n DESC, v) AS counts ` +
      `FROM spelt ${missing}GROUP BY 1 HAVING count(*) > 1 AND k <> ''`,
  );
  const [counted] = await db.rows('SELECT count(*), coalesce(sum(n - common), 0)::BIGINT FROM spellings');
  const values = countOf(counted?.[0]);
  if (values === 0) return undefined;
  const found = await db.rows(
    `SELECT g, texts[i], counts[i] FROM (SELECT row_number() OVER (ORDER BY n DESC, k) AS g, texts, counts, ` +
      `unnest(generate_series(1, least(len(texts), ${most}))) AS i FROM spellings) WHERE g <= ${most} ORDER BY g, i`,
  );
  const listed: { value: string; count: number }[][] = [];
  for (const [group, value, count] of found)
    (listed[countOf(group) - 1] ??= []).push({ value: shortened(String(value), 200), count: countOf(count) });
  return { values, rows: countOf(counted?.[1]), listed };
}
