import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  describeInput,
  exit,
  fail,
  hang,
  hoardInside,
  hoardOutside,
  policies,
  refuse,
  remember,
  spin,
  square,
} from './fixtures/sample-tasks.ts';
import { createComputePool } from './index.ts';
import type { ComputePool, Lane } from './index.ts';

let pool: ComputePool;

beforeEach(() => {
  // Of the time that nobody else wants there may be none: other tests run beside these.
  pool = createComputePool({ processes: 1, memoryMb: 256, batch: 'normal' });
});
afterEach(() => pool.close());

const never = new AbortController().signal;
const request = (lane: Lane = 'batch', signal: AbortSignal = never, share = 'a') => ({ lane, share, signal });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const gone = (pid: number) =>
  vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 10 });

/** Starts a task that never ends; tells its process once it runs. */
const begin = async (task: typeof hang, lane: Lane = 'batch') => {
  const abort = new AbortController();
  const started = Promise.withResolvers<number>();
  const outcome = pool
    .run(task, null, {
      ...request(lane, abort.signal),
      context: { emit: (pid) => started.resolve(pid as number) },
    })
    .catch((error: unknown) => error);
  return { abort, outcome, pid: await started.promise };
};

describe('a task', { timeout: 30_000 }, () => {
  it('runs in another process, and what it says on the way is heard in order', async () => {
    const heard: unknown[] = [];
    const output = await pool.run(square, 12, {
      ...request(),
      context: {
        progress: (done, total, stage) => heard.push([done, total, stage]),
        log: (message) => heard.push(message),
        emit: (event) => heard.push(event),
      },
    });
    expect(output.value).toBe(144);
    expect(output.pid).not.toBe(process.pid);
    expect(heard).toEqual([[1, 2, 'half'], 'squaring', { n: 12 }]);
  });

  it('is given and gives back structured clones, typed arrays included', async () => {
    const floats = Float64Array.of(1, 2, Number.NaN, -0);
    const output = await pool.run(
      describeInput,
      { floats, when: new Date('2024-02-29'), big: 2n ** 60n },
      request(),
    );
    expect(output).toEqual({
      sum: Number.NaN,
      year: 2024,
      big: 2n ** 61n,
      doubled: floats.map((v) => v * 2),
    });
    expect(floats).toEqual(Float64Array.of(1, 2, Number.NaN, -0));
  });

  it('leaves what it loaded compiled for the next process, though its own is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quadrax-compiled-'));
    const compiled = async () => readdir(folder, { recursive: true });
    vi.stubEnv('NODE_COMPILE_CACHE', folder);
    try {
      const another = createComputePool({ processes: 1, memoryMb: 256, batch: 'normal' });
      await another.run(square, 2, request());
      await another.close();
      expect((await compiled()).length).toBeGreaterThan(1);
    } finally {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true });
    }
  });

  it('that refuses says why, in the words meant for a person', async () => {
    await expect(pool.run(refuse, 'Three rows are too few.', request())).rejects.toMatchObject({
      name: 'TaskError',
      code: 'TOO_FEW_ROWS',
      message: 'Three rows are too few.',
    });
  });

  it('that fails is a fault with the place where it happened', async () => {
    const error = await pool.run(fail, null, request()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ message: 'A fault.' });
    expect((error as Error).name).not.toBe('TaskError');
    expect((error as Error).stack).toContain('sample-tasks.ts');
  });

  it('whose process ends harms no other', async () => {
    await expect(pool.run(exit, null, request())).rejects.toMatchObject({ code: 'DIED' });
    expect((await pool.run(square, 3, request())).value).toBe(9);
  });

  it.runIf(process.platform === 'linux')(
    'stands back behind what people wait for, with every thread',
    async () => {
      const standingBack = createComputePool({ processes: 1, memoryMb: 256 });
      const background = await standingBack.run(policies, undefined, request('batch'));
      await standingBack.close();
      expect(background.length).toBeGreaterThan(1);
      expect(new Set(background)).toEqual(new Set([5]));
      expect(new Set(await pool.run(policies, undefined, request('interactive')))).toEqual(new Set([0]));
    },
  );
});

describe('a task that takes too much memory', { timeout: 60_000 }, () => {
  it.runIf(process.platform === 'linux')(
    'outside the heap is ended alone, with what to do about it',
    async () => {
      const other = await begin(hang, 'interactive');
      await expect(pool.run(hoardOutside, 2000, request())).rejects.toMatchObject({
        code: 'MEMORY',
        message: expect.stringMatching(/256 MB.*COMPUTE_MEMORY_MB/),
      });
      expect(isAlive(other.pid)).toBe(true);
      expect((await pool.run(square, 4, request())).value).toBe(16);
    },
  );

  it.runIf(process.platform === 'linux')(
    'because of what others left in its process is tried again in one of its own, where that is asked for',
    async () => {
      const asked = { ...request('interactive'), retryFresh: true };
      const first = await pool.run(remember, 110, asked);
      const second = await pool.run(remember, 110, asked);
      expect(second).not.toBe(first);
      await expect(pool.run(remember, 110, request('interactive'))).rejects.toMatchObject({ code: 'MEMORY' });
      await pool.run(remember, 1, asked);
      await expect(pool.run(remember, 400, asked)).rejects.toMatchObject({ code: 'MEMORY' });
    },
  );

  it('inside the heap is ended alone too', async () => {
    const error = await pool.run(hoardInside, null, request()).catch((caught: unknown) => caught);
    expect(['MEMORY', 'DIED']).toContain((error as { code?: string }).code);
    expect((await pool.run(square, 5, request())).value).toBe(25);
  });
});

describe('stopping', { timeout: 30_000 }, () => {
  it.each([
    ['waits', hang],
    ['computes without a pause', spin],
  ])('ends a task that %s, with the reason given', async (_name, task) => {
    const { abort, outcome, pid } = await begin(task);
    const reason = new Error('It was cancelled.');
    abort.abort(reason);
    expect(await outcome).toBe(reason);
    await gone(pid);
    expect((await pool.run(square, 6, request())).value).toBe(36);
  });

  it('a task that waits its turn takes it out of the queue', async () => {
    const first = await begin(hang);
    const abort = new AbortController();
    const second = pool.run(square, 1, request('batch', abort.signal));
    abort.abort(new Error('Not any more.'));
    await expect(second).rejects.toThrow('Not any more.');
    const third = pool.run(square, 7, request());
    first.abort.abort();
    expect((await third).value).toBe(49);
  });

  it('before the beginning starts nothing, also while others wait', async () => {
    const first = await begin(hang);
    const stopped = pool.run(square, 1, request('batch', AbortSignal.abort(new Error('Never.'))));
    await expect(stopped).rejects.toThrow('Never.');
    first.abort.abort();
    await first.outcome;
    await expect(
      pool.run(square, 1, request('batch', AbortSignal.abort(new Error('Never.')))),
    ).rejects.toThrow('Never.');
  });

  it('the pool ends every process it has', async () => {
    const running = [await begin(spin), await begin(hang, 'interactive')];
    await pool.close();
    for (const { pid } of running) await gone(pid);
    expect(running.map(({ pid }) => isAlive(pid))).toEqual([false, false]);
  });

  it.runIf(process.platform !== 'win32')(
    'of its owner, however it died, ends a waiting process',
    async () => {
      const owner = fork(fileURLToPath(new URL('fixtures/pool-owner.ts', import.meta.url)), [], {
        execArgv: [],
      });
      const [pid] = (await once(owner, 'message')) as [number];
      expect(isAlive(pid)).toBe(true);
      owner.kill('SIGKILL');
      await gone(pid);
    },
  );
});

describe('the lanes', { timeout: 30_000 }, () => {
  it('run no more at once than they may, first come first served', async () => {
    const order: number[] = [];
    const first = await begin(hang);
    const waiting = [1, 2, 3].map((n) => pool.run(square, n, request()).then(() => order.push(n)));
    expect(order).toEqual([]);
    first.abort.abort();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
  });

  it('are shared: who asks for the first time does not wait behind ten of another', async () => {
    const order: string[] = [];
    const running = [await begin(hang, 'interactive'), await begin(hang, 'interactive')];
    const ask = (share: string, n: number) =>
      pool.run(square, n, request('interactive', never, share)).then(() => order.push(`${share}${n}`));
    const ten = Array.from({ length: 10 }, (_unused, n) => ask('a', n));
    const others = [ask('b', 0), ask('b', 1)];
    running[0]?.abort.abort();
    await Promise.all([...ten, ...others]);
    expect(order.indexOf('b0')).toBe(0);
    expect(order.indexOf('b1')).toBeLessThanOrEqual(2);
    expect(order.filter((one) => one.startsWith('a'))).toEqual(ten.map((_task, n) => `a${n}`));
  });

  it('do not wait for each other', async () => {
    await begin(spin);
    expect((await pool.run(square, 8, request('interactive'))).value).toBe(64);
  });

  it('keep an interactive process warm, and never one that failed', async () => {
    const pids = [];
    for (const n of [1, 2]) pids.push((await pool.run(square, n, request('interactive'))).pid);
    expect(pids[0]).toBe(pids[1]);
    await pool.run(fail, null, request('interactive')).catch(() => {});
    expect((await pool.run(square, 3, request('interactive'))).pid).not.toBe(pids[0]);
  });

  it('give every batch task a process of its own', async () => {
    const pids = [];
    for (const n of [1, 2]) pids.push((await pool.run(square, n, request())).pid);
    expect(pids[0]).not.toBe(pids[1]);
    for (const pid of pids) await gone(pid);
  });
});
