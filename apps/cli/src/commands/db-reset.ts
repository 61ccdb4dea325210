import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@quadrax/server';
import type { Located } from '../database.ts';
import { CliError } from '../failure.ts';
import { createOutput } from '../output.ts';
import { ask } from '../prompt.ts';

/** Every schema of the product; `public` and what others keep in the database stay. */
const schemas = ['quadrax', 'auth', 'microplates', 'pgboss', 'quadrax_migrations'];

const databaseName = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

const ours = /^(installation|\.scratch|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Removes the stored files, and nothing from a folder that does not carry our mark. */
const removeObjects = async (config: Config): Promise<void> => {
  const folder = config.storagePath ?? join(config.dataDir, 'objects');
  if (!existsSync(join(folder, 'installation'))) return;
  const names = (await readdir(folder)).filter((name) => ours.test(name));
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
};

const confirm = async ({ config, url }: Located, yes: boolean): Promise<void> => {
  if (yes) return;
  const name = databaseName(url);
  if (config.environment === 'production')
    throw new CliError(
      `This deletes every account, datakit and model in the database "${name}". NODE_ENV is production (its default), where that takes --yes.`,
    );
  const typed = await ask(
    `This deletes every account, datakit and model in the database "${name}". Type its name to go on: `,
    'There is no terminal to ask at. Add --yes to delete everything.',
  );
  if (typed !== name) throw new CliError('That is not its name. Nothing was deleted.');
};

export const resetDatabase = async (options: { yes?: boolean; json?: boolean }): Promise<void> => {
  const { withApp, withDatabase } = await import('../database.ts');
  const { asOwner } = await import('@quadrax/server');
  const name = await withDatabase(async (located) => {
    const { config, url, inUse } = located;
    if (inUse) throw new CliError('A server is running on this database. Stop it first.');
    await confirm(located, options.yes ?? false);
    await asOwner(url, (owner) => owner.query(`DROP SCHEMA IF EXISTS ${schemas.join(', ')} CASCADE`));
    await removeObjects(config);
    await withApp(located, async () => {});
    return databaseName(url);
  });
  createOutput(options.json ?? false).result(
    { reset: name },
    () => `The database "${name}" is empty and up to date.`,
  );
};
