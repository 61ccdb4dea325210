import { columnId, sqlName, sqlText, type Statements } from './duckdb.ts';

/** A stored table as a statement of a person knows it. */
export interface NamedTable {
  /** By which it may be called, in any case. */
  readonly names: readonly string[];
  readonly parquet: string;
  /** Its columns' names, in the order of the file. */
  readonly columns: readonly string[];
}

/** The tables a statement may name, and the columns that go by another name inside. */
export interface KnownTables {
  /** In small letters. */
  readonly names: ReadonlySet<string>;
  /** By their exact names: columns that another of their table differs from in case only. */
  readonly renamed: ReadonlyMap<string, string>;
}

// No column name holds a control character.
const mark = '\u0001';

/** Names that DuckDB tells apart: one that differs from an earlier one in case only gets a mark behind it. */
export function insideNames(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name, index) => {
    const lower = name.toLowerCase();
    if (seen.has(lower)) return `${name}${mark}${index}`;
    seen.add(lower);
    return name;
  });
}

/** The name as it stands outside. */
export const outsideName = (name: string): string =>
  name
    .split(mark)
    .map((part, i) => (i === 0 ? part : part.replace(/^\d+/, '')))
    .join('');

/** Names that DuckDB keeps for what it tells of itself: no table of a person goes by one. */
export const isReservedTable = (name: string): boolean =>
  /^(duckdb_|pg_|sqlite_|pragma_|information_schema)/i.test(name);

/** The number of a row in a view that has it: its last column, by a name that no column of a person has. */
export const placeName = `${mark}place`;

/**
 * Makes a view under the columns' own names over a relation whose columns are c0, c1 … With `placed`, which the rows of
 * a table of DuckDB's own can be, the view has their numbers too.
 */
export async function createView(
  db: Statements,
  name: string,
  columns: readonly string[],
  relation: string,
  placed = false,
): Promise<Map<string, string>> {
  const inside = insideNames(columns);
  const selected = inside.map((column, i) => `${columnId(i)} AS ${sqlName(column)}`);
  if (placed) selected.push(`rowid AS ${sqlName(placeName)}`);
  await db.run(`CREATE OR REPLACE VIEW ${sqlName(name)} AS SELECT ${selected.join(', ')} FROM ${relation}`);
  return new Map(
    inside.flatMap((column, i) => (column === columns[i] ? [] : [[columns[i] ?? column, column] as const])),
  );
}

/** Makes the views of stored tables. Of two tables with one name the first has it. */
export async function createViews(db: Statements, tables: readonly NamedTable[]): Promise<KnownTables> {
  const names = new Set<string>();
  const renamed = new Map<string, string>();
  for (const { names: wanted, columns, parquet } of tables)
    for (const name of wanted) {
      if (names.has(name.toLowerCase()) || isReservedTable(name)) continue;
      names.add(name.toLowerCase());
      const marked = await createView(db, name, columns, `read_parquet(${sqlText(parquet)})`);
      for (const [outside, inside] of marked) renamed.set(outside, inside);
    }
  return { names, renamed };
}
