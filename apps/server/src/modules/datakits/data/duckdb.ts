import {
  DOUBLE,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBConnection,
  type DuckDBValue,
} from '@duckdb/node-api';

export interface DuckDBOptions {
  readonly memoryMb: number;
  readonly threads: number;
  /** Files that may be read or written. */
  readonly paths: readonly string[];
  /** A folder for what does not fit in memory and for files in between; absent, nothing is written aside. */
  readonly temp?: string | undefined;
  /** The most that is put aside there; absent, nearly all of the disk. */
  readonly tempBytes?: number | undefined;
}

const megabyte = 1024 ** 2;

/** A connection: one statement at a time. */
export interface Statements {
  /** Runs a statement whose rows are of no interest. */
  run(sql: string): Promise<void>;
  /** All rows of a query; `values` fill its `$1`, `$2` … */
  rows(sql: string, values?: DuckDBValue[]): Promise<DuckDBValue[][]>;
  /** The chunks of a query, up to 2,048 rows each, as they are produced. */
  chunks(sql: string, values?: DuckDBValue[]): AsyncIterable<DuckDBDataChunk>;
  /** The columns that a query will have; nothing of it is run. */
  columnsOf(sql: string): Promise<AnswerColumns>;
  /** Ends the statement that runs now; it fails with an `Interrupted` error. */
  interrupt(): void;
  /** Adds rows to a table of DOUBLE columns. */
  appender(table: string): Promise<NumberAppender>;
  /** As `run`, telling the share done (0 to 1) a few times a second. */
  runWatched(sql: string, watch: (share: number) => void): Promise<void>;
}

/** Writes numbers to a table, column by column. */
export interface NumberAppender {
  add(columns: readonly Float64Array[]): void;
  /** What was added is in the table from then on. */
  close(): void;
}

/** The columns of a query, in their order. */
export interface AnswerColumns {
  /** Names as the query gives them, which may repeat. */
  readonly names: readonly string[];
  /** As DuckDB writes them: `DECIMAL(4,2)`. */
  readonly types: readonly string[];
}

/** An in-memory DuckDB that reaches only what it was opened for. */
export interface DuckDB extends Statements {
  /** A further connection to the same tables, for what runs at the same time. */
  another(): Promise<Statements>;
  close(): void;
}

/**
 * Opens an in-memory DuckDB in a sandbox: no file but those named, no network, no extensions from outside, a memory
 * limit (its resident memory may exceed it by about 170 MB), times in UTC, and a locked configuration.
 */
export async function openDuckDB(options: DuckDBOptions): Promise<DuckDB> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(Math.max(1, options.threads)),
    memory_limit: `${Math.max(64, options.memoryMb)}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // Unless told where, it puts nothing aside: its own choice is the folder that the server was started in.
    temp_directory: options.temp ?? '',
  });
  const connection = await instance.connect();
  for (const statement of sandbox(options)) await connection.run(statement);
  const connections = [connection];
  return {
    ...statements(connection),
    async another() {
      const next = await instance.connect();
      connections.push(next);
      return statements(next);
    },
    close() {
      for (const open of connections) open.closeSync();
      instance.closeSync();
    },
  };
}

/** Megabytes enough to read a table of so many columns: DuckDB holds 2,048 rows of each at a time, several times. */
export function memoryFor(columns: number): number {
  return 256 + Math.ceil(columns / 8);
}

function statements(connection: DuckDBConnection): Statements {
  return {
    async run(sql) {
      await connection.run(sql);
    },
    async rows(sql, values) {
      const result = await connection.runAndReadAll(sql, values);
      return result.getRows();
    },
    async *chunks(sql, values) {
      const result = await connection.stream(sql, values);
      for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk()) {
        yield chunk;
      }
    },
    async columnsOf(sql) {
      const prepared = await connection.prepare(sql);
      try {
        const places = Array.from({ length: prepared.columnCount }, (_, i) => i);
        return {
          names: places.map((i) => prepared.columnName(i)),
          types: places.map((i) => String(prepared.columnType(i))),
        };
      } finally {
        prepared.destroySync();
      }
    },
    interrupt: () => connection.interrupt(),
    async appender(table) {
      const appender = await connection.createAppender(table);
      return {
        add: (columns) => {
          const rows = columns[0]?.length ?? 0;
          for (let start = 0; start < rows; start += chunkRows)
            appender.appendDataChunk(
              chunkOf(columns.map((column) => column.subarray(start, start + chunkRows))),
            );
        },
        close: () => appender.closeSync(),
      };
    },
    async runWatched(sql, watch) {
      const timer = setInterval(() => {
        const { percentage } = connection.progress;
        if (percentage > 0) watch(Math.min(1, percentage / 100));
      }, 200);
      try {
        await connection.run(sql);
      } finally {
        clearInterval(timer);
      }
    },
  };
}

/** The most rows that DuckDB handles at once. */
const chunkRows = 2048;

function chunkOf(columns: readonly Float64Array[]): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create(
    columns.map(() => DOUBLE),
    columns[0]?.length ?? 0,
  );
  for (const [i, column] of columns.entries()) chunk.setColumnValues(i, [...column]);
  return chunk;
}

function sandbox({ paths, temp, tempBytes }: DuckDBOptions): string[] {
  return [
    // Given when the instance is made, it would be shown and not heeded.
    ...(tempBytes === undefined
      ? []
      : [`SET max_temp_directory_size = '${Math.max(1, Math.floor(tempBytes / megabyte))}MiB'`]),
    // In DuckDB 1.5 it mistakes columns for one another: the first row of each group, by row_number() = 1 and sorted by
    // rowid, comes out with values of other columns, rows too few or an internal error.
    "SET GLOBAL disabled_optimizers = 'top_n_window_elimination'",
    "SET GLOBAL TimeZone = 'UTC'",
    'SET enable_progress_bar = true',
    'SET enable_progress_bar_print = false',
    `SET allowed_paths = [${paths.map(sqlText).join(', ')}]`,
    ...(temp === undefined ? [] : [`SET allowed_directories = [${sqlText(temp)}]`]),
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ];
}

/** A string literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL takes it whatever it holds. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The name a column has inside: DuckDB does not tell `Age` from `age`, so real names stay outside. */
export function columnId(index: number): string {
  return `c${index}`;
}

/** A count out of a row, whatever integer type DuckDB gave it. */
export function countOf(value: DuckDBValue | undefined): number {
  return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : 0;
}

/** Splits into lists of at most `size`. */
export function batches<T>(items: readonly T[], size: number): T[][] {
  const lists: T[][] = [];
  for (let start = 0; start < items.length; start += size) lists.push(items.slice(start, start + size));
  return lists;
}
