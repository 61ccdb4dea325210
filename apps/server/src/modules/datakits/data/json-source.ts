import { open } from 'node:fs/promises';
import { countOf, sqlText, type Statements } from './duckdb.ts';
import { maxColumns } from '@quadrax/contract/delimited';
import { UnreadableFile } from './unreadable-file.ts';

export interface JsonRecords {
  /** Keys in the order in which records bring them up. */
  readonly keys: string[];
  /** A query for the records as text columns c0, c1 …, nested values as JSON. */
  readonly query: string;
  readonly records: number;
}

const options = 'maximum_object_size = 16777216';

/**
 * Loads the records of a JSON file into a table `records` and finds their keys. Keys are taken exactly, also when they
 * differ in case only. A document that is one object with one list of objects in it stands for that list.
 * Throws `UnreadableFile` when a record is not an object, and DuckDB's error when the JSON is malformed.
 */
export async function loadJson(
  db: Statements,
  path: string,
  format: 'json' | 'ndjson',
): Promise<JsonRecords> {
  const layout = format === 'ndjson' ? 'newline_delimited' : await documentLayout(path);
  const read = `read_json_objects(${sqlText(path)}, format = '${layout}', ${options})`;
  await db.run(`CREATE TABLE records AS SELECT json FROM ${read}`);
  await unwrap(db);
  const records = await countRecords(db);
  const keys = await keysOf(db);
  const pointers = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  const list = `json_extract_string(json, [${pointers.map(sqlText).join(', ')}])`;
  const columns = keys.map((_, i) => `nullif(v[${i + 1}], '') AS c${i}`);
  return { keys, records, query: `SELECT ${columns.join(', ')} FROM (SELECT ${list} AS v FROM records)` };
}

/** A list of records, or an object on several lines. */
async function documentLayout(path: string): Promise<'array' | 'unstructured'> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const text = buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
    return text.trimStart().startsWith('{') ? 'unstructured' : 'array';
  } finally {
    await file.close();
  }
}

async function unwrap(db: Statements): Promise<void> {
  const rows = await db.rows('SELECT json FROM records LIMIT 2');
  if (rows.length !== 1) return;
  const lists = await db.rows(
    `SELECT key FROM (SELECT unnest(json_keys(json)) AS key, json FROM records) ` +
      `WHERE json_type(json, '/' || replace(replace(key, '~', '~0'), '/', '~1') || '/0') = 'OBJECT'`,
  );
  const key = lists[0]?.[0];
  if (lists.length !== 1 || typeof key !== 'string') return;
  const pointer = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  await db.run(
    `CREATE OR REPLACE TABLE records AS ` +
      `SELECT unnest(CAST(json_extract(json, ${sqlText(pointer)}) AS JSON[])) AS json FROM records`,
  );
}

/** Throws `UnreadableFile` when there are none, or one is not an object. */
async function countRecords(db: Statements): Promise<number> {
  const [row] = await db.rows(
    `SELECT min(rowid) FILTER (WHERE json_type(json) <> 'OBJECT'), count(*) FROM records`,
  );
  const records = countOf(row?.[1]);
  if (records === 0) throw new UnreadableFile('The JSON file holds no records. Add at least one.');
  if (row?.[0] === null || row?.[0] === undefined) return records;
  throw new UnreadableFile(
    `Record ${countOf(row[0]) + 1} of the JSON file is not an object. Write every record as {"name": value, …}.`,
  );
}

/** Records mostly share one list of keys, so distinct lists are few. */
async function keysOf(db: Statements): Promise<string[]> {
  const rows = await db.rows(
    `SELECT to_json(k)::VARCHAR FROM (SELECT json_keys(json) AS k, min(rowid) AS first FROM records GROUP BY k) ` +
      `ORDER BY first LIMIT 100000`,
  );
  const keys = new Set<string>();
  for (const [list] of rows) {
    for (const key of JSON.parse(String(list)) as string[]) keys.add(key);
    if (keys.size > maxColumns) break;
  }
  if (keys.size === 0) throw new UnreadableFile('The records of the JSON file have no fields.');
  return [...keys];
}
