import { deadWorkers, forget } from '#platform/db';
import type { Idempotency } from '#platform/http';
import type { Jobs } from '#platform/jobs';
import type { Platform } from './platform.ts';

const everyMs = 5000;

/**
 * Puts right what dead processes left: at the start, and every few seconds for other replicas. Whichever process sees
 * a death first does it; each step may be repeated.
 */
export const startRecovery = async (
  platform: Platform,
  jobs: Jobs,
  idempotency: Idempotency,
): Promise<() => Promise<void>> => {
  const { db, objects, log, worker } = platform;
  const recover = async (): Promise<void> => {
    for (const dead of (await db.system(deadWorkers)).filter((id) => id !== worker)) {
      await objects.sweep(dead);
      await idempotency.release(dead);
      await jobs.recover(dead);
      await db.system((tx) => forget(tx, dead));
      log.info({ action: 'recovery', worker: dead }, 'A process that died was put right');
    }
  };
  await recover();
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = recover().catch((error: unknown) =>
      log.warn({ action: 'recovery.failed', err: error }, 'Recovery will be tried again'),
    );
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
};
