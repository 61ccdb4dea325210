import { columnId, countOf, type Statements } from './duckdb.ts';
import { inferColumns, type Mixed } from './infer.ts';
import { faultyLine } from './json-fault.ts';
import { castSql, strictFailure, strictSql, type Physical } from './physical.ts';
import { openSource, type Source, type SourceFile } from './source.ts';
import { explainReadError, UnreadableFile } from './unreadable-file.ts';

/** The table `t` of a database: columns c0, c1 … in their physical types. */
export interface Loaded {
  readonly rows: number;
  readonly names: readonly string[];
  readonly physicals: readonly Physical[];
  /** Columns, by index, that hold values of several types and so stayed text. */
  readonly mixed: ReadonlyMap<number, Mixed>;
}

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

/**
 * Loads a file into the table `t`. Types are guessed from the first rows and then demanded of every value while the
 * file is read, which costs one pass; when a value does not fit, the file is read again as text and every column is
 * examined whole. Throws `UnreadableFile`.
 */
export async function loadTable(db: Statements, file: SourceFile, hooks: LoadHooks): Promise<Loaded> {
  try {
    return await load(db, await openSource(db, file, false), hooks);
  } catch (error) {
    const again = file.intake.format === 'csv' && !file.intake.table.irregular && isMiscut(error);
    if (!again) throw explainReadError(error, kindOf(file), await lineOf(error, file));
    hooks.log('The file is not quite regular; rewriting it first.');
  }
  try {
    return await load(db, await openSource(db, file, true), hooks);
  } catch (error) {
    throw explainReadError(error, kindOf(file));
  }
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

async function load(db: Statements, source: Source, hooks: LoadHooks): Promise<Loaded> {
  const { names, query } = source;
  await db.run(`CREATE OR REPLACE TABLE s AS SELECT * FROM (${query}) LIMIT ${sampleSize(names.length)}`);
  const guess = source.declared ?? (await guessTypes(db, names.length, source.decimal));
  await db.run('DROP TABLE s');
  const strict = await createStrict(db, source, guess, hooks);
  if (!strict) {
    hooks.log('A value further down has another type than the first rows suggest; examining all of them.');
    await db.runWatched(`CREATE OR REPLACE TABLE t AS ${query}`, hooks.progress);
  }
  const rows = await countRows(db, source.records);
  const physicals = strict ? [...guess] : names.map((): Physical => ({ kind: 'raw' }));
  const typed = await settle(db, physicals, rows, source);
  await db.run('DROP TABLE IF EXISTS records');
  return { rows, names, ...typed };
}

function sampleSize(columns: number): number {
  return Math.max(100, Math.min(sampleRows, Math.floor(sampleCells / columns)));
}

async function guessTypes(db: Statements, width: number, decimal: '.' | ','): Promise<Physical[]> {
  const ids = Array.from({ length: width }, (_, i) => columnId(i));
  const inferred = await inferColumns(db, 's', ids, decimal);
  return inferred.map(({ physical }) => physical);
}

/** False when a value was not of the type guessed. */
async function createStrict(
  db: Statements,
  source: Source,
  physicals: readonly Physical[],
  hooks: LoadHooks,
): Promise<boolean> {
  const columns = physicals.map((physical, i) => {
    const id = columnId(i);
    return source.declared ? id : `${strictSql(id, physical)} AS ${id}`;
  });
  try {
    await db.runWatched(
      `CREATE OR REPLACE TABLE t AS SELECT ${columns.join(', ')} FROM (${source.query})`,
      hooks.progress,
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes(strictFailure)) return false;
    throw error;
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
async function settle(db: Statements, physicals: Physical[], rows: number, source: Source): Promise<Typed> {
  const mixed = new Map<number, Mixed>();
  const wide = source.declared === undefined;
  const suspects = physicals.flatMap((physical, i) =>
    physical.kind === 'raw' || (wide && physical.kind === 'varchar') ? [i] : [],
  );
  const open = await worthExamining(db, physicals, suspects, rows, source.decimal);
  const inferred = await inferColumns(db, 't', open.map(columnId), source.decimal);
  let changed = false;
  for (const [k, index] of open.entries()) {
    const found = inferred[k];
    if (!found) continue;
    if (found.mixed) mixed.set(index, found.mixed);
    const physical: Physical = found.physical.kind === 'raw' ? { kind: 'varchar' } : found.physical;
    changed ||= physical.kind !== 'varchar';
    physicals[index] = physical;
  }
  if (changed) await retype(db, physicals, new Set(open));
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
  const inferred = await inferColumns(db, 's', texts.map(columnId), decimal);
  await db.run('DROP TABLE s');
  const settled = new Set(
    texts.filter((_, k) => !inferred[k]?.mixed && inferred[k]?.physical.kind === 'varchar'),
  );
  return suspects.filter((i) => !settled.has(i));
}

async function retype(
  db: Statements,
  physicals: readonly Physical[],
  open: ReadonlySet<number>,
): Promise<void> {
  const columns = physicals.map((physical, i) => {
    const id = columnId(i);
    return open.has(i) ? `${castSql(id, physical)} AS ${id}` : id;
  });
  await db.run(`CREATE OR REPLACE TABLE t AS SELECT ${columns.join(', ')} FROM t`);
}
