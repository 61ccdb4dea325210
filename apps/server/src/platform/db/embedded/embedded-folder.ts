import { chmod, mkdir, open, readFile, realpath, rename } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ServerAccount } from './embedded-account.ts';
import { assertReachable } from './embedded-account.ts';
import { EmbeddedPostgresError, errorCode, errorText } from './embedded-error.ts';

/** Where everything of one embedded server lives; all paths are absolute with symlinks resolved. */
export interface EmbeddedFolder {
  /** `<dataDir>/postgres`; stays the supervisor's own, so that a server cannot misdirect root's writes. */
  readonly home: string;
  /** The cluster; belongs to the account the server runs under. */
  readonly pgdata: string;
  /** The superuser's password (mode 0600); inside the cluster, so that neither is moved without the other. */
  readonly passwordFile: string;
  readonly configFile: string;
  readonly logFile: string;
  /** What we last started: process id, port, fingerprint. */
  readonly serverRecord: string;
  readonly lockFile: string;
  /** Who holds the lock, for the message the next one gets. */
  readonly lockRecord: string;
}

function layout(home: string): EmbeddedFolder {
  const pgdata = clusterFolder(home);
  return {
    home,
    pgdata,
    passwordFile: join(pgdata, 'quadrax-password'),
    configFile: join(home, 'postgresql.conf'),
    logFile: join(home, 'postgres.log'),
    serverRecord: join(home, 'server.json'),
    lockFile: join(home, 'supervisor.lock'),
    lockRecord: join(home, 'supervisor.json'),
  };
}

/** A strict umask must not lock the server's account out of folders made by us just now. */
async function openNewFolders(firstCreated: string | undefined, home: string): Promise<void> {
  if (firstCreated === undefined) return;
  for (let folder = home; folder.length >= firstCreated.length; folder = dirname(folder)) {
    await chmod(folder, 0o711);
  }
}

/** `<dataDir>/postgres`, absolute. */
export function homeFolder(dataDir: string): string {
  return join(resolve(dataDir), 'postgres');
}

/** The cluster's folder in a home folder. */
export function clusterFolder(home: string): string {
  return join(home, 'pgdata');
}

async function nearestExisting(folder: string): Promise<string> {
  return existsSync(folder) ? realpath(folder) : nearestExisting(dirname(folder));
}

/**
 * Makes the home folder, if the account can reach it, and gives the paths in it.
 *
 * @throws EmbeddedPostgresError `unreachable-folder` if it cannot be made, written or reached;
 * nothing has been made then.
 */
export async function prepareFolder(home: string, account: ServerAccount): Promise<EmbeddedFolder> {
  try {
    await assertReachable(await nearestExisting(home), account);
    const firstCreated = await mkdir(home, { recursive: true });
    if (account.switched) await openNewFolders(firstCreated, home);
    await chmod(home, account.switched ? 0o711 : 0o700);
    return layout(await realpath(home));
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(
      'unreachable-folder',
      `The database folder ${home} cannot be made or used: ${errorText(error)}. ` +
        'Choose another data folder, or give its ownership to the user Quadrax runs as.',
      { cause: error },
    );
  }
}

/** Makes a rename in the folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a file whole, or not at all. One at a time: the folder's lock is held. */
export async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  const fresh = `${path}.new`;
  const handle = await open(fresh, 'w', mode);
  try {
    await handle.writeFile(content);
    await handle.chmod(mode);
  } finally {
    await handle.close();
  }
  await rename(fresh, path);
}

/** The text of a file; undefined if there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
