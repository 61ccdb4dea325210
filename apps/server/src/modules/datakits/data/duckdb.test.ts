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
});
