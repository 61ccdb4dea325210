import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDuckDB, sqlText, type DuckDB } from './duckdb.ts';
import { withFolder } from './fixtures/files.ts';

describe('the DuckDB sandbox', () => {
  let db: DuckDB | undefined;
  let secret = '';
  let allowed = '';
  let folder: Promise<void>;
  let release = () => {};

  beforeEach(async () => {
    const done = new Promise<void>((resolve) => (release = resolve));
    await new Promise<void>((ready) => {
      folder = withFolder(async (path) => {
        secret = join(path, 'secret.csv');
        allowed = join(path, 'allowed.csv');
        const temp = join(path, 'temp');
        await mkdir(temp);
        await writeFile(secret, 'a\n1\n');
        await writeFile(allowed, 'a\n1\n');
        db = await openDuckDB({ memoryMb: 64, threads: 1, paths: [allowed], temp });
        ready();
        await done;
      });
    });
  });

  afterEach(async () => {
    db?.close();
    release();
    await folder;
  });

  it('reads the files it was opened for', async () => {
    expect(await db?.rows(`SELECT * FROM ${sqlText(allowed)}`)).toEqual([[1n]]);
  });

  it.each([
    ['another file', () => `SELECT * FROM ${sqlText(secret)}`],
    ['a path around', () => `SELECT * FROM ${sqlText(join(allowed, '..', 'secret.csv'))}`],
    ['the list of files', () => "SELECT * FROM glob('/etc/*')"],
    ['writing elsewhere', () => `COPY (SELECT 1) TO ${sqlText(`${secret}.out`)}`],
    ['another database', () => `ATTACH ${sqlText(`${secret}.db`)}`],
    ['an extension', () => 'INSTALL httpfs'],
    ['the network', () => "SELECT * FROM read_csv('https://example.com/a.csv')"],
    ['the configuration', () => "SET memory_limit = '8GB'"],
    ['the configuration anew', () => 'SET enable_external_access = true'],
  ])('refuses %s', async (_, sql) => {
    await expect(db?.run(sql())).rejects.toThrow(/Permission|locked|cannot|disabled/i);
  });

  it('ends a statement that needs more memory than allowed', async () => {
    const hungry = "SELECT length(string_agg(repeat('x', 100) || range, '')) FROM range(3_000_000)";
    await expect(db?.rows(hungry)).rejects.toThrow(/out of memory/i);
  });

  it('shares its tables with a further connection', async () => {
    await db?.run('CREATE TABLE t AS SELECT 7 AS a');
    const other = await db?.another();
    expect(await other?.rows('SELECT a FROM t')).toEqual([[7]]);
  });

  it('takes the first row of each group as it is, on every connection', async () => {
    await db?.run(
      'CREATE TABLE many AS SELECT (i % 50)::BIGINT AS a, (i * 7 % 4000)::BIGINT AS b, (i % 5)::BIGINT AS c FROM range(5000) r(i)',
    );
    const first = 'row_number() OVER (PARTITION BY c ORDER BY rowid) = 1';
    for (const [i, connection] of [db, await db?.another()].entries()) {
      await connection?.run(`CREATE TABLE first${i} AS SELECT * FROM many QUALIFY ${first} ORDER BY rowid`);
      expect(await connection?.rows(`FROM first${i}`)).toEqual([
        [0n, 0n, 0n],
        [1n, 7n, 1n],
        [2n, 14n, 2n],
        [3n, 21n, 3n],
        [4n, 28n, 4n],
      ]);
    }
  });
});
