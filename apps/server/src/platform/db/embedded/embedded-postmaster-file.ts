import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddedFolder } from './embedded-folder.ts';
import { readIfPresent } from './embedded-folder.ts';

/** PostgreSQL's own lock file, `postmaster.pid` (src/include/utils/pidfile.h). */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping`; empty before the server says. */
  readonly status: string;
  /** A standalone backend (`postgres --single`) holds the cluster, not a server. */
  readonly standalone: boolean;
}

const PORT_LINE = 3;
const STATUS_LINE = 7;

// A server that is just writing its file is given this long to finish the first line.
const HALF_WRITTEN_MS = 1000;

function pathOf(folder: EmbeddedFolder): string {
  return join(folder.pgdata, 'postmaster.pid');
}

function parse(text: string): PostmasterFile | undefined {
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!Number.isInteger(pid) || pid === 0) return undefined;
  const port = Number.parseInt(lines[PORT_LINE] ?? '', 10) || 0;
  return { pid: Math.abs(pid), port, status: (lines[STATUS_LINE] ?? '').trim(), standalone: pid < 0 };
}

/** Reads the file; undefined if there is none, or none that says anything (yet). */
export async function readPostmasterFile(folder: EmbeddedFolder): Promise<PostmasterFile | undefined> {
  const text = await readIfPresent(pathOf(folder));
  return text === undefined ? undefined : parse(text);
}

/** Removes a file left by a server that is gone. PostgreSQL still checks its shared memory by itself. */
export async function removePostmasterFile(folder: EmbeddedFolder): Promise<void> {
  await rm(pathOf(folder), { force: true });
}

/** Removes a file without content, which a full disk or a power cut leaves and PostgreSQL refuses to start on. */
export async function removeEmptyPostmasterFile(folder: EmbeddedFolder): Promise<void> {
  const deadline = Date.now() + HALF_WRITTEN_MS;
  for (;;) {
    const text = await readIfPresent(pathOf(folder));
    if (text === undefined || parse(text)) return;
    if (Date.now() > deadline) return removePostmasterFile(folder);
    await delay(50);
  }
}
