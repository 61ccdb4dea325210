import { setTimeout as delay } from 'node:timers/promises';
import { checkServer, freePort } from './embedded-connection.ts';
import { EmbeddedPostgresError, errorText } from './embedded-error.ts';
import { readIfPresent, replaceFile } from './embedded-folder.ts';
import { fileSize } from './embedded-log.ts';
import {
  readPostmasterFile,
  removeEmptyPostmasterFile,
  removePostmasterFile,
} from './embedded-postmaster-file.ts';
import type { PostmasterFile } from './embedded-postmaster-file.ts';
import { isAlive, isPostmasterOf } from './embedded-process.ts';
import type { RunningServer, ServerSite } from './embedded-server.ts';
import { awaitReady, followServer, ServerStartError, startServer, stopServer } from './embedded-server.ts';

/** What a supervisor leaves for its successor, in `server.json`. */
interface ServerRecord {
  pid: number;
  port: number;
  fingerprint: string;
}

// A predecessor's orphaned backends notice its death and leave within moments.
const OBSTACLE_PATIENCE_MS = 30_000;
const OBSTACLE_POLL_MS = 100;

async function readRecord(site: ServerSite): Promise<Partial<ServerRecord>> {
  try {
    const record: unknown = JSON.parse((await readIfPresent(site.folder.serverRecord)) ?? '{}');
    return typeof record === 'object' && record !== null ? record : {};
  } catch {
    // Cut short by a full disk: it only holds preferences.
    return {};
  }
}

async function writeRecord(site: ServerSite, server: RunningServer): Promise<void> {
  const record: ServerRecord = { pid: server.pid, port: server.port, fingerprint: site.fingerprint };
  await replaceFile(site.folder.serverRecord, JSON.stringify(record), 0o600);
}

/** Whether a server that was found running is the one we would start now, and healthy. */
async function isAdoptable(site: ServerSite, found: PostmasterFile, server: RunningServer): Promise<boolean> {
  const record = await readRecord(site);
  const ours = record.pid === found.pid && record.fingerprint === site.fingerprint;
  if (!ours || found.status === 'stopping') return false;
  try {
    await awaitReady(site, server, await fileSize(site.folder.logFile));
    await checkServer(server.port, site.password);
    return true;
  } catch (error) {
    site.signal?.throwIfAborted();
    site.log.warn({ pid: found.pid, error: errorText(error) }, 'A PostgreSQL left running does not answer');
    return false;
  }
}

/** Adopts the server of an earlier supervisor, or clears away what is left of it. */
async function takeOver(site: ServerSite): Promise<RunningServer | undefined> {
  const { folder, log } = site;
  await removeEmptyPostmasterFile(folder);
  const found = await readPostmasterFile(folder);
  // A dead server's file stays: PostgreSQL reads in it which shared memory to check, then replaces it.
  if (!found || !isAlive(found.pid)) return undefined;
  if (!(await isPostmasterOf(found.pid, folder.pgdata))) {
    log.warn(
      { pid: found.pid },
      'Removed a stale postmaster.pid: its process is not the server of this database',
    );
    await removePostmasterFile(folder);
    return undefined;
  }
  if (found.standalone) {
    throw new EmbeddedPostgresError(
      'in-use',
      `A standalone PostgreSQL (postgres --single, pid ${found.pid}) is working on ${folder.pgdata}. End it first.`,
    );
  }
  const server = followServer(site, found.pid, found.port);
  if (await isAdoptable(site, found, server)) {
    log.info({ pid: server.pid, port: server.port }, 'Adopted the running PostgreSQL');
    return server;
  }
  log.info({ pid: server.pid }, 'Stopping the PostgreSQL left by an earlier run to start it anew');
  await stopServer(site, server);
  return undefined;
}

async function startFresh(site: ServerSite, port: number): Promise<RunningServer> {
  const server = await startServer(site, port, (launched) => writeRecord(site, launched));
  try {
    await checkServer(port, site.password);
    return server;
  } catch (error) {
    await stopServer(site, server);
    throw error;
  }
}

/**
 * Brings the server up: adopted if an earlier one runs, started otherwise, on the port it had if
 * that is free.
 *
 * @param fixedPort the only acceptable port (callers hold a connection string with it already)
 * @throws EmbeddedPostgresError if it cannot be.
 */
export async function bringUp(site: ServerSite, fixedPort?: number): Promise<RunningServer> {
  const deadline = Date.now() + OBSTACLE_PATIENCE_MS;
  let preferred = (await readRecord(site)).port;
  for (;;) {
    const adopted = await takeOver(site);
    if (adopted) return adopted;
    try {
      return await startFresh(site, fixedPort ?? (await freePort(preferred)));
    } catch (error) {
      const obstacle = error instanceof ServerStartError ? error.obstacle : undefined;
      if (obstacle === undefined || Date.now() > deadline) throw error;
      if (obstacle === 'port-taken') preferred = undefined;
    }
    await delay(OBSTACLE_POLL_MS, undefined, { signal: site.signal });
  }
}
