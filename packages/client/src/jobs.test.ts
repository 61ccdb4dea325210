import { describe, expect, it, vi } from 'vitest';
import { QuadraxError } from './error.ts';
import type { EventName, Events } from './events.ts';
import type { Job } from './generated/nouns.ts';
import { JobFailedError, waitForJob } from './jobs.ts';

const jobOf = (changes: Partial<Job>): Job => ({
  id: 'j',
  kind: 'model.train',
  status: 'RUNNING',
  progress: 0,
  stage: 'Fitting',
  attempt: 1,
  retryable: false,
  createdAt: '2026-01-01T00:00:00.000Z',
  ...changes,
});

type Handler = (payload: never) => void;

/** Events by hand. */
const bus = (connected: boolean) => {
  const handlers = new Map<EventName, Set<Handler>>();
  const events: Pick<Events, 'on' | 'connected'> = {
    connected: () => connected,
    on: (name, handler) => {
      const known = handlers.get(name) ?? new Set();
      handlers.set(name, known.add(handler));
      return () => known.delete(handler);
    },
  };
  const emit = (name: EventName, payload: unknown): void => {
    for (const handler of handlers.get(name) ?? []) handler(payload as never);
  };
  const listeners = (): number => [...handlers.values()].reduce((sum, { size }) => sum + size, 0);
  return { events, emit, listeners };
};

/** Answers in order, the last again and again. */
const answering =
  (...answers: (Job | Error)[]) =>
  async (): Promise<Job> => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer ?? jobOf({});
  };

const down = new QuadraxError({ code: 'UNREACHABLE', message: 'Nobody answers.' });
const noPause = async (): Promise<void> => {};

describe('waiting for a job', () => {
  it('asks until it has ended where no events arrive, and tells its progress', async () => {
    const { events, listeners } = bus(false);
    const told: number[] = [];
    const done = jobOf({ status: 'SUCCEEDED', progress: 1, result: { version: 1 } });
    const get = answering(jobOf({ progress: 0.2 }), jobOf({ progress: 0.7 }), done);
    const options = { onProgress: ({ progress }: { progress: number }) => void told.push(progress) };
    expect(await waitForJob({ get, events, pause: noPause }, 'j', options)).toEqual(done);
    expect(told).toEqual([0.2, 0.7]);
    expect(listeners()).toBe(0);
  });
  it('asks less and less often, up to every two seconds', async () => {
    const { events } = bus(false);
    const pauses: number[] = [];
    const running = Array.from({ length: 8 }, () => jobOf({}));
    const get = answering(...running, jobOf({ status: 'SUCCEEDED' }));
    const pause = async (milliseconds: number): Promise<void> => void pauses.push(milliseconds);
    await waitForJob({ get, events, pause }, 'j');
    expect(pauses[0]).toBe(200);
    expect(pauses.at(-1)).toBe(2000);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  });
  it('is woken by the event of its end, and hears progress of this job only', async () => {
    const { events, emit } = bus(true);
    const told: string[] = [];
    const get = answering(jobOf({ stage: 'asked' }), jobOf({ status: 'SUCCEEDED' }));
    const pause = async (milliseconds: number, woken: Promise<void>): Promise<void> => {
      expect(milliseconds).toBe(5000);
      emit('job.progress', { id: 'other', progress: 0.1, stage: 'other' });
      emit('job.progress', { id: 'j', progress: 0.5, stage: 'pushed' });
      emit('job.finished', { id: 'j', status: 'SUCCEEDED' });
      await woken;
    };
    await waitForJob({ get, events, pause }, 'j', { onProgress: ({ stage }) => void told.push(stage) });
    expect(told).toEqual(['asked', 'pushed']);
  });
  it('asks again soon where the connection opened while it asked, since the end may have passed unheard', async () => {
    const { events } = bus(false);
    const connected = vi.spyOn(events, 'connected').mockReturnValue(false);
    const pauses: number[] = [];
    const answers = answering(jobOf({}), jobOf({ status: 'SUCCEEDED' }));
    const get = (): Promise<Job> => {
      connected.mockReturnValue(true);
      return answers();
    };
    const pause = async (milliseconds: number): Promise<void> => void pauses.push(milliseconds);
    await waitForJob({ get, events, pause }, 'j');
    expect(pauses).toEqual([200]);
  });
  it('fails with what the job failed with', async () => {
    const { events } = bus(false);
    const error = { code: 'UNTRAINABLE', message: 'One class only.' };
    const get = answering(jobOf({ status: 'FAILED', error }));
    const failure = await waitForJob({ get, events }, 'j').catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(JobFailedError);
    expect(failure).toMatchObject({ code: 'JOB_FAILED', message: 'One class only.', job: { error } });
  });
  it('outlasts a server that restarts, but not a refusal', async () => {
    const { events } = bus(false);
    const get = answering(down, down, jobOf({ status: 'SUCCEEDED' }));
    expect(await waitForJob({ get, events, pause: noPause }, 'j')).toMatchObject({ status: 'SUCCEEDED' });
    const refused = answering(new QuadraxError({ status: 404, code: 'NOT_FOUND', message: 'No such job.' }));
    await expect(waitForJob({ get: refused, events, pause: noPause }, 'j')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
  it('gives up on a server that stays away', async () => {
    const { events } = bus(false);
    const waiting = waitForJob({ get: answering(down), events, pause: noPause }, 'j');
    await expect(waiting).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
  it('ends at its signal at once and lets go of the events', async () => {
    const { events, listeners } = bus(true);
    const stop = new AbortController();
    const pause = async (_milliseconds: number, woken: Promise<void>): Promise<void> => {
      stop.abort(new Error('Enough.'));
      await woken;
    };
    const waiting = waitForJob({ get: answering(jobOf({})), events, pause }, 'j', { signal: stop.signal });
    await expect(waiting).rejects.toThrow('Enough.');
    expect(listeners()).toBe(0);
  });
});
