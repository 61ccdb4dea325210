import { mkdir } from 'node:fs/promises';
import type { Table } from '@quadrax/ml/tabular';
import { columnId, openDuckDB, sqlText } from './duckdb.ts';
import { opaqueTable } from './intake-result.ts';
import { readPieces, type PiecesInput } from './pieces.ts';
import type { TableColumn } from './preview.ts';
import { profileLoaded, type ProfileHooks, type ProfileOutput } from './profile.ts';
import { settleTypes } from './transform.ts';
import { explainShortage } from './unreadable-file.ts';

/** What both steps of widening a table need: first its new columns are filled, then it is written with them. */
interface Step {
  /** A folder of this task's own, made if absent; what is left in it is the caller's to remove. */
  readonly temp: string;
  /** The most that is put aside there. */
  readonly tempBytes: number;
  /** DuckDB's limit; the process may take about 170 MB more. */
  readonly memoryMb: number;
  readonly threads: number;
}

export interface FillInput extends PiecesInput, Step {
  readonly rows: number;
  /** How many columns are filled, and where they are to be written. */
  readonly count: number;
  readonly filled: string;
}

/** The values of the new columns for the rows of a piece, NaN where there is none. */
export type Fill = (piece: Table) => Promise<readonly Float64Array[]> | readonly Float64Array[];

/** A new column: numbers, or words by their places in a list. */
export interface AddedColumn {
  readonly name: string;
  readonly words?: readonly string[] | undefined;
}

export interface WidenInput extends Step {
  readonly parquet: string;
  /** Name and type of every column of the file, in its order. */
  readonly columns: readonly TableColumn[];
  /** Names of the columns that are taken over, in this order. */
  readonly keep: readonly string[];
  readonly added: readonly AddedColumn[];
  /** The file of the columns that were filled. */
  readonly filled: string;
  /** Where the table is to be written. */
  readonly output: string;
}

const filledId = (index: number): string => `a${index}`;

/**
 * Fills new columns of a stored table, a piece of its rows at a time and in their order: neither they nor what is added
 * are ever all in memory. Meant for a child process. @throws UnreadableFile
 */
export async function fillColumns(
  input: FillInput,
  fill: Fill,
  progress: (share: number) => void,
): Promise<void> {
  const { parquet, filled, count, rows, temp, tempBytes, memoryMb, threads } = input;
  await mkdir(temp, { recursive: true });
  const db = await openDuckDB({ memoryMb, threads, temp, tempBytes, paths: [parquet, filled] });
  try {
    const columns = Array.from({ length: count }, (_unused, i) => `${filledId(i)} DOUBLE`);
    await db.run(`CREATE TABLE added (${columns.join(', ')})`);
    const appender = await (await db.another()).appender('added');
    let done = 0;
    for await (const piece of readPieces(db, input)) {
      appender.add(await fill(piece));
      done += piece.rows;
      progress(done / Math.max(1, rows));
    }
    appender.close();
    await db.run(`COPY added TO ${sqlText(filled)} (FORMAT parquet, USE_TMP_FILE false)`);
  } catch (error) {
    throw explainShortage(error, memoryMb);
  } finally {
    db.close();
  }
}

/** Writes a table with the columns that were filled for it, and profiles it. Meant for a child process. @throws UnreadableFile */
export async function widenTable(input: WidenInput, hooks: ProfileHooks): Promise<ProfileOutput> {
  const { parquet, filled, output, temp, tempBytes, memoryMb, threads, keep, added } = input;
  await mkdir(temp, { recursive: true });
  const db = await openDuckDB({ memoryMb, threads, temp, tempBytes, paths: [parquet, filled, output] });
  const report = (share: number, stage: string): void => hooks.progress(Math.round(share * 100), 100, stage);
  try {
    await db.run(wideView(input));
    const names = [...keep, ...added.map(({ name }) => name)];
    const loaded = await settleTypes(db, { relation: 'wide', names });
    const widened = await profileLoaded(db, loaded, opaqueTable(null), output, {
      log: (line) => hooks.log(line),
      progress: (share) => report(share * 0.99, 'Looking at the columns'),
    });
    report(1, 'Finishing');
    return widened;
  } catch (error) {
    throw explainShortage(error, memoryMb);
  } finally {
    db.close();
  }
}

/** Both tables side by side: DuckDB keeps the order of their rows. */
function wideView({ parquet, filled, columns, keep, added }: WidenInput): string {
  const indices = new Map(columns.map(({ name }, i) => [name, i]));
  const kept = keep.map((name) => {
    const index = indices.get(name);
    if (index === undefined) throw new RangeError(`There is no column "${name}".`);
    return `s.${columnId(index)}`;
  });
  const made = added.map(({ words }, i) => filledSql(`a.${filledId(i)}`, words));
  const selected = [...kept, ...made].map((sql, i) => `${sql} AS ${columnId(i)}`);
  return (
    `CREATE VIEW wide AS SELECT ${selected.join(', ')} ` +
    `FROM read_parquet(${sqlText(parquet)}) s POSITIONAL JOIN read_parquet(${sqlText(filled)}) a`
  );
}

function filledSql(id: string, words: readonly string[] | undefined): string {
  if (!words) return `nullif(${id}, 'nan'::DOUBLE)`;
  if (words.length === 0) return 'NULL::VARCHAR';
  const word = `CASE WHEN NOT isnan(${id}) THEN ([${words.map(sqlText).join(', ')}])[${id}::BIGINT + 1] END`;
  return `(${word})::${typeOf(words)}`;
}

/** Words that are numbers, or true and false, stand in the table as such. */
function typeOf(words: readonly string[]): 'BOOLEAN' | 'BIGINT' | 'DOUBLE' | 'VARCHAR' {
  if (words.every((word) => word === 'true' || word === 'false')) return 'BOOLEAN';
  if (words.some((word) => String(Number(word)) !== word || !Number.isFinite(Number(word)))) return 'VARCHAR';
  return words.every((word) => Number.isSafeInteger(Number(word))) ? 'BIGINT' : 'DOUBLE';
}
