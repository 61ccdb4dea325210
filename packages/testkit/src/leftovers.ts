import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders of test clusters begin with this. */
export const clusterPrefix = 'quadrax-tests-';

const ownerFile = 'owner';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const pidIn = async (file: string): Promise<number | undefined> =>
  Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10) || undefined;

/** Says whose a cluster's folder is, so that a later run may remove it should this process be killed. */
export const markOwner = (folder: string): Promise<void> =>
  writeFile(join(folder, ownerFile), String(process.pid));

/** Ends the server that works on a folder, if its process is what the folder says it is. */
const endServer = async (folder: string): Promise<void> => {
  const pgdata = join(folder, 'postgres/pgdata');
  const pid = await pidIn(join(pgdata, 'postmaster.pid'));
  if (pid === undefined) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (command.includes(pgdata)) process.kill(pid, 'SIGQUIT');
};

/** Removes what runs that were killed have left behind: their server goes on, since it outlives whoever started it. */
export const removeLeftovers = async (): Promise<void> => {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(clusterPrefix));
  for (const name of names) {
    const folder = join(tmpdir(), name);
    const owner = await pidIn(join(folder, ownerFile));
    if (owner === undefined || isAlive(owner)) continue;
    // It may be another account's, or another run may be at it: then it is theirs to remove.
    await endServer(folder)
      .then(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))
      .catch(() => {});
  }
};
