/** The peer of intake.ts: what bare DuckDB takes to load a CSV file and sum it up, in a process of its own. */
import process from 'node:process';
import { DuckDBInstance } from '@duckdb/node-api';

const [file = ''] = process.argv.slice(2);
const started = performance.now();
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run('CREATE TABLE t AS SELECT * FROM read_csv($1)', [file]);
const loaded = performance.now();
const summary = await connection.runAndReadAll('SUMMARIZE t');
const statementsMs = performance.now() - started;
const rows = Number((await connection.runAndReadAll('SELECT count(*) FROM t')).getRows()[0]?.[0]);
console.log(
  JSON.stringify({ rows, columns: summary.getRows().length, loadMs: loaded - started, statementsMs }),
);
