import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { random } from '../lib/tables.ts';

/** A table of numbers, as both sides read it: see `peers/tabular_peer.py`. */
export interface BenchTable {
  readonly name: string;
  readonly rows: number;
  /** 0 for regression. */
  readonly classes: number;
  /** Categories of each column; 0 for a plain number. */
  readonly categories: readonly number[];
  /** Column-major; categories as codes; NaN is missing. */
  readonly values: Float64Array;
  readonly target: Float64Array;
}

const bytesOf = (array: Float64Array | Int32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const floats = async (file: string): Promise<Float64Array> => {
  const bytes = await readFile(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

export const readFloats = floats;

export const readRows = async (file: string): Promise<Int32Array> => {
  const bytes = await readFile(file);
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

export const writeArray = (file: string, array: Float64Array | Int32Array): Promise<void> =>
  writeFile(file, bytesOf(array));

export const writeTable = async (folder: string, table: BenchTable): Promise<void> => {
  const { name, rows, classes, categories } = table;
  await mkdir(folder, { recursive: true });
  await writeArray(join(folder, 'values.f64'), table.values);
  await writeArray(join(folder, 'target.f64'), table.target);
  await writeFile(join(folder, 'meta.json'), JSON.stringify({ name, rows, classes, categories }));
};

export const readTable = async (folder: string): Promise<BenchTable> => {
  const meta = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8')) as BenchTable;
  const values = await floats(join(folder, 'values.f64'));
  return { ...meta, values, target: await floats(join(folder, 'target.f64')) };
};

/** Twenty numbers; target and classes follow from eight of them, with noise. */
export const syntheticTable = (rows: number, task: 'classes' | 'number'): BenchTable => {
  const next = random(11);
  const width = 20;
  const values = new Float64Array(rows * width);
  const target = new Float64Array(rows);
  const x = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) values[i * rows + row] = x[i] = next();
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = x;
    const signal = Math.sin(6 * a * b) + 2 * (c - 0.5) ** 2 + d - e * f + (g > 0.6 ? h : -h) + next() - 0.5;
    target[row] = task === 'number' ? signal : Number(signal > 0.5);
  }
  const classes = task === 'number' ? 0 : 2;
  const name = `synthetic, ${task === 'number' ? 'regression' : 'two classes'}`;
  return { name, rows, classes, categories: Array.from({ length: width }, () => 0), values, target };
};

/**
 * Flights of 2001 out of `flights-3m.parquet`, evenly spaced over the year and ordered by date: month, day, weekday,
 * minute of the day, distance, and the two airports as categories.
 */
export const flightTables = async (dataDir: string, rows: number): Promise<BenchTable[]> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const file = join(dataDir, 'flights-3m.parquet').replaceAll("'", "''");
  const reader = await connection.runAndReadAll(`
    WITH numbered AS (
      SELECT *, row_number() OVER (ORDER BY date, origin, destination, distance, delay) AS place,
        count(*) OVER () AS total FROM '${file}'
    )
    SELECT month(date)::DOUBLE, day(date)::DOUBLE, dayofweek(date)::DOUBLE,
      (60 * hour(date) + minute(date))::DOUBLE, distance::DOUBLE,
      (dense_rank() OVER (ORDER BY origin) - 1)::DOUBLE,
      (dense_rank() OVER (ORDER BY destination) - 1)::DOUBLE, delay::DOUBLE
    FROM numbered WHERE (place * ${rows}) // total > ((place - 1) * ${rows}) // total ORDER BY place`);
  const columns = reader.getColumns() as number[][];
  connection.closeSync();
  const delay = Float64Array.from(columns.pop() ?? []);
  const values = Float64Array.from(columns.flat());
  const levels = (column: number): number => 1 + Math.max(...new Set(columns[column]));
  const categories = [0, 0, 0, 0, 0, levels(5), levels(6)];
  const common = { rows: delay.length, categories, values };
  return [
    { ...common, name: 'flights, late or not', classes: 2, target: delay.map((v) => Number(v > 15)) },
    { ...common, name: 'flights, delay', classes: 0, target: delay },
  ];
};
