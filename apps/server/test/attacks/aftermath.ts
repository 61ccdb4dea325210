import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestServer } from '@quadrax/testkit';

const tables = ['datakits', 'models', 'model_versions', 'jobs', 'objects'] as const;

/** All that a request could leave behind: rows of things, and files. */
export const keptBy = async ({ database, dataDir }: TestServer) => {
  const counts = tables.map(async (table): Promise<[string, unknown]> => {
    const [row] = await database.owner(`SELECT count(*)::int AS n FROM quadrax.${table}`);
    return [table, row?.['n']];
  });
  const files = await readdir(join(dataDir, 'objects'), { recursive: true });
  return { rows: Object.fromEntries(await Promise.all(counts)), files: files.toSorted() };
};

/** @throws unless the server says that it is well */
export const demandHealth = async ({ anonymous }: TestServer): Promise<void> => {
  const { status, text } = await anonymous.request('GET', '/healthz');
  if (status !== 200) throw new Error(`The server is not well: ${status} ${text}`);
};
