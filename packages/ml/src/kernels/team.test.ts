import { expect, it } from 'vitest';
import { control } from '../runtime/threads.ts';
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

it(
  'says so when a kernel traps, in a thread or in the caller who takes its part back',
  { timeout: 20_000 },
  () => {
    const { team } = loadBoostingKernels(65_536, 2);
    while (team.size() < 2) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    const far = 2 ** 31;
    expect(() =>
      team.run('orderRows', [
        [1024, 0, 1],
        [far, 0, 1],
      ]),
    ).toThrow(/trapped|out of bounds/);
    team.close();
  },
);

it('does what no thread has begun', () => {
  const buffer = new SharedArrayBuffer(1024 + teamBytes);
  const sums: number[] = [];
  const kernels = { add: (a: number, b: number) => (sums.push(a + b), a + b) };
  const asleep = { module: {}, memory: {}, buffer };
  const team = createTeam(kernels, ['add'], asleep, [1024], () => true);
  // Ready, and never to be heard of again.
  new Int32Array(buffer, 1024, control.words)[control.answered] = 0;
  expect(team.size()).toBe(2);
  expect(
    team.run('add', [
      [1, 2],
      [3, 4],
    ]),
  ).toEqual([3, 7]);
  expect(sums).toEqual([3, 7]);
  team.close();
});
