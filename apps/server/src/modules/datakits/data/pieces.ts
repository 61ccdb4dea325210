import type { Column, Table } from '@quadrax/ml/tabular';
import { columnId, sqlText, type Statements } from './duckdb.ts';
import { physicalKinds, type StoredKind, type TableColumn } from './preview.ts';

/**
 * A column as a piece of a table gives it. Categories are numbered as they are listed here: -1 is a missing value, -2
 * one that the list has not. `text` gives any column as it is written.
 */
export type WantedColumn =
  | { readonly name: string; readonly kind: 'numeric' }
  | { readonly name: string; readonly kind: 'datetime' }
  | { readonly name: string; readonly kind: 'time' }
  | { readonly name: string; readonly kind: 'text' }
  | { readonly name: string; readonly kind: 'categorical'; readonly categories: readonly string[] };

export interface PiecesInput {
  readonly parquet: string;
  /** Name and type of every column of the file, in its order. */
  readonly columns: readonly TableColumn[];
  /** Of a column that the file has not, or that holds something else, every value is missing. */
  readonly read: readonly WantedColumn[];
}

/** Enough rows that what a call costs does not count, few enough to be held several times over. */
const pieceRows = 8192;

/** The rows of a stored table in their order, so many at a time. */
export async function* readPieces(db: Statements, input: PiecesInput): AsyncGenerator<Table> {
  const { parquet, columns, read } = input;
  const kinds = await physicalKinds(db, parquet);
  const indices = new Map(columns.map(({ name }, i) => [name, i]));
  const expressions: string[] = [];
  for (const [i, wanted] of read.entries()) {
    const index = indices.get(wanted.name);
    const kind = index === undefined ? undefined : kinds[index];
    if (wanted.kind === 'categorical' && wanted.categories.length > 0)
      await db.run(`CREATE TYPE ${enumOf(i)} AS ENUM (${wanted.categories.map(sqlText).join(', ')})`);
    expressions.push(wantedSql(wanted, i, index === undefined ? '' : columnId(index), kind));
  }
  // A table of no column has rows too.
  const selected = ['1', ...expressions].join(', ');
  const piece = emptyPiece(read);
  for await (const chunk of db.chunks(`SELECT ${selected} FROM read_parquet(${sqlText(parquet)})`)) {
    // A getter that asks DuckDB each time.
    const { rowCount } = chunk;
    if (piece.rows + rowCount > pieceRows) yield piece.taken();
    for (const i of read.keys()) {
      const vector = chunk.getColumnVector(i + 1);
      for (let row = 0; row < rowCount; row++) piece.put(i, piece.rows + row, vector.getItem(row));
    }
    piece.rows += rowCount;
  }
  if (piece.rows > 0) yield piece.taken();
}

const enumOf = (index: number): string => `categories_${index}`;

function wantedSql(wanted: WantedColumn, place: number, id: string, stored: StoredKind | undefined): string {
  if (wanted.kind === 'numeric')
    return stored === 'number' || stored === 'whole' ? `${id}::DOUBLE` : 'NULL::DOUBLE';
  if (wanted.kind === 'datetime' || wanted.kind === 'time')
    return stored === (wanted.kind === 'time' ? 'time' : 'timestamp')
      ? `(epoch_us(${id}) / 1000)::DOUBLE`
      : 'NULL::DOUBLE';
  const word = stored === 'time' ? clockSql(id, wanted) : wordSql(id, stored);
  if (wanted.kind === 'text') return word;
  const code = wanted.categories.length === 0 ? 'NULL' : `enum_code(try_cast(${word} AS ${enumOf(place)}))`;
  return `coalesce(${code}, CASE WHEN ${word} IS NULL THEN -1 ELSE -2 END)::DOUBLE`;
}

/** How times of day were written while they were words, told by a category; else with the seconds that are not 0. */
const clocks: readonly (readonly [RegExp, string])[] = [
  [/^\d{2}:\d{2}:\d{2}$/, '%H:%M:%S'],
  [/^\d:\d{2}$/, '%-H:%M'],
  [/^\d{1,2}:\d{2} [AP]M$/, '%-I:%M %p'],
];

/** A time of day as the words that a model learnt before times were told from words. */
function clockSql(id: string, wanted: WantedColumn): string {
  const categories = wanted.kind === 'categorical' ? wanted.categories : [];
  const format = clocks.find(([pattern]) => categories.some((category) => pattern.test(category)))?.[1];
  const as = (pattern: string): string => `strftime(DATE '1970-01-01' + ${id}, '${pattern}')`;
  return format ? as(format) : `CASE WHEN epoch(${id}) % 60 = 0 THEN ${as('%H:%M')} ELSE ${id}::VARCHAR END`;
}

/** A value as JavaScript writes it, which is how categories were named. */
function wordSql(id: string, stored: StoredKind | undefined): string {
  if (stored === 'text') return id;
  if (stored === 'boolean' || stored === 'whole') return `${id}::VARCHAR`;
  if (stored !== 'number') return 'NULL::VARCHAR';
  const whole = `${id} = trunc(${id}) AND abs(${id}) < 1e15`;
  return `CASE WHEN isnan(${id}) THEN NULL WHEN ${whole} THEN ${id}::BIGINT::VARCHAR ELSE ${id}::VARCHAR END`;
}

interface Piece {
  rows: number;
  put(column: number, row: number, value: unknown): void;
  /** What was put, and room for the next rows. */
  taken(): Table;
}

function emptyPiece(read: readonly WantedColumn[]): Piece {
  const room = () =>
    read.map(({ kind }) => (kind === 'text' ? ([] as (string | null)[]) : new Float64Array(pieceRows)));
  let values = room();
  const piece: Piece = {
    rows: 0,
    put: (column, row, value) => {
      const into = values[column];
      if (into instanceof Float64Array) into[row] = typeof value === 'number' ? value : Number.NaN;
      else if (into) into[row] = typeof value === 'string' ? value : null;
    },
    taken: () => {
      const { rows } = piece;
      const columns = read.flatMap((wanted, i) => columnOf(wanted, values[i]?.slice(0, rows) ?? []));
      values = room();
      piece.rows = 0;
      return { rows, columns };
    },
  };
  return piece;
}

function columnOf(wanted: WantedColumn, values: Float64Array | (string | null)[]): Column {
  const { name, kind } = wanted;
  if (!(values instanceof Float64Array)) return { name, kind: 'text', values };
  if (kind === 'categorical')
    return { name, kind, codes: Int32Array.from(values), categories: wanted.categories };
  return { name, kind: kind === 'text' ? 'numeric' : kind, values };
}
