import { routes } from '@quadrax/contract';
import { eventually, populate, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantTables } from './tenant-tables.ts';
import type { TenantTable } from './tenant-tables.ts';

let server: TestServer;
let tables: TenantTable[];
let ada: TestClient;
let bob: TestClient;

beforeAll(async () => {
  server = await startTestServer();
  [ada, bob] = await Promise.all([server.register(), server.register()]);
  const tenants = await Promise.all([populate(ada, server.database), populate(bob, server.database)]);
  // A version that was made of another.
  for (const { client, datakit } of tenants)
    await client.call(routes.datakits.transform, {
      params: { id: datakit.id },
      body: { steps: [{ step: 'drop', columns: ['rainfall'] }] },
    });
  for (const person of [ada, bob])
    await person.request('POST', '/api/models', {
      headers: { 'content-type': 'application/json', 'idempotency-key': 'one' },
      body: JSON.stringify({ name: 'Keyed', type: 'REGRESSION' }),
    });
  // What a running job keeps for its next attempt, which is gone when it ends.
  for (const { client, job } of tenants)
    await server.database.owner(
      `INSERT INTO quadrax.job_checkpoints (tenant_id, job_id, data) VALUES ($1, $2, '{}')`,
      [client.tenantId, job.id],
    );
  for (const { client, model } of tenants) {
    const params = { id: model.id };
    await client.call(routes.models.predict, {
      params,
      body: { inputs: { hours: 1, city: null, rainfall: 1 } },
    });
    await eventually(
      'the prediction is counted',
      () => client.call(routes.models.monitoring, { params }),
      ({ requests }) => requests === 1,
    );
    // Only an imported model has one.
    await server.database.owner(
      'INSERT INTO quadrax.gathered_references (tenant_id, model_id, version) VALUES ($1, $2, 1)',
      [client.tenantId, model.id],
    );
  }
  tables = await tenantTables(server.database);
});
afterAll(() => server.close());

const count = async (client: Client, table: string): Promise<number> => {
  const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
  return rows[0]?.n ?? -1;
};

/** Runs as the application with a tenant set the way the product sets it: for one transaction. */
const inTenant = async <T>(client: Client, tenantId: string, work: () => Promise<T>): Promise<T> => {
  await client.query(`BEGIN; SET LOCAL app.tenant = '${tenantId}'`);
  try {
    return await work();
  } finally {
    await client.query('ROLLBACK');
  }
};

describe('every table that holds rows of tenants', () => {
  it('is found', () => {
    expect(tables.length).toBeGreaterThanOrEqual(11);
  });

  it('is under row-level security that holds for its owner too', () => {
    const open = tables.filter(({ enabled, forced, policies }) => !enabled || !forced || policies === 0);
    expect(open).toEqual([]);
  });

  it('has rows of both tenants here, so that the rest of this suite proves something', async () => {
    const empty: string[] = [];
    for (const { name } of tables)
      for (const { tenantId } of [ada, bob]) {
        const [row] = await server.database.owner<{ n: number }>(
          `SELECT count(*)::int AS n FROM ${name} WHERE tenant_id = $1`,
          [tenantId],
        );
        if (row?.n === 0) empty.push(name);
      }
    expect(empty).toEqual([]);
  });

  it('may be read by the application, all but what opens an account: keys, invitations, mails', () => {
    expect(tables.filter(({ readable }) => !readable).map(({ name }) => name)).toEqual([
      'auth.api_keys',
      'auth.invitations',
      'quadrax.outbox',
    ]);
  });

  it('shows the application nothing while no tenant is set, nor after one was', async () => {
    await server.database.as('app', async (client) => {
      const readable = tables.filter((table) => table.readable);
      for (const { name } of readable) expect([name, await count(client, name)]).toEqual([name, 0]);
      await inTenant(client, ada.tenantId, async () => {});
      for (const { name } of readable) expect([name, await count(client, name)]).toEqual([name, 0]);
    });
  });

  it('shows the application one tenant’s rows, all of them and no other', async () => {
    await server.database.as('app', (client) =>
      inTenant(client, ada.tenantId, async () => {
        for (const { name } of tables.filter(({ readable }) => readable)) {
          const { rows } = await client.query<{ t: string; n: number }>(
            `SELECT tenant_id AS t, count(*)::int AS n FROM ${name} GROUP BY tenant_id`,
          );
          const [owned] = await server.database.owner<{ n: number }>(
            `SELECT count(*)::int AS n FROM ${name} WHERE tenant_id = $1`,
            [ada.tenantId],
          );
          expect([name, rows]).toEqual([name, [{ t: ada.tenantId, n: owned?.n }]]);
        }
      }),
    );
  });

  it('takes no row that names another tenant', async () => {
    await server.database.as('app', async (client) => {
      const insertable = new Set(
        (
          await client.query<{ name: string }>(`
            SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('auth', 'quadrax') AND c.relkind = 'r' AND has_table_privilege(c.oid, 'INSERT')`)
        ).rows.map(({ name }) => name),
      );
      for (const { name } of tables.filter((table) => insertable.has(table.name))) {
        // Bob's own row, copied by somebody who acts for Ada: every other rule of the table is met.
        const columns = await server.database.owner<{ c: string }>(
          `SELECT quote_ident(attname) AS c FROM pg_attribute
           WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''`,
          [name],
        );
        const [row] = await server.database.owner<{ row: unknown }>(
          `SELECT to_jsonb(t) AS row FROM ${name} t WHERE tenant_id = $1 LIMIT 1`,
          [bob.tenantId],
        );
        const list = columns.map(({ c }) => c).join(', ');
        const copy = inTenant(client, ada.tenantId, () =>
          client.query(
            `INSERT INTO ${name} (${list}) SELECT ${list} FROM jsonb_populate_record(NULL::${name}, $1::jsonb)`,
            [JSON.stringify(row?.row)],
          ),
        );
        await expect(copy, name).rejects.toThrow(/row-level security/);
      }
      expect(insertable.size).toBeGreaterThan(5);
    });
  });

  it('lets no update move a row to another tenant', async () => {
    await server.database.as('app', async (client) => {
      const moved = inTenant(client, ada.tenantId, () =>
        client.query('UPDATE quadrax.datakits SET tenant_id = $1', [bob.tenantId]),
      );
      await expect(moved).rejects.toThrow(/row-level security/);
      const touched = await inTenant(client, ada.tenantId, () =>
        client.query(`UPDATE quadrax.datakits SET name = 'mine' WHERE tenant_id = $1`, [bob.tenantId]),
      );
      expect(touched.rowCount).toBe(0);
    });
  });
});

describe('the application’s login', () => {
  const asked = (statement: string) =>
    server.database.as('app', async (client) => (await client.query(statement)).rows);

  it('is no superuser, cannot bypass row-level security and owns nothing', async () => {
    const [role] = await asked(
      'SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user',
    );
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false });
    const memberOf = await asked(`
      SELECT r.rolname FROM pg_roles r
      WHERE pg_has_role(current_user, r.oid, 'MEMBER') AND (r.rolsuper OR r.rolbypassrls OR r.rolname = 'quadrax_system')`);
    expect(memberOf).toEqual([]);
    expect(
      await asked(`SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = current_user`),
    ).toEqual([]);
  });

  it('cannot become the owner or the role that sees every tenant', async () => {
    const [owner] = await server.database.owner<{ name: string }>('SELECT current_user AS name');
    for (const role of [owner?.name ?? '', 'quadrax_system', `${server.database.name}_system_login`])
      await expect(asked(`SET ROLE "${role}"`)).rejects.toThrow(/permission denied/);
  });

  it.each(['accounts', 'sessions', 'refresh_tokens', 'login_failures'])(
    'cannot read auth.%s',
    async (table) => {
      await expect(asked(`SELECT * FROM auth.${table}`)).rejects.toThrow(/permission denied/);
    },
  );

  it('cannot make a table, change one, or rewrite the audit log', async () => {
    for (const statement of [
      'CREATE TABLE public.mine (a int)',
      'CREATE TABLE quadrax.mine (a int)',
      'CREATE SCHEMA mine',
      'CREATE TEMPORARY TABLE mine (a int)',
      'ALTER TABLE quadrax.datakits DISABLE ROW LEVEL SECURITY',
      'DROP POLICY tenant ON quadrax.datakits',
      'UPDATE quadrax.audit_log SET action = $$nothing.happened$$',
      'DELETE FROM quadrax.audit_log',
      'TRUNCATE quadrax.jobs',
      'SELECT data FROM pgboss.job',
    ])
      await expect(asked(statement), statement).rejects.toThrow(/permission denied|must be owner/);
  });
});

describe('the database', () => {
  it('has nothing of ours in the schema public', async () => {
    const found = await server.database.owner(`
      SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
      UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
      UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace`);
    expect(found).toEqual([]);
  });

  it('lets nobody connect who was not let in', async () => {
    const [row] = await server.database.owner<{ may: boolean }>(
      `SELECT has_database_privilege('pg_monitor', current_database(), 'CONNECT') AS may`,
    );
    expect(row?.may).toBe(false);
  });

  it('has a key that begins with the tenant, and foreign keys that carry it', async () => {
    const astray = await server.database.owner<{ name: string }>(`
      SELECT c.conrelid::regclass || ' ' || c.conname AS name FROM pg_constraint c
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attname = 'tenant_id'
      WHERE c.connamespace IN ('quadrax'::regnamespace)
        AND (c.contype = 'p' AND c.conkey[1] <> a.attnum OR c.contype = 'f' AND NOT a.attnum = ANY (c.conkey))`);
    expect(astray).toEqual([]);
  });
});
