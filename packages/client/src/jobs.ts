import { QuadraxError } from './error.ts';
import type { Events } from './events.ts';
import type { Job } from './generated/nouns.ts';

/** How far a job is: `progress` from 0 to 1. */
export type JobProgress = Pick<Job, 'progress' | 'stage' | 'etaSeconds'>;

export interface WaitOptions {
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  /** Ends the wait, not the job. */
  readonly signal?: AbortSignal | undefined;
}

/** A job that failed or was cancelled. */
export class JobFailedError extends QuadraxError {
  override readonly name = 'JobFailedError';
  readonly job: Job;

  constructor(job: Job) {
    const cancelled = job.status === 'CANCELLED' ? 'The job was cancelled.' : 'The job failed.';
    super({ code: 'JOB_FAILED', message: job.error?.message ?? cancelled });
    this.job = job;
  }
}

export interface WaitWiring {
  readonly get: (id: string, options: { signal?: AbortSignal | undefined }) => Promise<Job>;
  readonly events: Pick<Events, 'on' | 'connected'>;
  /** Waits, but no longer than to the given call of `wake`. */
  readonly pause?: (milliseconds: number, woken: Promise<void>) => Promise<void>;
}

const shortestMs = 200;
const longestMs = 2000;
/** With events one asks only in case one was lost. */
const withEventsMs = 5000;
/** So many questions in a row may stay without an answer, as while a server restarts. */
const patience = 30;

const pauseFor = async (milliseconds: number, woken: Promise<void>): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([elapsed, woken]);
  clearTimeout(timer);
};

const passing = (error: unknown): boolean =>
  error instanceof QuadraxError && (error.status === 0 || error.status === 429 || error.status >= 500);

/**
 * Waits for the end of a job: told by events, and asking where they do not arrive.
 * @throws JobFailedError where it failed or was cancelled, QuadraxError, or the signal's reason.
 */
export const waitForJob = async (
  { get, events, pause = pauseFor }: WaitWiring,
  id: string,
  { onProgress, signal }: WaitOptions = {},
): Promise<Job> => {
  let wake = (): void => {};
  let finished = false;
  const stop = [
    events.on('job.progress', (event) => {
      if (event.id === id && !finished) onProgress?.(event);
    }),
    events.on('job.finished', (event) => {
      if (event.id !== id) return;
      finished = true;
      wake();
    }),
  ];
  const onAbort = (): void => wake();
  signal?.addEventListener('abort', onAbort);
  try {
    let unanswered = 0;
    for (let delay = shortestMs; ; delay = Math.min(delay * 1.5, longestMs)) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      signal?.throwIfAborted();
      // Before asking: a job that ends while the connection opens is in neither the answer nor an event.
      const listening = events.connected();
      try {
        const job = await get(id, { signal });
        unanswered = 0;
        if (job.status === 'SUCCEEDED') return job;
        if (job.status === 'FAILED' || job.status === 'CANCELLED') throw new JobFailedError(job);
        onProgress?.(job);
      } catch (error) {
        unanswered += 1;
        if (error instanceof JobFailedError || !passing(error) || unanswered > patience) throw error;
      }
      await pause(listening ? withEventsMs : delay, woken);
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    for (const end of stop) end();
  }
};
