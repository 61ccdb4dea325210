import { mkdir } from 'node:fs/promises';
import type { TransformPreview, TransformStep } from '@quadrax/contract';
import { columnId, countOf, memoryFor, openDuckDB, sqlName, sqlText, type DuckDB } from './duckdb.ts';
import { opaqueTable } from './intake-result.ts';
import type { Loaded } from './loaded.ts';
import { limitTexts } from './long-texts.ts';
import { convert } from './parquet-source.ts';
import { nameColumns } from '@quadrax/contract/delimited';
import { profileLoaded, type ProfileHooks, type ProfileOutput } from './profile.ts';
import { fetchRows } from './query.ts';
import { explainQuery, explainRoom, QueryError } from './query-error.ts';
import { readStatement } from './statement.ts';
import { createViews, insideNames, outsideName, type NamedTable } from './table-views.ts';
import type { Bench, Frame, Parts } from './frame.ts';
import { applyStep, splitFrame } from './transform-steps.ts';
import { explainShortage } from './unreadable-file.ts';

/** What is to be done to which tables; the first table is the one that is transformed. */
export interface Recipe {
  readonly sql?: string | undefined;
  readonly steps?: readonly TransformStep[] | undefined;
  readonly tables: readonly NamedTable[];
  /** Tables that steps join, by `joinKey`. */
  readonly joined: readonly {
    readonly key: string;
    readonly parquet: string;
    readonly columns: readonly string[];
  }[];
}

export interface TransformInput extends Recipe {
  /** Where the tables are to be written: one, or for a split that for training and that kept back. */
  readonly outputs: readonly string[];
  readonly temp: string;
  /** The most that is put aside there. */
  readonly tempBytes: number;
  readonly memoryMb: number;
  readonly threads: number;
}

export interface TransformOutput {
  readonly made: readonly ProfileOutput[];
  readonly notes: readonly string[];
}

export interface TransformPreviewInput extends Recipe {
  readonly limit: number;
  /** Takes as few rows as will do: it is only to be seen whether the steps work. */
  readonly brief?: boolean;
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

/** Rows that a preview sends through the steps whatever they hold, and the most that it sends. */
const previewRows = { least: 1000, most: 100_000 } as const;
/** Cells of a table that a preview takes whole. */
const previewCells = 1_000_000;

const pathsOf = ({ tables, joined }: Recipe): string[] => [
  ...new Set([...tables, ...joined].map(({ parquet }) => parquet)),
];

const widest = ({ tables }: Recipe): number => Math.max(1, ...tables.map(({ columns }) => columns.length));

interface Working extends Bench {
  readonly notes: string[];
}

function benchOf(db: DuckDB, { joined }: Recipe): Working {
  const notes: string[] = [];
  let tables = 0;
  return {
    db,
    notes,
    joined: new Map(joined.map(({ key, ...table }) => [key, table])),
    note: (text) => notes.push(text),
    fresh: () => `step_${++tables}`,
  };
}

/** The first table's rows, all or the first of them, as a frame. */
async function begin(bench: Working, { tables }: Recipe, limit?: number): Promise<Frame> {
  const [first] = tables;
  if (!first) throw new TypeError('A transformation needs a table.');
  const relation = bench.fresh();
  const columns = first.columns.map((_, i) => columnId(i)).join(', ');
  const rest = limit === undefined ? '' : ` LIMIT ${limit}`;
  await bench.db.run(
    `CREATE TABLE ${relation} AS SELECT ${columns} FROM read_parquet(${sqlText(first.parquet)})${rest}`,
  );
  return { relation, names: first.columns };
}

/** Sends a frame through the steps. `stepped` is told what each left, and the share done. */
async function follow(
  bench: Working,
  start: Frame,
  steps: readonly TransformStep[],
  stepped: (frame: Frame, share: number) => Promise<void> | void,
): Promise<Frame | Parts> {
  let frame = start;
  for (const [i, step] of steps.entries()) {
    const at = `steps.${i}`;
    if (step.step === 'split') {
      if (i < steps.length - 1)
        throw new QueryError('UNKNOWN_FIELD', `${at}.step`, 'A split is the last step: it makes two tables.');
      const parts = await splitFrame(bench, frame, step, at);
      await stepped(parts.train, 1);
      return parts;
    }
    const before = frame.relation;
    try {
      frame = await applyStep(bench, frame, step, at);
    } catch (error) {
      throw explainQuery(error, '', at);
    }
    if (before !== frame.relation) await bench.db.run(`DROP TABLE ${before} CASCADE`).catch(() => {});
    await stepped(frame, (i + 1) / steps.length);
  }
  return frame;
}

/** The result of a person's SELECT as a frame. */
async function runStatement(bench: Working, recipe: Recipe): Promise<Frame> {
  const sql = recipe.sql ?? '';
  let running = sql;
  try {
    running = await readStatement(bench.db, sql, await createViews(bench.db, recipe.tables));
    const columns = await bench.db.columnsOf(running);
    const names = uniqueNames(columns.names.map(outsideName));
    const relation = bench.fresh();
    const ids = names.map((_, i) => columnId(i)).join(', ');
    await bench.db.run(`CREATE TABLE ${relation} AS SELECT * FROM (\n${running}\n) AS q(${ids})`);
    return { relation, names };
  } catch (error) {
    throw explainQuery(error, running, 'sql', 0, sql);
  }
}

function uniqueNames(raw: readonly string[]): string[] {
  const { names, problems } = nameColumns(raw);
  const [problem] = problems;
  if (problem !== undefined)
    throw new QueryError('INVALID_QUERY', 'sql', `${problem} Give them names with AS.`);
  return names;
}

const isParts = (result: Frame | Parts): result is Parts => 'train' in result;

/**
 * Makes one table, or two, of stored ones, profiles them and writes them as Parquet. Meant for a child process.
 * @throws QueryError, UnreadableFile
 */
export async function transformTables(input: TransformInput, hooks: ProfileHooks): Promise<TransformOutput> {
  await mkdir(input.temp, { recursive: true });
  const { memoryMb, threads, temp, tempBytes, outputs } = input;
  const paths = [...pathsOf(input), ...outputs];
  const db = await openDuckDB({ memoryMb, threads, temp, tempBytes, paths });
  const bench = benchOf(db, input);
  const report = (share: number, stage: string): void => hooks.progress(Math.round(share * 100), 100, stage);
  try {
    await limitTexts(db);
    report(0, 'load');
    const result =
      input.sql === undefined
        ? await follow(bench, await begin(bench, input), input.steps ?? [], (_frame, share) =>
            report(share * 0.5, 'transform'),
          )
        : await runStatement(bench, input);
    for (const note of bench.notes) hooks.log(note);
    const frames = isParts(result) ? [result.train, result.test] : [result];
    const made: ProfileOutput[] = [];
    for (const [i, frame] of frames.entries()) {
      const loaded = await settleTypes(db, frame);
      const share = (done: number): number => 0.5 + (0.5 * (i + done)) / frames.length;
      made.push(
        await profileLoaded(db, loaded, opaqueTable(null), outputs[i] ?? '', {
          log: (line) => hooks.log(line),
          progress: (done) => report(share(done), 'profile'),
        }),
      );
    }
    report(1, 'done');
    return { made, notes: bench.notes };
  } catch (error) {
    throw explainShortage(explainRoom(error, input.sql === undefined ? 'steps' : 'sql'), memoryMb);
  } finally {
    db.close();
  }
}

/** The frame as the table `t` in the types that tables are stored in. */
export async function settleTypes(db: DuckDB, { relation, names }: Frame): Promise<Loaded> {
  const [counted] = await db.rows(`SELECT count(*) FROM ${relation}`);
  const rows = countOf(counted?.[0]);
  if (rows === 0)
    throw new QueryError(
      'INVALID_QUERY',
      'steps',
      'The result holds no rows. Loosen the filter, or check what the tables are joined on.',
    );
  const described = await db.rows(`DESCRIBE SELECT * FROM ${relation}`);
  const converted = await Promise.all(
    described.map(async (row, i) => {
      const type = String(row[1]);
      if (/^(HUGEINT|UBIGINT|UHUGEINT|DECIMAL\(\d+,0\))$/.test(type)) return wide(db, relation, i);
      return convert(columnId(i), type);
    }),
  );
  const selected = converted.map(({ sql }, i) => `${sql} AS ${columnId(i)}`);
  await db.run(`CREATE OR REPLACE TABLE t AS SELECT ${selected.join(', ')} FROM ${relation}`);
  return { rows, names, physicals: converted.map(({ physical }) => physical), mixed: new Map() };
}

/** Sums of whole numbers are of 128 bits, though few need them. */
async function wide(db: DuckDB, relation: string, index: number): Promise<ReturnType<typeof convert>> {
  const id = columnId(index);
  const [row] = await db.rows(
    `SELECT bool_and(${id} IS NULL OR try_cast(${id} AS BIGINT) IS NOT NULL) FROM ${relation}`,
  );
  return row?.[0] === false
    ? { sql: `${id}::DOUBLE`, physical: { kind: 'double', style: 'plain' } }
    : { sql: `${id}::BIGINT`, physical: { kind: 'bigint' } };
}

/**
 * What a transformation makes of the first rows; of a split, the part for training. A table of moderate size goes
 * through the steps whole, so that what is left is counted and not guessed; where that takes too long or too much
 * memory, its first rows do.
 * @throws QueryError
 */
export async function previewTransform(input: TransformPreviewInput): Promise<TransformPreview> {
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const { least, most } = previewRows;
  const rows = input.brief ? least : Math.min(most, Math.floor(previewCells / widest(input)));
  if (rows > least && input.sql === undefined) {
    try {
      const whole = await previewOf(input, rows, input.timeoutMs / 2);
      return { ...whole, elapsedMs: elapsed() };
    } catch (error) {
      if (!(error instanceof QueryError && error.code === 'QUERY_LIMIT')) throw error;
    }
  }
  return { ...(await previewOf(input, least, input.timeoutMs - elapsed())), elapsedMs: elapsed() };
}

async function previewOf(
  input: TransformPreviewInput,
  taken: number,
  timeoutMs: number,
): Promise<Omit<TransformPreview, 'elapsedMs'>> {
  const db = await openDuckDB({
    memoryMb: Math.max(input.memoryMb, memoryFor(widest(input))),
    threads: 1,
    paths: pathsOf(input),
  });
  const timer = setTimeout(() => db.interrupt(), timeoutMs);
  try {
    await limitTexts(db);
    return await (input.sql === undefined
      ? previewSteps(db, input, taken)
      : previewStatement(db, input, input.sql));
  } catch (error) {
    throw explainQuery(error, '', 'steps');
  } finally {
    clearTimeout(timer);
    db.close();
  }
}

async function previewStatement(
  db: DuckDB,
  { tables, limit }: TransformPreviewInput,
  sql: string,
): Promise<Omit<TransformPreview, 'elapsedMs'>> {
  const running = await readStatement(db, sql, await createViews(db, tables));
  try {
    const { names } = await db.columnsOf(running);
    uniqueNames(names.map(outsideName));
    return { ...(await fetchRows(db, running, limit, sql)), notes: [], sampled: false };
  } catch (error) {
    throw explainQuery(error, running, 'sql', 0, sql);
  }
}

async function previewSteps(
  db: DuckDB,
  input: TransformPreviewInput,
  most: number,
): Promise<Omit<TransformPreview, 'elapsedMs'>> {
  const bench = benchOf(db, input);
  const rowsOf = async (relation: string): Promise<number> => {
    const [counted] = await db.rows(`SELECT count(*) FROM ${relation}`);
    return countOf(counted?.[0]);
  };
  const total = await rowsOf(`read_parquet(${sqlText(input.tables[0]?.parquet ?? '')})`);
  const start = await begin(bench, input, most);
  const after: { rows: number; columns: string[] }[] = [];
  const result = await follow(bench, start, input.steps ?? [], async ({ relation, names }) => {
    after.push({ rows: await rowsOf(relation), columns: [...names] });
  });
  const frame = isParts(result) ? result.train : result;
  const selected = insideNames(frame.names).map((name, i) => `${columnId(i)} AS ${sqlName(name)}`);
  const shown = await fetchRows(db, `SELECT ${selected.join(', ')} FROM ${frame.relation}`, input.limit);
  const taken = Math.min(most, total);
  return { ...shown, notes: bench.notes, sampled: taken < total, counts: { total, taken, after } };
}
