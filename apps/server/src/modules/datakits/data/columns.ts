import type { Column, Table } from '@quadrax/ml/tabular';
import { fetchDoubles } from './column-arrays.ts';
import { batches, columnId, countOf, memoryFor, openDuckDB, sqlText, type Statements } from './duckdb.ts';
import { physicalKinds, type StoredKind, type TableColumn } from './preview.ts';

export interface ReadTableInput {
  readonly parquet: string;
  /** Name and type of every column of the file, in its order. */
  readonly columns: readonly TableColumn[];
  /** Names of the columns wanted, in this order; absent, all of them. */
  readonly select?: readonly string[];
  readonly memoryMb?: number;
  readonly threads?: number;
}

interface Wanted {
  readonly name: string;
  readonly id: string;
  readonly kind: Column['kind'];
  readonly boolean: boolean;
}

/** Numbers read at a time, next to what the table itself takes. */
const cells = 4_000_000;
const textsAtOnce = 20_000;

/**
 * Reads a stored table into the arrays that training works on. Numbers (also identifiers and coordinates that are
 * numbers) become `numeric`, dates `datetime`, times of day `time`, booleans and categories (also places named by words) `categorical` with
 * categories in the order of their code points, free text and worded identifiers `text`. NaN, -1 and null are missing;
 * infinite numbers are kept. Throws a RangeError for a name in `select` that is no column.
 */
export async function readTable(input: ReadTableInput): Promise<Table> {
  const { parquet, columns: all, memoryMb = memoryFor(all.length), threads = 1 } = input;
  const db = await openDuckDB({ memoryMb, threads, paths: [parquet] });
  try {
    const relation = `read_parquet(${sqlText(parquet)})`;
    const [count] = await db.rows(`SELECT count(*) FROM ${relation}`);
    const rows = countOf(count?.[0]);
    const wanted = wantedColumns(input, await physicalKinds(db, parquet));
    const columns = new Map<string, Column>();
    const numbers = wanted.filter(({ kind }) => kind !== 'text');
    for (const batch of batches(numbers, Math.max(1, Math.floor(cells / Math.max(1, rows))))) {
      for (const column of await readNumbers(db, relation, batch, rows)) columns.set(column.name, column);
    }
    for (const column of wanted.filter(({ kind }) => kind === 'text')) {
      columns.set(column.name, {
        name: column.name,
        kind: 'text',
        values: await readTexts(db, parquet, column.id),
      });
    }
    return { rows, columns: wanted.flatMap(({ name }) => columns.get(name) ?? []) };
  } finally {
    db.close();
  }
}

function wantedColumns({ columns, select }: ReadTableInput, kinds: readonly StoredKind[]): Wanted[] {
  const byName = new Map(
    columns.map(({ name, type }, i) => [name, { type, stored: kinds[i] ?? 'text', index: i }]),
  );
  return (select ?? columns.map(({ name }) => name)).map((name) => {
    const found = byName.get(name);
    if (!found) throw new RangeError(`There is no column "${name}".`);
    const { stored, type, index } = found;
    const id = columnId(index);
    const boolean = stored === 'boolean';
    if (stored === 'number' || stored === 'whole') return { name, id, kind: 'numeric', boolean };
    if (stored === 'timestamp') return { name, id, kind: 'datetime', boolean };
    if (stored === 'time') return { name, id, kind: 'time', boolean };
    const words = !boolean && (type === 'text' || type === 'identifier');
    return { name, id, kind: words ? 'text' : 'categorical', boolean };
  });
}

/** Categories are numbered by DuckDB, so that everything but text comes as numbers. */
async function readNumbers(
  db: Statements,
  relation: string,
  columns: readonly Wanted[],
  rows: number,
): Promise<Column[]> {
  const categories = new Map<string, string[]>();
  for (const { id, kind, boolean } of columns) {
    if (kind !== 'categorical') continue;
    categories.set(id, boolean ? ['false', 'true'] : await createEnum(db, relation, id));
  }
  const expressions = columns.map(({ id, kind, boolean }) => {
    if (kind === 'datetime' || kind === 'time') return `(epoch_us(${id}) / 1000)::DOUBLE`;
    if (kind !== 'categorical') return `${id}::DOUBLE`;
    if (categories.get(id)?.length === 0) return 'NULL::DOUBLE';
    return boolean ? `${id}::TINYINT::DOUBLE` : `enum_code(${id}::enum_${id})::DOUBLE`;
  });
  const arrays = await fetchDoubles(db, relation, expressions, rows);
  return columns.flatMap(({ name, id, kind }, i): Column[] => {
    const values = arrays[i];
    if (!values) return [];
    if (kind === 'numeric' || kind === 'datetime' || kind === 'time') return [{ name, kind, values }];
    return [{ name, kind: 'categorical', codes: codesOf(values), categories: categories.get(id) ?? [] }];
  });
}

function codesOf(values: Float64Array): Int32Array {
  const codes = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) codes[i] = Number.isNaN(values[i]) ? -1 : (values[i] ?? -1);
  return codes;
}

/** Makes the type `enum_<id>` of the values of a column and returns them in the order of its codes. */
async function createEnum(db: Statements, relation: string, id: string): Promise<string[]> {
  const rows = await db.rows(`SELECT DISTINCT ${id} FROM ${relation} WHERE ${id} IS NOT NULL ORDER BY 1`);
  if (rows.length === 0) return [];
  const values = rows.map(([value]) => String(value));
  await db.run(`CREATE TYPE enum_${id} AS ENUM (${values.map(sqlText).join(', ')})`);
  return values;
}

/** As JSON, many rows at a time: a call into DuckDB for every string would take ten times as long. */
async function readTexts(db: Statements, parquet: string, id: string): Promise<(string | null)[]> {
  const lists = await db.rows(
    `SELECT to_json(list(${id}::VARCHAR ORDER BY file_row_number))::VARCHAR ` +
      `FROM read_parquet(${sqlText(parquet)}, file_row_number = true) ` +
      `GROUP BY file_row_number // ${textsAtOnce} ORDER BY min(file_row_number)`,
  );
  return lists.flatMap(([list]) => JSON.parse(String(list)) as (string | null)[]);
}
