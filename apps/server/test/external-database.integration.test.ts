import { randomBytes } from 'node:crypto';
import { createDatabase, startTestServer, withOwner } from '@quadrax/testkit';
import type { TestDatabase } from '@quadrax/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, RolesError } from '#platform/db';
import { createLogger } from '#platform/log';

let database: TestDatabase;
let user: string;

/** A database of somebody who is no superuser, as a hosted PostgreSQL gives it. */
const ownedBy = async (options: string): Promise<string> => {
  await database.owner(`CREATE ROLE ${user} LOGIN PASSWORD 'given' NOSUPERUSER ${options}`);
  await database.owner(`ALTER DATABASE ${database.name} OWNER TO ${user}`);
  const url = new URL(database.url);
  url.username = user;
  url.password = 'given';
  return url.href;
};

const open = (url: string) =>
  openDatabase({
    dataDir: '',
    url,
    poolSize: 2,
    poolTimeoutMs: 5000,
    secret: 'a secret of the tests, known to all of them',
    log: createLogger('silent'),
  });

beforeEach(async () => {
  database = await createDatabase({ empty: true });
  user = `given_${randomBytes(4).toString('hex')}`;
});
afterEach(async () => {
  const { url } = database;
  await withOwner(url, async (owner) => {
    const { rowCount } = await owner.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [user]);
    if (rowCount === 0) return;
    await owner.query(`REASSIGN OWNED BY ${user} TO CURRENT_USER`);
    await owner.query(`DROP OWNED BY ${user} CASCADE`);
    await owner.query(`DROP ROLE ${user}`);
  });
  await database.drop();
});

describe('a PostgreSQL server of somebody else', () => {
  it('whose user may not create roles is refused, with the sentence to run', async () => {
    const url = await ownedBy('NOCREATEROLE');
    const refused = await open(url).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RolesError);
    expect((refused as Error).message).toContain(`"${user}" may not create roles`);
    expect((refused as Error).message).toContain(`ALTER ROLE "${user}" CREATEROLE`);
    expect(await database.owner(`SELECT 1 FROM pg_namespace WHERE nspname = 'quadrax'`)).toEqual([]);
  });

  it('whose superuser was given gets a login for the application that cannot bypass anything', async () => {
    const server = await startTestServer({ database });
    const ada = await server.register();
    expect((await ada.request('GET', '/api/models')).status).toBe(200);
    await server.close();
    const roles = await database.owner(
      `SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE $1 ORDER BY 1`,
      [`${database.name}%`],
    );
    expect(roles).toEqual([
      { rolname: `${database.name}_app_login`, rolsuper: false, rolbypassrls: false },
      { rolname: `${database.name}_system_login`, rolsuper: false, rolbypassrls: false },
    ]);
    const [seen] = await database.as('app', async (client) => {
      const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM auth.memberships');
      return rows;
    });
    expect(seen).toEqual({ n: 0 });
  });

  it('takes back what somebody gave the application’s login meanwhile', async () => {
    await (await open(database.url)).close();
    await database.owner(`ALTER ROLE ${database.name}_app_login SUPERUSER BYPASSRLS`);
    await (await open(database.url)).close();
    const [role] = await database.owner(`SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = $1`, [
      `${database.name}_app_login`,
    ]);
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false });
  });

  it('of an ordinary user who may create roles serves one installation, start after start', async () => {
    // The groups belong to the whole server; this user is to find them made by somebody else.
    const url = await ownedBy('CREATEROLE');
    await database.owner(`GRANT quadrax_app, quadrax_system TO ${user} WITH ADMIN OPTION`);
    for (let i = 0; i < 2; i++) {
      const db = await open(url);
      expect(await db.ping()).toBeGreaterThan(0);
      await db.close();
    }
  });
});
