import { describe, expect, it } from 'vitest';
import { createTurns } from './datakits.turns.ts';

const never = new AbortController().signal;

describe('turns of workspaces', () => {
  it('are taken one after the other in one, and beside each other in several', async () => {
    const { take } = createTurns();
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = take('a', never, async () => {
      await gate.promise;
      seen.push('first of a');
    });
    const second = take('a', never, async () => void seen.push('second of a'));
    await take('b', never, async () => void seen.push('b'));
    expect(seen).toEqual(['b']);
    gate.resolve();
    await Promise.all([first, second]);
    expect(seen).toEqual(['b', 'first of a', 'second of a']);
  });

  it('go on after work that failed, and after who hung up', async () => {
    const { take } = createTurns();
    const gate = Promise.withResolvers<never>();
    const hung = new AbortController();
    const first = take('a', never, () => gate.promise);
    const second = take('a', hung.signal, async () => 'second');
    const third = take('a', never, async () => 'third');
    hung.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    gate.reject(new Error('wrong'));
    await expect(first).rejects.toThrow('wrong');
    expect(await third).toBe('third');
  });

  it('are refused where too many wait, and where one does not come in time', async () => {
    const { take } = createTurns({ mostWaiting: 1, longestMs: 20 });
    const gate = Promise.withResolvers<void>();
    const first = take('a', never, () => gate.promise);
    const second = take('a', never, async () => 'second');
    await expect(take('a', never, async () => 'third')).rejects.toMatchObject({ code: 'TOO_MANY_WAITING' });
    await expect(second).rejects.toMatchObject({ code: 'TOO_MANY_WAITING' });
    gate.resolve();
    await first;
    expect(await take('a', never, async () => 'later')).toBe('later');
  });
});
