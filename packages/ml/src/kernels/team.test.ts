import { expect, it } from 'vitest';
import { control, trapped } from '../runtime/threads.ts';
import { blockRows, loadBoostingKernels } from './boosting-kernels.ts';
import { createTeam, teamBytes } from './team.ts';

const count = 4 * blockRows;

it('shares work out among threads that have come to it', { timeout: 20_000 }, () => {
  const { team, buffer } = loadBoostingKernels(1024 + 4 * count, 2);
  const order = new Int32Array(buffer, 1024, count);
  while (team.size() < 2) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  for (let round = 0; round < 50; round++) {
    order.fill(-1);
    team.run('orderRows', [
      [1024, 0, count / 2],
      [1024, count / 2, count],
    ]);
    expect(order.every((row, i) => row === i)).toBe(true);
  }
  team.close();
  expect(team.size()).toBe(1);
});

it('is a team of one without threads', () => {
  const { team, buffer } = loadBoostingKernels(2048);
  expect(buffer).toBeInstanceOf(ArrayBuffer);
  expect(team.size()).toBe(1);
  team.run('orderRows', [[1024, 0, 8]]);
  expect(Array.from(new Int32Array(buffer, 1024, 8))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

/** A team with a thread that is ready, and does what `asThread` does to its words while the caller is at its own part. */
const withThread = (asThread: (words: Int32Array) => void) => {
  const buffer = new SharedArrayBuffer(1024 + teamBytes);
  const words = new Int32Array(buffer, 1024, control.words);
  const sums: number[] = [];
  const kernels = {
    add: (a: number, b: number) => {
      asThread(words);
      return sums.push(a + b);
    },
  };
  const team = createTeam(kernels, ['add'], { module: {}, memory: {}, buffer }, [1024], () => true);
  words[control.answered] = 0;
  expect(team.size()).toBe(2);
  return { team, sums };
};
const both = [
  [1, 2],
  [3, 4],
];

it('does what no thread has begun', () => {
  const { team, sums } = withThread(() => {});
  expect(team.run('add', both)).toEqual([1, 2]);
  expect(sums).toEqual([3, 7]);
  team.close();
});

it('says so when a kernel traps in a thread', () => {
  const { team, sums } = withThread((words) => {
    words[control.taken] = words[control.asked];
    Atomics.store(words, control.answered, trapped);
  });
  expect(() => team.run('add', both)).toThrow('A kernel trapped in a thread.');
  expect(sums, 'the caller has done its own part alone').toEqual([3]);
  team.close();
});

it('hears of it from the thread itself', { timeout: 20_000 }, async () => {
  const bytes = 1024 + 4 * count;
  const { team, buffer } = loadBoostingKernels(bytes, 2);
  while (team.size() < 2) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  const words = new Int32Array(buffer, Math.ceil(bytes / 64) * 64, control.words);
  const far = 2 ** 31;
  // The caller takes a part back that the thread has not begun: it is asked until it has.
  const attempt = (): unknown => {
    try {
      return team.run('orderRows', [
        [1024, 0, count],
        [far, 0, 1],
      ]);
    } catch (error) {
      return error;
    }
  };
  let failure = attempt();
  for (let i = 0; i < 1000 && words[control.answered] !== trapped; i++) failure = attempt();
  expect(failure).toMatchObject({ message: 'A kernel trapped in a thread.' });
  team.close();
});
