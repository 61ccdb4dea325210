import { createHash } from 'node:crypto';
import { routes } from '@quadrax/contract';
import { newModel, startTestServer, withOwner, waitingForLock } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { verify, list } = routes.audit;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ work: false });
});
afterAll(() => server.close());

/** A tenant whose log has six entries: its registration and five new models. */
const sixEntries = async (): Promise<TestClient> => {
  const person = await server.register();
  for (let made = 0; made < 5; made++) await newModel(person, { name: `Model ${made}` });
  return person;
};

/** What somebody with every right over the database can do: no trigger runs. */
const asSuperuser = (work: (client: Client) => Promise<unknown>): Promise<void> =>
  withOwner(server.database.url, async (client) => {
    await client.query(`SET session_replication_role = 'replica'`);
    await work(client);
  });

const tampered = async (person: TestClient, ...statements: string[]): Promise<unknown> => {
  await asSuperuser(async (client) => {
    for (const statement of statements)
      await client.query(statement.replaceAll('TENANT', `'${person.tenantId}'::uuid`));
  });
  return person.call(verify);
};

const copyOf = (id: number, as: string, hash = 'hash'): string => `
  INSERT INTO quadrax.audit_log (tenant_id, id, at, account_id, credential_id, action, resource_id, address, request_id,
    before, after, hash)
  SELECT tenant_id, ${as}, at, account_id, credential_id, action, resource_id, address, request_id, before, after, ${hash}
  FROM quadrax.audit_log WHERE tenant_id = TENANT AND id = ${id}`;

const set = (id: number, what: string): string =>
  `UPDATE quadrax.audit_log SET ${what} WHERE tenant_id = TENANT AND id = ${id}`;

/** Numbers change one by one, so that none is given twice on the way. */
const renumber = (from: number, to: number): string => set(from, `id = ${to}`);

const remove = (id: number): string =>
  `DELETE FROM quadrax.audit_log WHERE tenant_id = TENANT AND id = ${id}`;

/** Gives every row from one on the hash that would be right, as whoever knows how it is made could. */
const rehash = (from: number): string => `
  DO $$
  DECLARE
    entry quadrax.audit_log;
    previous bytea := (SELECT hash FROM quadrax.audit_log WHERE tenant_id = TENANT AND id = ${from - 1});
  BEGIN
    FOR entry IN SELECT * FROM quadrax.audit_log WHERE tenant_id = TENANT AND id >= ${from} ORDER BY id LOOP
      previous := quadrax.audit_hash(previous, entry);
      UPDATE quadrax.audit_log SET hash = previous WHERE tenant_id = entry.tenant_id AND id = entry.id;
    END LOOP;
  END $$`;

describe('a log that nobody touched', () => {
  it('is whole, and says of how many entries', async () => {
    const person = await sixEntries();
    expect(await person.call(verify)).toEqual({ rows: 6, intact: true });
  });

  it('of a tenant is whole whatever was done to that of another', async () => {
    const [person, other] = await Promise.all([sixEntries(), sixEntries()]);
    expect(await tampered(other, remove(2))).toMatchObject({ intact: false });
    expect(await person.call(verify)).toEqual({ rows: 6, intact: true });
  });

  it('hashes the fields of an entry with their lengths, after the hash of the one before', async () => {
    const person = await sixEntries();
    const { items } = await person.page(list);
    const [second, first] = items.slice(-2);
    const [stored] = await server.database.owner<{ before: string | null; after: string | null }>(
      `SELECT before::text AS before, after::text AS after FROM quadrax.audit_log WHERE tenant_id = $1 AND id = 2`,
      [person.tenantId],
    );
    const fields = [
      person.tenantId,
      '2',
      second?.at,
      second?.actor?.id,
      second?.credentialId,
      second?.action,
      second?.resourceId,
      second?.address,
      second?.requestId,
      stored?.before,
      stored?.after,
    ].map((field) => (field === null || field === undefined ? '-' : `${Buffer.byteLength(field)}:${field}`));
    const hash = createHash('sha256')
      .update(Buffer.from(first?.hash ?? '', 'hex'))
      .update(fields.join(''));
    expect(second?.hash).toBe(hash.digest('hex'));
  });
});

describe('a log that somebody with every right tampered with', () => {
  const cases: readonly (readonly [what: string, broken: object, ...statements: string[]])[] = [
    ['another action', { id: 3, problem: 'changed' }, set(3, `action = 'model.updated'`)],
    ['another actor', { id: 3, problem: 'changed' }, set(3, 'account_id = gen_random_uuid()')],
    ['nobody as the actor', { id: 3, problem: 'changed' }, set(3, 'account_id = NULL')],
    ['another millisecond', { id: 3, problem: 'changed' }, set(3, `at = at + interval '1 ms'`)],
    ['another address', { id: 3, problem: 'changed' }, set(3, `address = '10.0.0.1'`)],
    ['another state', { id: 3, problem: 'changed' }, set(3, `after = after || '{"name": "Mine"}'`)],
    ['no state', { id: 3, problem: 'changed' }, set(3, 'after = NULL')],
    ['another hash', { id: 3, problem: 'changed' }, set(3, `hash = sha256('mine')`)],
    [
      'text moved between fields',
      { id: 3, problem: 'changed' },
      set(3, `address = address || left(request_id, 1), request_id = substr(request_id, 2)`),
    ],
    ['the first entry gone', { id: 1, problem: 'missing' }, remove(1)],
    ['one gone from the middle', { id: 3, problem: 'missing' }, remove(3)],
    ['the last entry gone', { id: 6, problem: 'missing' }, remove(6)],
    ['the last three gone', { id: 4, problem: 'missing' }, remove(4), remove(5), remove(6)],
    ['all gone', { id: 1, problem: 'missing' }, `DELETE FROM quadrax.audit_log WHERE tenant_id = TENANT`],
    [
      'one gone and the gap closed',
      { id: 3, problem: 'changed' },
      remove(3),
      renumber(4, 3),
      renumber(5, 4),
      renumber(6, 5),
    ],
    [
      'two that changed places',
      { id: 2, problem: 'changed' },
      renumber(2, 99),
      renumber(3, 2),
      renumber(99, 3),
    ],
    ['one put in at the beginning', { id: 0, problem: 'changed' }, copyOf(3, '0')],
    ['one put in before the beginning', { id: -7, problem: 'changed' }, copyOf(3, '-7')],
    ['one put in at the end', { id: 7, problem: 'changed' }, copyOf(3, '7')],
    [
      'two put in at the end, with the right hashes',
      { id: 7, problem: 'changed' },
      copyOf(3, '7'),
      copyOf(3, '8'),
      rehash(7),
    ],
    ['one put in far behind the end', { id: 7, problem: 'missing' }, copyOf(3, '70')],
    [
      'one put in between',
      { id: 3, problem: 'changed' },
      renumber(6, 7),
      renumber(5, 6),
      renumber(4, 5),
      renumber(3, 4),
      copyOf(2, '3'),
    ],
    [
      'one changed and all hashes made anew',
      { id: 6, problem: 'changed' },
      set(3, `action = 'model.updated'`),
      rehash(3),
    ],
  ];

  for (const [what, broken, ...statements] of cases)
    it(`${what}: the first row that is not as it was is named`, async () => {
      const person = await sixEntries();
      expect(await tampered(person, ...statements)).toMatchObject({ intact: false, broken });
    });

  it('an entry of another tenant taken over: missing there, and not ours here', async () => {
    const [person, other] = await Promise.all([sixEntries(), sixEntries()]);
    const moved = `UPDATE quadrax.audit_log SET tenant_id = TENANT, id = 7 WHERE tenant_id = '${other.tenantId}' AND id = 6`;
    expect(await tampered(person, moved)).toMatchObject({ broken: { id: 7, problem: 'changed' } });
    expect(await other.call(verify)).toMatchObject({ broken: { id: 6, problem: 'missing' } });
  });

  it('is written on, and still names the same row', async () => {
    const person = await sixEntries();
    await tampered(person, remove(3));
    await newModel(person);
    expect(await person.call(verify)).toMatchObject({ broken: { id: 3, problem: 'missing' } });
  });
});

describe('many changes of one tenant at the same moment', () => {
  it('give one chain without a gap', async () => {
    const person = await server.register();
    await Promise.all(Array.from({ length: 50 }, () => newModel(person)));
    const { items } = await person.page(list, { query: { limit: 200 } });
    expect(items.map(({ id }) => id)).toEqual(Array.from({ length: 51 }, (_unused, at) => 51 - at));
    expect(await person.call(verify)).toEqual({ rows: 51, intact: true });
  });

  it('that are refused leave no number unused', async () => {
    const person = await server.register();
    const wanted = Array.from({ length: 10 }, async (_unused, at) =>
      at % 2 === 0
        ? newModel(person)
        : person.refused(routes.models.create, { body: { name: 'No', type: 'no such type' } }),
    );
    await Promise.all(wanted);
    expect(await person.call(verify)).toEqual({ rows: 6, intact: true });
  });
});

describe.each(['app', 'system'] as const)('the %s login', (login) => {
  /** One statement as the login, for the tenant, in a transaction that is taken back. */
  const asked = (tenantId: string, statement: string, values: unknown[] = []) =>
    server.database.as(login, async (client) => {
      await client.query(`BEGIN; SET LOCAL app.tenant = '${tenantId}'`);
      return (await client.query(statement, values)).rows as Record<string, unknown>[];
    });

  it.each([
    `UPDATE quadrax.audit_log SET action = 'nothing.happened'`,
    'DELETE FROM quadrax.audit_log',
    'TRUNCATE quadrax.audit_log',
    'TRUNCATE auth.tenants CASCADE',
    'DROP TABLE quadrax.audit_log',
    'ALTER TABLE quadrax.audit_log DISABLE TRIGGER audit_chain',
    'ALTER TABLE quadrax.audit_log DISABLE TRIGGER ALL',
    'DROP TRIGGER audit_chain ON quadrax.audit_log',
    'CREATE TRIGGER mine BEFORE INSERT ON quadrax.audit_log FOR EACH ROW EXECUTE FUNCTION quadrax.chain_audit()',
    `CREATE OR REPLACE FUNCTION quadrax.chain_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
    'ALTER FUNCTION quadrax.chain_audit() SECURITY INVOKER',
    `SET session_replication_role = 'replica'`,
    `UPDATE quadrax.audit_heads SET last_id = 0`,
    `INSERT INTO quadrax.audit_heads (tenant_id, last_id, last_hash) VALUES (gen_random_uuid(), 0, '')`,
    'DELETE FROM quadrax.audit_heads',
    'TRUNCATE quadrax.audit_heads',
  ])('may not: %s', async (statement) => {
    const person = await server.register();
    await expect(asked(person.tenantId, statement)).rejects.toThrow(
      /permission denied|must be owner|must be superuser/,
    );
  });

  it('may append, but chooses neither number nor hash', async () => {
    const person = await sixEntries();
    const [row] = await asked(
      person.tenantId,
      `INSERT INTO quadrax.audit_log (tenant_id, id, action, address, request_id, hash)
       VALUES ($1, 3, 'model.created', '', '', 'mine') RETURNING id::int AS id, hash = 'mine' AS forged`,
      [person.tenantId],
    );
    expect(row).toEqual({ id: 7, forged: false });
  });

  it('cannot shadow what the chain is made with', async () => {
    const person = await server.register();
    await expect(
      asked(
        person.tenantId,
        'CREATE TEMPORARY TABLE audit_heads (tenant_id uuid, last_id bigint, last_hash bytea)',
      ),
    ).rejects.toThrow(/permission denied/);
    const [row] = await server.database.owner<{ path: string }>(
      `SELECT array_to_string(proconfig, ' ') AS path FROM pg_proc WHERE proname = 'chain_audit'`,
    );
    expect(row?.path).toBe('search_path=pg_catalog, pg_temp');
  });
});

describe('the app login', () => {
  it('appends to the log of its tenant only', async () => {
    const [person, other] = await Promise.all([sixEntries(), sixEntries()]);
    const appended = server.database.as('app', async (client) => {
      await client.query(`BEGIN; SET LOCAL app.tenant = '${person.tenantId}'`);
      await client.query(
        `INSERT INTO quadrax.audit_log (tenant_id, action, address, request_id) VALUES ($1, 'model.created', '', '')`,
        [other.tenantId],
      );
    });
    await expect(appended).rejects.toThrow(/row-level security/);
    expect(await other.call(verify)).toEqual({ rows: 6, intact: true });
  });
});

it('many verifications at once leave room for whoever wants to come in', async () => {
  const small = await startTestServer({ work: false, env: { DB_POOL_SIZE: '3', DB_POOL_TIMEOUT: '2000' } });
  const person = await small.register();
  await withOwner(small.database.url, async (owner) => {
    await owner.query('BEGIN; LOCK TABLE quadrax.audit_log');
    const all = Promise.all(Array.from({ length: 6 }, () => person.call(verify)));
    await waitingForLock(small.database, { table: 'quadrax.audit_log' });
    const { email } = person.user;
    const { status } = await small.anonymous.send(routes.identity.forgotPassword, { body: { email } });
    await owner.query('COMMIT');
    expect(status).toBe(204);
    expect((await all).map(({ intact }) => intact)).toEqual(Array.from({ length: 6 }, () => true));
  });
  await small.close();
});
