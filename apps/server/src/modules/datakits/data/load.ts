import { settleDateOrder } from './date-order.ts';
import { batches, columnId, countOf, type Statements } from './duckdb.ts';
import { inferColumns, type Mixed } from './infer.ts';
import { faultyLine } from './json-fault.ts';
import type { Loaded } from './loaded.ts';
import {
  castSql,
  isTypedMissing,
  plainCastSql,
  strictlyFailed,
  strictSql,
  type Physical,
} from './physical.ts';
import { columnsAtOnce, shortTable } from './text-columns.ts';
import { unitWarnings } from './number-dress.ts';
import { openSource, type Source, type SourceFile } from './source.ts';
import { explainReadError, UnreadableFile } from './unreadable-file.ts';

export interface LoadHooks {
  /** The share of the loading that is done, 0 to 1. */
  progress(share: number): void;
  log(line: string): void;
}

interface Typed {
  readonly physicals: Physical[];
  readonly mixed: Map<number, Mixed>;
}

const sampleRows = 5000;
const sampleCells = 2_000_000;
/** Readings of a long file before it is taken as text altogether. */
const attempts = 4;

/**
 * Loads a file into the table `t`. Types are guessed from the first rows and then demanded of every value while the
 * file is read, which costs one pass; when a value does not fit, the file is read again with its column as text, which
 * is then examined whole. Columns named in `texts` stay the text they are. Throws `UnreadableFile`.
 */
export async function loadTable(
  db: Statements,
  file: SourceFile,
  hooks: LoadHooks,
  texts: ReadonlySet<string> = new Set(),
): Promise<Loaded> {
  try {
    return await read(db, file, false, hooks, texts);
  } catch (error) {
    const again = file.intake.format === 'csv' && !file.intake.table.irregular && isMiscut(error);
    if (!again) throw explainReadError(error, kindOf(file), await lineOf(error, file));
    hooks.log('The file is not quite regular; rewriting it first.');
  }
  try {
    return await read(db, file, true, hooks, texts);
  } catch (error) {
    throw explainReadError(error, kindOf(file));
  }
}

async function read(
  db: Statements,
  file: SourceFile,
  rewrite: boolean,
  hooks: LoadHooks,
  texts: ReadonlySet<string>,
): Promise<Loaded> {
  const source = await openSource(db, file, rewrite);
  const loaded = await load(db, source, hooks, texts);
  if (source.declared) return loaded;
  const { reading, table } = file.intake;
  const dates = await settleDateOrder(db, loaded, {
    stated: reading?.dateOrder,
    before: file.dateOrder,
    dayFirst: table.delimiter === ';' && table.decimal === ',',
  });
  const warnings = [...(source.warnings ?? []), ...dates.warnings, ...unitWarnings(loaded)];
  return { ...loaded, warnings, dateOrder: dates.order };
}

async function lineOf(error: unknown, { path, intake: { format } }: SourceFile): Promise<number | undefined> {
  const json = format === 'json' || format === 'ndjson';
  return json && error instanceof Error && /malformed json/i.test(error.message)
    ? faultyLine(path, format)
    : undefined;
}

class Miscount extends Error {}

/** The reader cut the text into records differently from the intake, or not at all. */
function isMiscut(error: unknown): boolean {
  return (
    error instanceof Miscount ||
    (error instanceof Error && /CSV Error|Invalid Input Error/.test(error.message))
  );
}

function kindOf({ intake: { format } }: SourceFile): string {
  if (format === 'csv') return 'text file';
  if (format === 'xlsx') return 'Excel workbook';
  return `${format === 'parquet' ? 'Parquet' : format === 'json' ? 'JSON' : 'NDJSON'} file`;
}

async function load(
  db: Statements,
  source: Source,
  hooks: LoadHooks,
  texts: ReadonlySet<string>,
): Promise<Loaded> {
  const { names, query, declared, records } = source;
  const kept = new Set(names.flatMap((name, i) => (declared === undefined && texts.has(name) ? [i] : [])));
  const short = !declared && records !== null && records <= shortTable;
  const guess = short ? undefined : await createTyped(db, source, hooks, kept);
  if (!guess) await db.runWatched(`CREATE OR REPLACE TABLE t AS ${query}`, hooks.progress);
  const rows = await countRows(db, records);
  const physicals = guess ?? names.map((_, i): Physical => ({ kind: kept.has(i) ? 'varchar' : 'raw' }));
  const typed = await settle(db, physicals, rows, source, kept);
  await db.run('DROP TABLE IF EXISTS records');
  return { rows, names, ...typed };
}

/** Loads a long table with types guessed from its first rows; undefined when too many do not hold further down. */
async function createTyped(
  db: Statements,
  source: Source,
  hooks: LoadHooks,
  kept: ReadonlySet<number>,
): Promise<Physical[] | undefined> {
  const { declared, query, names, decimal } = source;
  if (declared) {
    await db.runWatched(`CREATE OR REPLACE TABLE t AS ${query}`, hooks.progress);
    return [...declared];
  }
  const size = sampleSize(names.length);
  await db.run(`CREATE OR REPLACE TABLE s AS SELECT * FROM (${query}) LIMIT ${size}`);
  const ids = names.map((_, i) => columnId(i));
  const inferred = await inferColumns(db, 's', ids, size, decimal);
  const guess = inferred.map(({ physical }, i): Physical => (kept.has(i) ? { kind: 'varchar' } : physical));
  await db.run('DROP TABLE s');
  for (let attempt = 0; attempt < attempts; attempt++) {
    const failed = await createStrict(db, source, guess, hooks);
    if (failed === undefined) return guess;
    hooks.log(`Column ${failed + 1} holds another type further down than in the first rows; reading on.`);
    guess[failed] = { kind: 'raw' };
  }
  return undefined;
}

function sampleSize(columns: number): number {
  return Math.max(100, Math.min(sampleRows, Math.floor(sampleCells / columns)));
}

/** The index of a column with a value that is not of the type guessed; undefined when there is none. */
async function createStrict(
  db: Statements,
  source: Source,
  physicals: readonly Physical[],
  hooks: LoadHooks,
): Promise<number | undefined> {
  const columns = physicals.map((physical, i) => `${strictSql(columnId(i), physical)} AS ${columnId(i)}`);
  try {
    await db.runWatched(
      `CREATE OR REPLACE TABLE t AS SELECT ${columns.join(', ')} FROM (${source.query})`,
      hooks.progress,
    );
    return undefined;
  } catch (error) {
    const failed = strictlyFailed(error);
    if (failed === undefined) throw error;
    return physicals.findIndex((_, i) => columnId(i) === failed);
  }
}

async function countRows(db: Statements, expected: number | null): Promise<number> {
  const [row] = await db.rows('SELECT count(*) FROM t');
  const rows = countOf(row?.[0]);
  if (expected !== null && rows !== expected) throw new Miscount(`${rows} rows, ${expected} records`);
  if (rows === 0) throw new UnreadableFile('The file holds no rows. Add at least one below the header.');
  return rows;
}

/** Gives every column that is still text its final type, on all its values. */
async function settle(
  db: Statements,
  physicals: Physical[],
  rows: number,
  source: Source,
  kept: ReadonlySet<number>,
): Promise<Typed> {
  const mixed = new Map<number, Mixed>();
  const text = source.declared === undefined;
  const suspects = physicals.flatMap((physical, i) =>
    !kept.has(i) && (physical.kind === 'raw' || (text && physical.kind === 'varchar')) ? [i] : [],
  );
  const open = await worthExamining(db, physicals, suspects, rows, source.decimal);
  const inferred = await inferColumns(db, 't', open.map(columnId), rows, source.decimal);
  let changed = false;
  for (const [k, index] of open.entries()) {
    const found = inferred[k];
    if (!found) continue;
    if (found.mixed) mixed.set(index, found.mixed);
    const physical: Physical = found.physical.kind === 'raw' ? { kind: 'varchar' } : found.physical;
    changed ||= physical.kind !== 'varchar';
    physicals[index] = physical;
  }
  if (changed) await retype(db, physicals, new Set(open), rows);
  return { physicals, mixed };
}

/** Of text columns of a long table, those where rows from all over it look like another type; all `raw` ones. */
async function worthExamining(
  db: Statements,
  physicals: readonly Physical[],
  suspects: readonly number[],
  rows: number,
  decimal: '.' | ',',
): Promise<number[]> {
  const texts = suspects.filter((i) => physicals[i]?.kind === 'varchar');
  if (texts.length === 0) return [...suspects];
  const step = Math.floor(rows / sampleSize(texts.length));
  if (step <= 1) return [...suspects];
  await db.run(
    `CREATE OR REPLACE TABLE s AS SELECT ${texts.map(columnId).join(', ')} FROM t WHERE rowid % ${step} = 0`,
  );
  const inferred = await inferColumns(db, 's', texts.map(columnId), Math.ceil(rows / step), decimal);
  await db.run('DROP TABLE s');
  const settled = new Set(
    texts.filter((_, k) => !inferred[k]?.mixed && inferred[k]?.physical.kind === 'varchar'),
  );
  return suspects.filter((i) => !settled.has(i));
}

/** Short tables were examined in JavaScript; where DuckDB reads a value otherwise, the column is left as text. */
async function retype(
  db: Statements,
  physicals: Physical[],
  open: ReadonlySet<number>,
  rows: number,
): Promise<void> {
  const cast = rows <= shortTable ? plainCastSql : castSql;
  for (const batch of batches([...open], columnsAtOnce(rows))) {
    const lost = batch.map((i) => {
      const id = columnId(i);
      const physical = physicals[i] ?? { kind: 'varchar' };
      if (physical.kind === 'varchar') return '0';
      return `count(*) FILTER (WHERE ${id} IS NOT NULL AND ${cast(id, physical)} IS NULL AND NOT ${isTypedMissing(id)})`;
    });
    const [row = []] = await db.rows(`SELECT ${lost.join(', ')} FROM t`);
    for (const [k, i] of batch.entries()) if (countOf(row[k]) > 0) physicals[i] = { kind: 'varchar' };
  }
  const columns = physicals.map((physical, i) => {
    const id = columnId(i);
    return open.has(i) ? `${cast(id, physical)} AS ${id}` : id;
  });
  await db.run(`CREATE OR REPLACE TABLE t AS SELECT ${columns.join(', ')} FROM t`);
}
