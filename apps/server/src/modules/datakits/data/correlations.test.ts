import { describe, expect, it } from 'vitest';
import { profiled } from './fixtures/files.ts';

const row = (i: number): string => {
  const x = (i * 37) % 101;
  return `${x},${x ** 3},${-2 * x + 5},${i % 3 === 0 ? 'a' : 'b'},${i % 3 === 0 ? 'yes' : 'no'},${i % 5 === 0 ? 'q' : 'r'}`;
};
const csv = ['x,cubed,falling,letter,answer,other', ...Array.from({ length: 300 }, (_, i) => row(i))].join(
  '\n',
);

describe('correlations', () => {
  it('are Pearson and Spearman of numbers and Cramér of words, over all rows', async () => {
    const { profile } = await profiled(csv);
    const { numeric, categorical, exact } = profile.correlations ?? {};
    expect(exact).toBe(true);
    expect(numeric?.columns).toEqual(['x', 'cubed', 'falling']);
    // A cube rises with x, though not in a line.
    expect(numeric?.spearman?.[0]?.[1]).toBeCloseTo(1, 12);
    expect(numeric?.pearson[0]?.[1]).toBeGreaterThan(0.9);
    expect(numeric?.pearson[0]?.[1]).toBeLessThan(0.95);
    expect(numeric?.pearson[0]?.[2]).toBeCloseTo(-1, 12);
    expect(categorical?.columns).toEqual(['letter', 'answer', 'other']);
    expect(categorical?.cramersV[0]?.[1]).toBeCloseTo(1, 12);
    expect(categorical?.cramersV[0]?.[2]).toBeCloseTo(0, 12);
  });

  it('of numbers too large to square are still right', async () => {
    const large = ['a,b', ...Array.from({ length: 40 }, (_, i) => `${i}e300,${40 - i}e-300`)].join('\n');
    const { profile } = await profiled(large);
    expect(profile.correlations?.numeric?.pearson[0]?.[1]).toBeCloseTo(-1, 9);
  });
});
