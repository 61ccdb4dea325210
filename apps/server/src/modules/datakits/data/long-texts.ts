import type { Statements } from './duckdb.ts';

/** Longer texts are cut in an answer, with an ellipsis: it is for looking at. */
export const longestText = 10_000;
/** Characters of the longest text that a function of a person's statement makes of a short one. */
const longestMade = 10_000_000;

/** What DuckDB is made to say of a longer one, and by which it is told from its own words. */
export const tooLong = `A text would have more than ${longestMade.toLocaleString('en')} characters`;

const otherwise = (tooMuch: string, made: string): string =>
  `CASE WHEN ${tooMuch} > ${longestMade} THEN error('${tooLong}') ELSE system.main.${made} END`;

/**
 * Puts functions of the same name before those that make a text of any length: DuckDB would take half a minute for
 * `repeat('a', 1000000000)`, and cannot be interrupted meanwhile.
 */
export async function limitTexts(db: Statements): Promise<void> {
  const repeated = otherwise('strlen(value::VARCHAR)::DOUBLE * times', 'repeat(value, times)');
  await db.run(`CREATE MACRO repeat(value, times) AS ${repeated}`);
  for (const pad of ['lpad', 'rpad'])
    await db.run(
      `CREATE MACRO ${pad}(value, width, filler) AS ${otherwise('width', `${pad}(value, width, filler)`)}`,
    );
}

/** SQL of a value as an answer takes it over: what is longer than it shows is left where it is. */
export function shownSql(id: string, type: string): string {
  if (type === 'VARCHAR' || type === 'JSON') return `left(${id}, ${longestText + 1})`;
  if (!/^(BLOB|BIT|MAP|STRUCT|UNION|VARIANT)\b|\]$/.test(type)) return id;
  return `CASE WHEN strlen(${id}::VARCHAR) > ${longestMade} THEN error('${tooLong}') ELSE ${id} END`;
}
