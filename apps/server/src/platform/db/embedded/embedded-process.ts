import { execFile } from 'node:child_process';
import { readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './embedded-error.ts';

const run = promisify(execFile);

/** Whether some process, anybody's, has this id now. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Sends a signal; a process that is gone already is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** A postmaster's working directory is its cluster, whatever path it was started with. */
async function isPostmasterByProc(pid: number, pgdata: string): Promise<boolean> {
  try {
    const executable = await readlink(`/proc/${pid}/exe`);
    if (!/^postgres( \(deleted\))?$/.test(basename(executable))) return false;
    const [working, cluster] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(pgdata)]);
    return working.dev === cluster.dev && working.ino === cluster.ino;
  } catch {
    // Gone, a zombie, or another user's: in no case the server of a cluster that we own.
    return false;
  }
}

async function isPostmasterByPs(pid: number, pgdata: string): Promise<boolean> {
  const { stdout } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.includes('/postgres ') && stdout.includes(`-D ${pgdata} `);
}

/** Whether the process with this id is the server of this very cluster, and not one that inherited the id. */
export async function isPostmasterOf(pid: number, pgdata: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  return process.platform === 'linux' ? isPostmasterByProc(pid, pgdata) : isPostmasterByPs(pid, pgdata);
}
