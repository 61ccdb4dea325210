import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import type { ClientBase } from 'pg';

/** One login of the product. */
export interface Login {
  readonly user: string;
  readonly password: string;
  /** What PostgreSQL and a pooler keep in the password's place; it does not open the database. */
  readonly verifier: string;
}

/** Two logins besides the owner: `app` for requests and jobs of one tenant, `system` for work without a tenant. */
export interface Logins {
  readonly app: Login;
  readonly system: Login;
}

/** The longest that one statement of a request may take; work without a tenant has no bound. */
export const statementMs = 30_000;

/** The owner may not do what is needed to keep tenants apart. Says what to run. */
export class RolesError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RolesError';
  }
}

const iterations = 4096;

/** RFC 5802's StoredKey and ServerKey as PostgreSQL writes them down. */
const scramVerifier = (password: string, salt: Buffer): string => {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (words: string): Buffer => createHmac('sha256', salted).update(words).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const server = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`;
};

/**
 * Derived, so that every process of an installation comes to the same without storing them. So is the salt: the
 * verifier stays as it is from start to start, and a pooler may be given it.
 */
export const loginsOf = (database: string, secret: string): Logins => {
  const derive = (words: string): Buffer => createHmac('sha256', secret).update(words).digest();
  const login = (role: string): Login => {
    const password = derive(`${database}/${role}`).toString('hex');
    const salt = derive(`${database}/${role}/salt`).subarray(0, 16);
    return { user: `${database}_${role}_login`, password, verifier: scramVerifier(password, salt) };
  };
  return { app: login('app'), system: login('system') };
};

const groupOptions = 'NOLOGIN';
const groups = { app: 'quadrax_app', system: 'quadrax_system' } as const;

const harmless = 'NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB';

const createRole = async (owner: ClientBase, name: string, options: string): Promise<void> => {
  const role = escapeIdentifier(name);
  const { rows } = await owner.query<{ mighty: boolean }>(
    'SELECT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb) AS mighty FROM pg_roles WHERE rolname = $1',
    [name],
  );
  const [known] = rows;
  if (!known) await owner.query(`CREATE ROLE ${role} ${harmless} ${options}`);
  // Who is no superuser may not even say NOSUPERUSER of a role that exists, so it is said only where it is needed.
  else if (known.mighty) await owner.query(`ALTER ROLE ${role} ${harmless} ${options}`);
  else if (options !== groupOptions) await owner.query(`ALTER ROLE ${role} ${options}`);
};

/**
 * Makes the group roles that hold the rights and the logins that are members of them; harmless when they exist.
 * @throws RolesError when the given user may not create roles.
 */
export const ensureRoles = async (owner: ClientBase, logins: Logins): Promise<void> => {
  const { rows } = await owner.query<{ may: boolean; name: string; database: string }>(
    'SELECT (rolsuper OR rolcreaterole) AS may, rolname AS name, current_database() AS database FROM pg_roles WHERE rolname = current_user',
  );
  const given = rows[0];
  if (!given?.may)
    throw new RolesError(
      `The database user "${given?.name ?? ''}" may not create roles, which keeping tenants apart needs. As an administrator run: ALTER ROLE ${escapeIdentifier(given?.name ?? '')} CREATEROLE`,
    );
  // Roles belong to the whole server, so two starts at once must take turns.
  await owner.query('BEGIN');
  try {
    await owner.query('SELECT pg_advisory_xact_lock(7241865325823965)');
    for (const kind of ['app', 'system'] as const) {
      const login = logins[kind];
      await createRole(owner, groups[kind], groupOptions);
      await createRole(owner, login.user, `LOGIN INHERIT PASSWORD ${escapeLiteral(login.verifier)}`);
      await owner.query(`GRANT ${escapeIdentifier(groups[kind])} TO ${escapeIdentifier(login.user)}`);
      await owner.query(
        `GRANT CONNECT ON DATABASE ${escapeIdentifier(given.database)} TO ${escapeIdentifier(login.user)}`,
      );
    }
    // Of the role rather than of each transaction: it costs nothing, and holds behind a pooler.
    await owner.query(
      `ALTER ROLE ${escapeIdentifier(logins.app.user)} SET statement_timeout = ${statementMs}`,
    );
    await owner.query(
      `REVOKE CONNECT, TEMPORARY ON DATABASE ${escapeIdentifier(given.database)} FROM PUBLIC`,
    );
    await owner.query('COMMIT');
  } catch (error) {
    await owner.query('ROLLBACK');
    throw error;
  }
};
