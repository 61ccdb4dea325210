import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';

function draws(seed: number, ...salts: number[]): number[] {
  const random = createRandom(seed, ...salts);
  return Array.from({ length: 5 }, () => random.uniform());
}

describe('a random stream', () => {
  it('is the same for the same seed and salts, and another for others', () => {
    expect(draws(1, 2)).toEqual(draws(1, 2));
    const streams = [draws(1), draws(2), draws(-1), draws(1, 0), draws(1, 1), draws(2 ** 40 + 1)];
    expect(new Set(streams.map(String)).size).toBe(streams.length);
  });

  it('stays what it is, since models depend on it', () => {
    expect(createRandom(1).uniform()).toBe(0.007971457377056068);
  });

  it('is uniform', () => {
    const random = createRandom(3);
    const counts = new Int32Array(10);
    for (let i = 0; i < 100_000; i++) counts[random.below(10)]++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    // The 0.999 quantile of chi-square with nine degrees of freedom.
    expect(chiSquare).toBeLessThan(27.9);
  });

  it('shuffles without losing anything, each order alike', () => {
    const random = createRandom(4);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle(Int32Array.of(1, 2, 3)).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect([...orders.keys()].sort()).toEqual(['123', '132', '213', '231', '312', '321']);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
