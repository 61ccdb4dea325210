import { mkdir } from 'node:fs/promises';
import type { Table } from '@quadrax/ml/tabular';
import { columnId, openDuckDB, sqlText, type DuckDB } from './duckdb.ts';
import { opaqueTable } from './intake-result.ts';
import { readPieces, type PiecesInput } from './pieces.ts';
import { profileLoaded, type ProfileHooks, type ProfileOutput } from './profile.ts';
import { settleTypes } from './transform.ts';
import { explainMemory } from './unreadable-file.ts';

/** A column to be added: numbers, or words by their places in a list, which may grow while the table is read. */
export interface AddedColumn {
  readonly name: string;
  readonly words?: readonly string[];
}

export interface WidenInput extends PiecesInput {
  readonly rows: number;
  /** What filling is called where its progress is shown. */
  readonly stage: string;
  /** Names of the columns that are taken over, in this order. */
  readonly keep: readonly string[];
  readonly added: readonly AddedColumn[];
  /** Where the table is to be written. */
  readonly output: string;
  /** A folder of this task's own, made if absent; what is left in it is the caller's to remove. */
  readonly temp: string;
  readonly memoryMb: number;
  readonly threads: number;
}

/** The values of the added columns for the rows of a piece, NaN where there is none. */
export type Fill = (piece: Table) => Promise<readonly Float64Array[]> | readonly Float64Array[];

/** What filling takes of the whole; the rest is for writing and profiling. */
const fillingShare = 0.6;

/**
 * Writes a stored table with further columns, and profiles it. Its rows are read a piece at a time, in their order:
 * neither they nor what is added to them are ever all in memory. Meant for a child process. @throws UnreadableFile
 */
export async function widenTable(input: WidenInput, fill: Fill, hooks: ProfileHooks): Promise<ProfileOutput> {
  const { parquet, output, temp, memoryMb, threads, keep, added } = input;
  await mkdir(temp, { recursive: true });
  const db = await openDuckDB({ memoryMb, threads, temp, paths: [parquet, output] });
  const report = (share: number, stage: string): void => hooks.progress(Math.round(share * 100), 100, stage);
  try {
    report(0, input.stage);
    await fillColumns(db, input, fill, (share) => report(share * fillingShare, input.stage));
    await db.run(wideView(input));
    const names = [...keep, ...added.map(({ name }) => name)];
    const loaded = await settleTypes(db, { relation: 'wide', names });
    await db.run('DROP VIEW wide');
    await db.run('DROP TABLE added');
    const widened = await profileLoaded(db, loaded, opaqueTable(null), output, {
      log: (line) => hooks.log(line),
      progress: (share) => report(fillingShare + share * (0.99 - fillingShare), 'Looking at the columns'),
    });
    report(1, 'Finishing');
    return widened;
  } catch (error) {
    throw explainMemory(error, memoryMb);
  } finally {
    db.close();
  }
}

const addedId = (index: number): string => `a${index}`;

/** Makes the table `added`, row by row that of the file. */
async function fillColumns(
  db: DuckDB,
  input: WidenInput,
  fill: Fill,
  progress: (share: number) => void,
): Promise<void> {
  const columns = input.added.map((_, i) => `${addedId(i)} DOUBLE`);
  await db.run(`CREATE TABLE added (${columns.join(', ')})`);
  const appender = await (await db.another()).appender('added');
  let done = 0;
  for await (const piece of readPieces(db, input)) {
    appender.add(await fill(piece));
    done += piece.rows;
    progress(done / Math.max(1, input.rows));
  }
  appender.close();
}

/** Both tables side by side: DuckDB keeps the order of their rows. */
function wideView({ parquet, columns, keep, added }: WidenInput): string {
  const indices = new Map(columns.map(({ name }, i) => [name, i]));
  const kept = keep.map((name) => {
    const index = indices.get(name);
    if (index === undefined) throw new RangeError(`There is no column "${name}".`);
    return `s.${columnId(index)}`;
  });
  const filled = added.map(({ words }, i) => filledSql(`a.${addedId(i)}`, words));
  const selected = [...kept, ...filled].map((sql, i) => `${sql} AS ${columnId(i)}`);
  return (
    `CREATE VIEW wide AS SELECT ${selected.join(', ')} ` +
    `FROM read_parquet(${sqlText(parquet)}) s POSITIONAL JOIN added a`
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
