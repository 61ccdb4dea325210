import { setTimeout as pause } from 'node:timers/promises';
import { routes } from '@quadrax/contract';
import type { Job, JobStatus } from '@quadrax/contract';
import type { TestClient } from './client.ts';

/** Who looks takes time from what is waited for: at most this often, and the less often the longer it takes. */
const lookEveryMs = 20;
const lookSeldomMs = 250;
const longestMs = 30_000;

/** Asks until `done` has an answer. @throws when the deadline passes first, with what was seen last. */
export const eventually = async <T>(
  what: string,
  look: () => Promise<T> | T,
  done: (seen: T) => boolean,
  withinMs: number = longestMs,
): Promise<T> => {
  const began = performance.now();
  for (;;) {
    const seen = await look();
    if (done(seen)) return seen;
    const waited = performance.now() - began;
    if (waited > withinMs)
      throw new Error(`Not within ${withinMs} ms: ${what}. Last seen: ${JSON.stringify(seen)}`);
    await pause(Math.min(lookSeldomMs, Math.max(lookEveryMs, waited / 12)));
  }
};

const ended = new Set<JobStatus>(['SUCCEEDED', 'FAILED', 'CANCELLED']);

/** The job once it has ended, however it did. */
export const waitForJob = (client: TestClient, id: string, withinMs?: number): Promise<Job> =>
  eventually(
    `job ${id} ends`,
    () => client.call(routes.jobs.get, { params: { id } }),
    ({ status }) => ended.has(status),
    withinMs,
  );

/** The job once it has succeeded. @throws with its error if it did not. */
export const jobSucceeds = async (client: TestClient, id: string, withinMs?: number): Promise<Job> => {
  const job = await waitForJob(client, id, withinMs);
  if (job.status !== 'SUCCEEDED') throw new Error(`The job did not succeed: ${JSON.stringify(job)}`);
  return job;
};
