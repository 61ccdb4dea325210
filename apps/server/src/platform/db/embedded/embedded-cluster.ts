import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, lchown, mkdir, mkdtemp, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerAccount } from './embedded-account.ts';
import { spawnIdentity } from './embedded-account.ts';
import type { PostgresBinaries } from './embedded-binaries.ts';
import { explainSpawnFailure } from './embedded-binaries.ts';
import type { EmbeddedFolder } from './embedded-folder.ts';
import { readIfPresent, syncFolder } from './embedded-folder.ts';
import type { EmbeddedLog } from './embedded-log.ts';
import { EmbeddedPostgresError, errorText } from './embedded-error.ts';
import { serverEnvironment } from './embedded-settings.ts';

const run = promisify(execFile);

/** The bootstrap superuser, who owns the database. */
export const SUPERUSER = 'postgres';

const INIT_PREFIX = 'initdb-';

/** What is needed to make or check a cluster. */
export interface ClusterSite {
  readonly folder: EmbeddedFolder;
  readonly account: ServerAccount;
  readonly binaries: PostgresBinaries;
  readonly durable: boolean;
  readonly log: EmbeddedLog;
}

function initdbArguments(target: string, passwordFile: string, durable: boolean): string[] {
  return [
    `--pgdata=${target}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
}

function initdbFailure(site: ClusterSite, error: unknown): EmbeddedPostgresError {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const detail = stderr === '' ? explainSpawnFailure(site.binaries.initdb, error) : stderr;
  return new EmbeddedPostgresError(
    'initdb-failed',
    `The database could not be created in ${site.folder.home}: ${detail}`,
    { cause: error },
  );
}

function assertNamed(account: ServerAccount): void {
  if (account.name !== undefined) return;
  throw new EmbeddedPostgresError(
    'unsupported',
    `User id ${account.uid} has no entry in /etc/passwd, which PostgreSQL needs to create its database. ` +
      'Run Quadrax as root or as a user with a name (it picks an unprivileged account for PostgreSQL), or set DATABASE_URL.',
  );
}

/**
 * Makes the cluster, its password in it, in a folder beside, and moves it to its name as the last
 * step: a cluster with that name is a whole one, however initdb ended before.
 */
async function createCluster(site: ClusterSite): Promise<void> {
  const { folder, account, durable } = site;
  assertNamed(account);
  const work = await mkdtemp(join(folder.home, INIT_PREFIX));
  const target = join(work, 'pgdata');
  const passwordFile = join(work, 'password');
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true });
  await mkdir(target, { mode: 0o700 });
  for (const path of [passwordFile, target, work]) {
    if (account.switched) await chown(path, account.uid, account.gid);
  }
  try {
    await run(site.binaries.initdb, initdbArguments(target, passwordFile, durable), {
      ...spawnIdentity(account),
      cwd: folder.home,
      env: serverEnvironment(folder.home),
    });
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw initdbFailure(site, error);
  }
  await rename(passwordFile, join(target, 'quadrax-password'));
  if (durable) await syncFolder(target);
  await rename(target, folder.pgdata);
  await syncFolder(folder.home);
  await rmdir(work);
}

/** Clusters whose making was cut short. An orphaned initdb may still write: then they go next time. */
async function removeHalfClusters(site: ClusterSite): Promise<void> {
  for (const name of await readdir(site.folder.home)) {
    if (!name.startsWith(INIT_PREFIX)) continue;
    const path = join(site.folder.home, name);
    try {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      site.log.warn({ path }, 'Removed a database whose creation had been interrupted');
    } catch (error) {
      site.log.warn(
        { path, error: errorText(error) },
        'An interrupted database creation could not be removed yet',
      );
    }
  }
}

/** A cluster restored or copied by root's hand is given to the account again. */
async function giveToAccount(site: ClusterSite): Promise<void> {
  const { folder, account, log } = site;
  if (!account.switched || (await stat(folder.pgdata)).uid !== 0) return;
  log.warn(
    { path: folder.pgdata, account: account.name },
    'The database belonged to root: changing its owner',
  );
  for (const name of await readdir(folder.pgdata, { recursive: true })) {
    await lchown(join(folder.pgdata, name), account.uid, account.gid);
  }
  await lchown(folder.pgdata, account.uid, account.gid);
}

async function assertUsable(site: ClusterSite): Promise<void> {
  const { folder, binaries } = site;
  const major = (await readIfPresent(join(folder.pgdata, 'PG_VERSION')))?.trim();
  if (major === undefined) {
    throw new EmbeddedPostgresError(
      'damaged-cluster',
      `${folder.pgdata} holds files but no PostgreSQL database (PG_VERSION is missing). ` +
        'Restore it from a backup, or move the folder away to begin with an empty database.',
    );
  }
  if (major !== binaries.major) {
    throw new EmbeddedPostgresError(
      'version-mismatch',
      `The database in ${folder.pgdata} was made by PostgreSQL ${major}, but this Quadrax brings ` +
        `PostgreSQL ${binaries.major}. Back it up with the Quadrax that made it, move the folder away, ` +
        'start this one and restore the backup.',
    );
  }
}

async function readPassword(folder: EmbeddedFolder): Promise<string> {
  const password = (await readIfPresent(folder.passwordFile))?.trim();
  if (password) return password;
  throw new EmbeddedPostgresError(
    'damaged-cluster',
    `The database's password file ${folder.passwordFile} is missing or empty. Put it back from a backup of the folder.`,
  );
}

/**
 * Makes the cluster if there is none, else checks that these programs can run it.
 *
 * @returns the superuser's password.
 * @throws EmbeddedPostgresError `initdb-failed`, `version-mismatch`, `damaged-cluster`.
 */
export async function provideCluster(site: ClusterSite): Promise<string> {
  const { folder, log } = site;
  await removeHalfClusters(site);
  const content = await readdir(folder.pgdata).catch(() => undefined);
  // An empty folder is a fresh mount, or one made by hand.
  if (content?.length === 0) await rmdir(folder.pgdata);
  if (!content?.length) {
    log.info({ path: folder.pgdata, account: site.account.name }, 'Creating the database');
    await createCluster(site);
  }
  await giveToAccount(site);
  await assertUsable(site);
  return readPassword(folder);
}
