import { beforeEach, describe, expect, it, vi } from 'vitest';
import { askAtRest } from './resting.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

/** Questions as they are asked, each answered by hand. */
const asking = () => {
  const asked: { question: string; signal: AbortSignal; answer: PromiseWithResolvers<string> }[] = [];
  const heard: string[] = [];
  const ask = askAtRest((question: string, signal) => {
    const answer = Promise.withResolvers<string>();
    asked.push({ question, signal, answer });
    return answer.promise;
  }, 300);
  return { asked, heard, type: (text: string) => ask(text, (answer) => heard.push(answer)) };
};

describe('a question about what is being typed', () => {
  it('is asked once typing rests, of the latest alone', async () => {
    const { asked, heard, type } = asking();
    let takeBack = type('p');
    for (const text of ['pa', 'pas', 'pass']) {
      await vi.advanceTimersByTimeAsync(200);
      takeBack();
      takeBack = type(text);
    }
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.map(({ question }) => question)).toEqual(['pass']);
    asked[0]?.answer.resolve('weak');
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['weak']);
  });

  it('is taken back when typing goes on, and its late answer not heard', async () => {
    const { asked, heard, type } = asking();
    const takeBack = type('pass');
    await vi.advanceTimersByTimeAsync(300);
    takeBack();
    expect(asked[0]?.signal.aborted).toBe(true);
    asked[0]?.answer.resolve('weak');
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual([]);
  });

  it('stays unanswered where it fails', async () => {
    const { asked, heard, type } = asking();
    type('pass');
    await vi.advanceTimersByTimeAsync(300);
    asked[0]?.answer.reject(new Error('no network'));
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual([]);
  });
});
