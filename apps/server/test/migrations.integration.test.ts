import { createDatabase, startTestServer, withOwner } from '@quadrax/testkit';
import type { TestDatabase } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateDown, migrateUp, migrationStatus, openDatabase } from '#platform/db';
import { createLogger } from '#platform/log';

/** Everything of our schemas as the catalog has it: tables, columns, rules, policies, rights, functions. */
const catalog = `
  SELECT 'column' AS kind, c.oid::regclass || '.' || a.attname AS name,
         format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || a.attidentity::text || ' '
         || COALESCE(pg_get_expr(d.adbin, d.adrelid), '') AS definition
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relnamespace::regnamespace::text IN ('auth', 'quadrax') AND c.relkind IN ('r', 'p', 'v')
  UNION ALL SELECT 'relation', c.oid::regclass::text,
         c.relkind::text || ' ' || c.relrowsecurity || ' ' || c.relforcerowsecurity || ' ' || COALESCE(c.relacl::text, '')
  FROM pg_class c WHERE c.relnamespace::regnamespace::text IN ('auth', 'quadrax')
  UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace::regnamespace::text IN ('auth', 'quadrax')
  UNION ALL SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid)
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace::regnamespace::text IN ('auth', 'quadrax')
  UNION ALL SELECT 'policy', schemaname || '.' || tablename || '.' || policyname,
         roles::text || ' ' || cmd || ' ' || COALESCE(qual, '') || COALESCE(with_check, '')
  FROM pg_policies WHERE schemaname IN ('auth', 'quadrax')
  UNION ALL SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid) || COALESCE(p.proacl::text, '')
  FROM pg_proc p WHERE p.pronamespace::regnamespace::text IN ('auth', 'quadrax')
  UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(t.oid)
  FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
  WHERE NOT tgisinternal AND c.relnamespace::regnamespace::text IN ('auth', 'quadrax')
  UNION ALL SELECT 'schema', nspname, COALESCE(nspacl::text, '') FROM pg_namespace WHERE nspname IN ('auth', 'quadrax')
  ORDER BY 1, 2, 3`;

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

describe('migrations', () => {
  it('are all applied in a database that the product has opened', async () => {
    const status = await withOwner(database.url, migrationStatus);
    expect(status.length).toBeGreaterThanOrEqual(4);
    expect(status.filter(({ applied }) => !applied)).toEqual([]);
    expect(status.map(({ name }) => name)).toEqual(status.map(({ name }) => name).toSorted());
  });

  it('can be taken back to nothing, one by one, and applied again to the very same', async () => {
    const before = await database.owner(catalog);
    expect(before.length).toBeGreaterThan(100);
    await withOwner(database.url, async (owner) => {
      const names = (await migrationStatus(owner)).map(({ name }) => name);
      for (const name of names.toReversed()) expect(await migrateDown(owner, 1)).toEqual([name]);
      expect((await migrationStatus(owner)).filter(({ applied }) => applied)).toEqual([]);
      expect(await database.owner(catalog)).toEqual([]);
      expect(await migrateUp(owner)).toEqual(names);
      expect(await migrateUp(owner)).toEqual([]);
    });
    expect(await database.owner(catalog)).toEqual(before);
  });

  it('leave a database in which the product runs', async () => {
    const server = await startTestServer({ database });
    expect((await server.register()).user.role).toBe('ADMIN');
    await server.close();
  });

  it('are applied once by processes that start at the same moment on an empty database', async () => {
    const empty = await createDatabase({ empty: true });
    try {
      const open = () =>
        openDatabase({
          dataDir: '',
          url: empty.url,
          poolSize: 2,
          poolTimeoutMs: 5000,
          secret: 'a secret of the tests, known to all of them',
          log: createLogger('silent'),
        });
      const starts = await Promise.allSettled([open(), open(), open()]);
      for (const start of starts) if (start.status === 'fulfilled') await start.value.close();
      expect(starts.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
      expect(await empty.owner(catalog)).toEqual(await database.owner(catalog));
      const [row] = await empty.owner<{ n: number }>('SELECT count(*)::int AS n FROM quadrax.installation');
      expect(row?.n).toBe(1);
    } finally {
      await empty.drop();
    }
  });

  it('that fail leave nothing of themselves', async () => {
    const empty = await createDatabase({ empty: true });
    try {
      // A name that a later migration wants is taken, and the roles that the first one grants to are there.
      await empty.owner('CREATE SCHEMA quadrax');
      await expect(withOwner(empty.url, migrateUp)).rejects.toThrow(/already exists/);
      const schemas = await empty.owner(`SELECT 1 FROM pg_namespace WHERE nspname = 'auth'`);
      expect(schemas).toEqual([]);
    } finally {
      await empty.drop();
    }
  });
});
