import { createLogger } from '#platform/log';
import type { Config } from '#config';
import { asOwner, openOwnerServer } from '#platform/db';
import type { OwnerClient } from '#platform/db';

/** Runs one piece of work as the database's owner: migrations and the like, with no server running. */
export const openOwner = async <T>(config: Config, work: (owner: OwnerClient) => Promise<T>): Promise<T> => {
  const log = createLogger('warn');
  const server = await openOwnerServer({
    url: config.databaseUrl,
    directUrl: config.databaseDirectUrl,
    dataDir: config.dataDir,
    log,
  });
  try {
    return await asOwner(server.directUrl, work);
  } finally {
    await server.stop();
  }
};
