import type { Command } from 'commander';
import { environment } from '../environment.ts';
import { CliError } from '../failure.ts';
import { createOutput, table } from '../output.ts';
import { resetDatabase } from './db-reset.ts';
import { seedDatabase } from './db-seed.ts';

interface JsonOption {
  readonly json?: boolean;
}

const database = () => import('../database.ts');
const server = () => import('@quadrax/server');

const wholeNumber = (text: string): number => {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new CliError(`"${text}" is no whole number above 0.`);
  return count;
};

const migrate = async ({ json = false }: JsonOption): Promise<void> => {
  const { withApp, withDatabase } = await database();
  const { asOwner, migrationStatus } = await server();
  const applied = await withDatabase(async (located) => {
    const before = await asOwner(located.url, migrationStatus);
    // Opening the product brings roles, tables and the queue up to date.
    await withApp(located, async () => {});
    return before.filter((migration) => !migration.applied).map(({ name }) => name);
  });
  createOutput(json).result({ applied }, () =>
    applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`,
  );
};

const rollback = async (options: JsonOption & { count: string; yes?: boolean }): Promise<void> => {
  const count = wholeNumber(options.count);
  const { withDatabase } = await database();
  const { asOwner, migrateDown } = await server();
  const reverted = await withDatabase(({ url, inUse }) => {
    if (inUse && !options.yes)
      throw new CliError(
        'A server is running on this database. Stop it first, or add --yes to go on regardless.',
      );
    return asOwner(url, (owner) => migrateDown(owner, count));
  });
  createOutput(options.json ?? false).result({ reverted }, () =>
    reverted.length === 0 ? 'There was nothing to take back.' : `Took back ${reverted.join(', ')}.`,
  );
};

const status = async ({ json = false }: JsonOption): Promise<void> => {
  const { withDatabase } = await database();
  const { asOwner, migrationStatus } = await server();
  const migrations = await withDatabase(({ url }) => asOwner(url, migrationStatus));
  createOutput(json).result(migrations, () =>
    table(
      ['Migration', 'State'],
      migrations.map(({ name, applied }) => [name, applied ? 'applied' : 'pending']),
    ),
  );
};

/** What a transaction pooler has to know. Nothing is asked of the database: it may not be there yet. */
const logins = async ({ json = false }: JsonOption): Promise<void> => {
  const { loadConfig, loadSecrets, poolerLogins } = await server();
  const config = loadConfig(environment);
  const url = config.databaseDirectUrl ?? config.databaseUrl;
  if (url === undefined)
    throw new CliError(
      'The embedded database has no pooler in front. Set DATABASE_URL to use one that does.',
    );
  const found = poolerLogins(url, loadSecrets(config).signing);
  createOutput(json).result(found, () =>
    found.map(({ user, verifier }) => `"${user}" "${verifier}"`).join('\n'),
  );
};

export const addDb = (program: Command): void => {
  const db = program.command('db').description('the database: its tables and what is in them');
  const json = ['--json', 'print one JSON value'] as const;
  db.command('migrate')
    .description('bring the tables up to date')
    .option(...json)
    .action(migrate);
  db.command('rollback')
    .description('take the last migrations back')
    .option('--count <n>', 'how many', '1')
    .option('--yes', 'also while a server runs on the database')
    .option(...json)
    .action(rollback);
  db.command('status')
    .description('which migrations the database has')
    .option(...json)
    .action(status);
  db.command('logins')
    .description('print the two logins of the server as pgbouncer reads them in its userlist')
    .option(...json)
    .action(logins);
  db.command('seed')
    .description('make a demonstration workspace with an administrator and the sample datakits')
    .option('--email <email>', 'email address of the administrator', 'demo@example.com')
    .option(...json)
    .action(seedDatabase);
  db.command('reset')
    .description('delete everything and start with an empty database')
    .option('--yes', 'do not ask; needed in production')
    .option(...json)
    .action(resetDatabase);
};
