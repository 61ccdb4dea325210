import { describe, expect, it } from 'vitest';
import { paced } from './models.paced.ts';

const never = new AbortController().signal;

/** Computes without a pause, as a model does. */
const compute = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end;);
};

/** Counts how often the process listens to others. */
const listening = () => {
  let turns = 0;
  let stopped = false;
  const turn = (): void => {
    turns++;
    if (!stopped) setImmediate(turn);
  };
  setImmediate(turn);
  return { turns: () => turns, stop: () => (stopped = true) };
};

const rows = Array.from({ length: 20 }, (_, i) => i);

describe('work on many rows', () => {
  it('answers each in order, and listens to others in between', async () => {
    const others = listening();
    const answers = await paced(rows, never, (row) => {
      compute(10);
      return row * 2;
    });
    others.stop();
    expect(answers).toEqual(rows.map((row) => row * 2));
    // 200 ms of work in slices of two or three rows.
    expect(others.turns()).toBeGreaterThanOrEqual(5);
  });

  it('does not pause for what is quick', async () => {
    const order: string[] = [];
    const quick = paced([1], never, () => order.push('answered'));
    queueMicrotask(() => order.push('after'));
    await quick;
    expect(order).toEqual(['answered', 'after']);
  });

  it('ends when nobody waits for it any more', async () => {
    const client = new AbortController();
    const reason = new Error('The client has gone.');
    let done = 0;
    setImmediate(() => client.abort(reason));
    const answers = paced(rows, client.signal, () => {
      done++;
      compute(10);
    });
    await expect(answers).rejects.toBe(reason);
    expect(done).toBeLessThan(rows.length / 2);
  });

  it('of several requests takes turns: no two of them one after the other without a pause', async () => {
    const others = listening();
    const slices = new Map<number, Set<string>>();
    const ask = (name: string) =>
      paced(rows.slice(0, 12), never, (_row, i) => {
        compute(10);
        // The first slice is the request's own turn.
        if (i > 3) slices.set(others.turns(), (slices.get(others.turns()) ?? new Set()).add(name));
      });
    await Promise.all(['a', 'b', 'c'].map(ask));
    others.stop();
    expect([...slices.values()].filter(({ size }) => size > 1)).toEqual([]);
    expect(slices.size).toBeGreaterThanOrEqual(6);
  });
});
