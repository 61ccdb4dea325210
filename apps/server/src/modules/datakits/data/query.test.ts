import { join } from 'node:path';
import type { QueryResult } from '@quadrax/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDuckDB, sqlText } from './duckdb.ts';
import { withFolder } from './fixtures/files.ts';
import { queryTables } from './query.ts';
import { QueryError } from './query-error.ts';

/** Runs a statement over a table `data` with columns Age, age, city and a table `other`. */
const ask = (
  sql: string,
  { age = 'age', ...limits }: { limit?: number; timeoutMs?: number; age?: string } = {},
): Promise<QueryResult> =>
  withFolder(async (folder) => {
    const [parquet, other] = [join(folder, 'data.parquet'), join(folder, 'other.parquet')];
    const db = await openDuckDB({ memoryMb: 128, threads: 1, paths: [parquet, other] });
    await db.run(
      `COPY (SELECT i::BIGINT AS c0, i * 1.5 AS c1, CASE WHEN i % 2 = 0 THEN 'Bern' ELSE 'Köln' END AS c2 FROM range(6) r(i)) TO ${sqlText(parquet)} (FORMAT parquet)`,
    );
    await db.run(`COPY (SELECT 'Bern' AS c0, 1 AS c1) TO ${sqlText(other)} (FORMAT parquet)`);
    db.close();
    const tables = [
      { names: ['data', 'My people'], parquet, columns: ['Age', age, 'city'] },
      { names: ['other'], parquet: other, columns: ['city', 'code'] },
    ];
    return queryTables({ sql, tables, limit: 100, timeoutMs: 20_000, memoryMb: 256, ...limits });
  });

const refusal = async (sql: string, limits = {}): Promise<QueryError> => {
  try {
    await ask(sql, limits);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`It was answered: ${sql}`);
};

describe('a query', () => {
  beforeAll(() => ask('SELECT 1'));

  it('answers with typed columns and rows', async () => {
    const { columns, rows, truncated } = await ask(
      'SELECT city, count(*) AS n, avg("Age") AS mean FROM data GROUP BY city ORDER BY city',
    );
    expect(columns).toEqual([
      { name: 'city', type: 'text' },
      { name: 'n', type: 'integer' },
      { name: 'mean', type: 'numeric' },
    ]);
    expect(rows).toEqual([
      ['Bern', 3, 2],
      ['Köln', 3, 3],
    ]);
    expect(truncated).toBe(false);
  });

  it('tells a moment before 1970 by the millisecond that it falls in', async () => {
    const { rows } = await ask(
      "SELECT TIMESTAMP '1969-12-31 23:59:59.9996', TIMESTAMP '1970-01-01 00:00:00.0004'",
    );
    expect(rows).toEqual([['1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z']]);
  });

  it.each([
    ['SELECT 1e400 AS x, -1e400 AS y', [null, null]],
    ["SELECT 'NaN'::DOUBLE, 'Infinity'::FLOAT, 1e308 * 10", [null, null, null]],
    [`SELECT 'a "Infinity" of NaN', 1e400 AS "Infinity"`, ['a "Infinity" of NaN', null]],
    ['SELECT 170141183460469231731687303715884105727', ['170141183460469231731687303715884105727']],
    ['SELECT 9007199254740993, -9007199254740993', ['9007199254740993', '-9007199254740993']],
    ['SELECT 12345678901234567.25, 0.5, -0.0000001::DECIMAL(18, 8)', ['12345678901234567.25', 0.5, -1e-7]],
    ["SELECT 'infinity'::DATE, '-infinity'::TIMESTAMP", ['infinity', '-infinity']],
    ['SELECT years FROM data WHERE years < 1e400 AND years > -1e400 ORDER BY years LIMIT 1', [0]],
  ])('of numbers that JSON has not: %s', async (sql, row) => {
    expect((await ask(sql, { age: 'years' })).rows).toEqual([row]);
  });

  it('of a literal beyond every number is refused plainly where columns differ in case only', async () => {
    const { field, message } = await refusal('SELECT "age" < 1e400 FROM data');
    expect([field, message]).toEqual([
      'sql',
      expect.stringMatching(/larger than 1\.8e308.*'Infinity'::DOUBLE/),
    ]);
    const { rows } = await ask(`SELECT "age" < 'Infinity'::DOUBLE FROM data LIMIT 1`);
    expect(rows).toEqual([[true]]);
  });

  it('tells columns apart that differ in case only, and keeps their names', async () => {
    const { columns, rows } = await ask('SELECT * FROM data WHERE data.age = 3 AND "Age" = 2');
    expect(columns.map(({ name }) => name)).toEqual(['Age', 'age', 'city']);
    expect(rows).toEqual([[2, 3, 'Bern']]);
    expect((await ask('SELECT "age", "Age" FROM data LIMIT 1')).columns.map(({ name }) => name)).toEqual([
      'age',
      'Age',
    ]);
  });

  it('knows the table by its own name, joins others, and takes common table expressions', async () => {
    expect((await ask('SELECT count(*) FROM "My people"')).rows).toEqual([[6]]);
    expect((await ask('SELECT sum(code) FROM data JOIN other USING (city)')).rows).toEqual([[3]]);
    expect(
      (
        await ask(
          'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT max(n) FROM r',
        )
      ).rows,
    ).toEqual([[5]]);
  });

  it('gives as many rows as were asked for, and says when there are more', async () => {
    expect(await ask('SELECT * FROM range(1000)', { limit: 3 })).toMatchObject({
      rows: [[0], [1], [2]],
      truncated: true,
    });
  });

  it('keeps the order, the names and the types of what it is asked', async () => {
    const { columns, rows } = await ask(
      'SELECT "Age" AS a, city AS a, [1, "Age"] AS l FROM data ORDER BY "Age" DESC;',
    );
    expect(columns).toEqual([
      { name: 'a', type: 'integer' },
      { name: 'a', type: 'text' },
      { name: 'l', type: 'text' },
    ]);
    expect(rows.slice(0, 2)).toEqual([
      [5, 'Köln', '[1, 5]'],
      [4, 'Bern', '[1, 4]'],
    ]);
  });

  it('says how many texts it has cut', async () => {
    const long = 'repeat(\'ab\', 5000 + "Age"::INTEGER)';
    const { rows, truncated, shortened } = await ask(`SELECT ${long} FROM data ORDER BY 1`);
    expect({ truncated, shortened }).toEqual({ truncated: false, shortened: 5 });
    expect(rows.map(([text]) => String(text).length)).toEqual(Array.from({ length: 6 }, () => 10_000));
    expect(rows.map(([text]) => String(text).endsWith('…'))).toEqual([false, true, true, true, true, true]);
  });

  it.each([
    "SELECT repeat('a', 1000000000)",
    "SELECT length(repeat('abc', 4000000000))",
    "SELECT lpad(city, 1000000000, 'x') FROM data",
    "SELECT [repeat(repeat('a', 9000000), 2)]",
    "SELECT [repeat('a', 9000000), repeat('b', 9000000)]",
  ])('ends a text of any length at once: %s', async (sql) => {
    const started = performance.now();
    expect(await refusal(sql)).toMatchObject({
      code: 'QUERY_LIMIT',
      message: expect.stringMatching(/^A text would have more than 10,000,000 characters/),
    });
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it.each([
    ["SELECT system.main.repeat('a', 1000000000)", /without a schema/],
    ["SELECT repeat('a', CASE WHEN random() < 0.5 THEN 1 ELSE 2000000000 END)", /what "random" draws/],
    [`SELECT ${'repeat('.repeat(25)}'a'${', 1)'.repeat(25)}`, /nested too deep/],
  ])('lets nobody round that: %s', async (sql, message) => {
    expect(await refusal(sql)).toMatchObject({
      code: 'INVALID_QUERY',
      message: expect.stringMatching(message),
    });
  });

  it('takes functions that make texts of a length as they are', async () => {
    const { rows } = await ask(
      "SELECT repeat('ab', 2), repeat([1], 2), repeat(NULL, 3), repeat('a', -1), lpad('a', 3, 'x'), rpad('a', 3, 'x'), length(repeat('a', 5000000))",
    );
    expect(rows).toEqual([['abab', '[1, 1]', null, '', 'xxa', 'axx', 5_000_000]]);
  });

  it('turns values into columns where they are named, and says so where they are not', async () => {
    const { columns, rows } = await ask(
      "PIVOT data ON city IN ('Bern', 'Köln') USING sum(\"Age\") GROUP BY years ORDER BY years",
      { age: 'years' },
    );
    expect(columns.map(({ name }) => name)).toEqual(['years', 'Bern', 'Köln']);
    expect(rows[2]).toEqual([3, 2, null]);
    expect((await refusal('PIVOT data ON city USING sum("Age")')).message).toMatch(/^PIVOT needs the values/);
    expect((await refusal("PIVOT '/etc/passwd' ON a IN (1) USING sum(b)")).message).toMatch(/no table/);
  });

  it.for([
    ["COPY data TO '/tmp/stolen.csv'", /one SELECT/],
    ["ATTACH '/etc/passwd' AS x", /one SELECT/],
    ['INSTALL httpfs', /one SELECT/],
    ['PRAGMA database_list', /one SELECT/],
    ['SET memory_limit = "100GB"', /one SELECT/],
    ['SHOW TABLES', /one SELECT/],
    ['SELECT 1; SELECT 2', /one SELECT/],
    ['SELECT 1; DROP VIEW data', /one SELECT/],
    ['CREATE TABLE x AS SELECT 1', /one SELECT/],
    ["SELECT * FROM read_csv('/etc/passwd')", /cannot stand for a table/],
    ["SELECT * FROM read_text('/etc/passwd')", /cannot stand for a table/],
    ["SELECT * FROM glob('/*')", /cannot stand for a table/],
    ["SELECT * FROM query('SELECT 1')", /cannot stand for a table/],
    ['SELECT * FROM duckdb_settings()', /cannot stand for a table/],
    ["SELECT * FROM '/etc/passwd'", /no table/],
    ['SELECT * FROM duckdb_views', /no table/],
    ['SELECT * FROM information_schema.tables', /no table/],
    ['SELECT * FROM main.data', /no table/],
    ['WITH duckdb_views AS (SELECT * FROM duckdb_views) SELECT * FROM duckdb_views', /no table/],
    ['SELECT * FROM (WITH sqlite_master AS (SELECT 1) SELECT 1), sqlite_master', /no table/],
    ["SELECT current_setting('allowed_paths')", /cannot be used/],
    ["SELECT getenv('HOME')", /cannot be used/],
    ["SELECT (SELECT current_setting('allowed_paths')) FROM data", /cannot be used/],
  ] as const)('refuses %s', async ([sql, message]) => {
    expect(await refusal(sql)).toMatchObject({
      code: 'INVALID_QUERY',
      message: expect.stringMatching(message),
    });
  });

  it.for([
    ['SELECT citty FROM data', 'Line 1, column 8: There is no column "citty". Did you mean "city"?'],
    ['SELECT\n  nofun(city)\nFROM data', 'Line 2, column 3: There is no function "nofun"'],
    ['SELECT * FROM data WHERE', /^Line 1, column \d+: Syntax error/],
    ['SELECT CAST(city AS INT) FROM data', /^Line 1, column 8: .*"Bern" is not a whole number/],
    ['SELECT 1,\n  CAST(city AS INT) FROM data;', /^Line 2, column 3: .*"Bern" is not a whole number/],
    [
      'SELECT * FROM data WHERE city::TIMESTAMP < now() AND TIMESTAMP \'2024-01-01\' = "Age"',
      /Values that are .* cannot be compared with values that are .*\. Cast one/,
    ],
    ['SELECT city, count(*) FROM data', /"city" must stand in GROUP BY/],
  ] as const)('says where %s is wrong, in plain words', async ([sql, words]) => {
    const { message } = await refusal(sql);
    if (typeof words === 'string') expect(message).toContain(words);
    else expect(message).toMatch(words);
    expect(message).not.toMatch(/parquet|\/tmp|Binder|Error:/);
    expect(message).not.toContain('\u0001');
  });

  it('ends what takes too long', async () => {
    const endless = 'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r';
    const crossed = 'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = -1';
    for (const sql of [endless, crossed])
      expect(await refusal(sql, { timeoutMs: 500 })).toMatchObject({
        code: 'QUERY_LIMIT',
        message: expect.stringContaining('took longer'),
      });
  });

  it('ends what takes too much memory', async () => {
    const bomb = "SELECT list(repeat('x', 1000) || i::VARCHAR) FROM range(5000000) t(i)";
    expect(await refusal(bomb)).toMatchObject({
      code: 'QUERY_LIMIT',
      message: expect.stringContaining('memory'),
    });
  });
});
