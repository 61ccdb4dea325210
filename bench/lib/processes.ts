import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const field = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) / 1024;

/** Resident memory of a process now, in MB (VmRSS; Linux). NaN if it is gone. */
export const residentMb = async (pid: number): Promise<number> =>
  field(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''), 'VmRSS');

/** The most resident memory a process has had, in MB (VmHWM). NaN if it is gone. */
export const peakMb = async (pid: number): Promise<number> =>
  field(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''), 'VmHWM');

/** Resident memory with what is shared divided among its users, in MB: adds up over processes (Pss). */
const proportionalMb = async (pid: number): Promise<number> =>
  field(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => ''), 'Pss');

/** The processes whose parent is `pid`. */
export const childrenOf = async (pid: number): Promise<number[]> => {
  const children: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // The name in parentheses may hold anything; state and parent follow it.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent === pid) children.push(Number(entry));
  }
  return children;
};

export const commandOf = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();

/** Memory of the embedded database of a data folder: all its processes together, in MB. */
export const databaseMb = async (dataDir: string): Promise<number> => {
  const file = join(dataDir, 'postgres', 'pgdata', 'postmaster.pid');
  const postmaster = Number.parseInt(await readFile(file, 'utf8'), 10);
  let sum = 0;
  for (const pid of [postmaster, ...(await childrenOf(postmaster))]) {
    const share = await proportionalMb(pid);
    if (!Number.isNaN(share)) sum += share;
  }
  return sum;
};

/** Processor time a process has used so far, in seconds, user and system (Linux counts it in hundredths). */
export const processorSeconds = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
