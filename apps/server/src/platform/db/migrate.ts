import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ClientBase } from 'pg';

export const migrationsFolder = fileURLToPath(new URL('../../migrations/', import.meta.url));

const table = { migrationsTable: 'migrations', migrationsSchema: 'quadrax_migrations' } as const;

export interface MigrationStatus {
  readonly name: string;
  readonly applied: boolean;
}

/** Every migration there is, in order, and whether this database has it. */
export const migrationStatus = async (owner: ClientBase): Promise<MigrationStatus[]> => {
  const names = (await readdir(migrationsFolder)).filter((file) => file.endsWith('.up.sql')).toSorted();
  const exists = await owner.query(`SELECT to_regclass('quadrax_migrations.migrations') IS NOT NULL AS here`);
  const applied = new Set<string>();
  if (exists.rows[0].here) {
    const { rows } = await owner.query<{ name: string }>('SELECT name FROM quadrax_migrations.migrations');
    for (const row of rows) applied.add(row.name);
  }
  return names
    .map((file) => file.replace('.up.sql', ''))
    .map((name) => ({ name, applied: applied.has(name) }));
};

const run = async (owner: ClientBase, direction: 'up' | 'down', count: number): Promise<string[]> => {
  // Loaded only when there is work: it is a tenth of a second that most starts do not need.
  const { runner } = await import('node-pg-migrate');
  const silent = (): void => {};
  const done = await runner({
    ...table,
    dbClient: owner,
    dir: migrationsFolder,
    direction,
    count,
    createMigrationsSchema: true,
    checkOrder: true,
    singleTransaction: true,
    advisoryLockMode: 'wait',
    migrationLoaderStrategies: [{ extensions: ['.sql'], loader: 'sql' }],
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  });
  return done.map((migration) => migration.name);
};

/** Applies what is missing, all or nothing, one process at a time. Returns the names applied. */
export const migrateUp = async (owner: ClientBase): Promise<string[]> => {
  const status = await migrationStatus(owner);
  return status.every((migration) => migration.applied) ? [] : run(owner, 'up', Number.POSITIVE_INFINITY);
};

/** Takes the last `count` migrations back. Returns their names. */
export const migrateDown = (owner: ClientBase, count: number): Promise<string[]> => run(owner, 'down', count);
