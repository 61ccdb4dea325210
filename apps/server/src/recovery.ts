import { hostname } from 'node:os';
import process from 'node:process';
import { forget, missingWorkers, takeOver } from '#platform/db';
import type { MissingWorker } from '#platform/db';
import type { Modules } from './modules.ts';
import type { Platform } from './platform.ts';

const everyMs = 5000;
/** A process on another machine is taken for dead when it has been missing this long: its connection may come back. */
const patienceMs = 4500;

/** Whether a process of this machine is gone; of another machine nothing is known. */
const isSurelyDead = ({ host, pid }: MissingWorker): boolean => {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
};

/**
 * Puts right what dead processes left: at the start, and every few seconds for other replicas. Whichever process sees
 * a death first does it; each step may be repeated.
 */
export const startRecovery = async (
  platform: Platform,
  modules: Pick<Modules, 'jobs' | 'uploads'>,
): Promise<() => Promise<void>> => {
  const { jobs, uploads } = modules;
  const { db, objects, mail, idempotency, log, worker } = platform;
  const firstMissed = new Map<string, number>();

  const putRight = (missing: MissingWorker): Promise<boolean> =>
    takeOver(db, missing, async () => {
      await objects.sweep(missing.id);
      await uploads.release(missing.id);
      await idempotency.release(missing.id);
      await jobs.recover(missing.id);
      await mail.release(missing.id);
      await db.system((tx) => forget(tx, missing.id));
      log.info({ action: 'recovery', worker: missing.id }, 'A process that died was put right');
    });

  const recover = async (): Promise<void> => {
    const missing = (await db.system(missingWorkers)).filter(({ id }) => id !== worker);
    for (const id of firstMissed.keys()) if (!missing.some((one) => one.id === id)) firstMissed.delete(id);
    for (const one of missing) {
      const since = firstMissed.get(one.id) ?? performance.now();
      firstMissed.set(one.id, since);
      if (!isSurelyDead(one) && performance.now() - since < patienceMs) continue;
      // One that cannot be put right must not stand in the way of the others.
      await putRight(one).catch((error: unknown) =>
        log.warn({ action: 'recovery.failed', worker: one.id, err: error }, 'Recovery will be tried again'),
      );
    }
    await jobs.mend();
  };

  await recover();
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    // One that takes long is not followed by as many as it kept waiting.
    running ??= recover()
      .catch((error: unknown) =>
        log.warn({ action: 'recovery.failed', err: error }, 'Recovery will be tried again'),
      )
      .finally(() => {
        running = undefined;
      });
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
};
