import type { PredictionExplanation } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { spreadDots, valueRanks } from './beeswarm.ts';
import { contributionSentences } from './explanation-words.ts';
import { nearRegion, nearText, parseNear } from './near.ts';
import { MOST_STEPS, waterfallSteps } from './waterfall.ts';

const explanation = (contributions: readonly number[]): PredictionExplanation => ({
  label: 'Gentoo',
  scale: 'log-odds',
  base: -1,
  values: contributions.map((contribution, i) => ({ feature: `f${i}`, value: i, contribution })),
});
const numeric = () => 'numeric' as const;

describe('a waterfall', () => {
  it('begins at the base and each step where the one before it ended', () => {
    const steps = waterfallSteps(explanation([2, -0.5, 0.25]), numeric);
    expect(steps.map(({ from, to }) => [from, to])).toEqual([
      [-1, 1],
      [1, 0.5],
      [0.5, 0.75],
    ]);
  });

  it('sums up what is too much to show, and still ends at the whole', () => {
    const many = Array.from({ length: 20 }, (_, i) => 1 / (i + 1));
    const steps = waterfallSteps(explanation(many), numeric);
    expect(steps).toHaveLength(MOST_STEPS + 1);
    expect(steps.at(-1)?.label).toBe('12 other features');
    expect(steps.at(-1)?.to).toBeCloseTo(
      many.reduce((sum, value) => sum + value, -1),
      12,
    );
  });
});

describe('reasons in words', () => {
  it('say what raises and what lowers the class, and leave out what does neither', () => {
    expect(contributionSentences(explanation([1.236, -0.5, 0]), 'species', numeric)).toEqual([
      'f0 = 0 raises Gentoo by 1.24 in log-odds.',
      'f1 = 1 lowers Gentoo by 0.5 in log-odds.',
    ]);
  });

  it('say that a value is missing', () => {
    const { values: _, ...rest } = explanation([]);
    const one = { ...rest, values: [{ feature: 'sex', value: null, contribution: 2 }] };
    expect(contributionSentences(one, 'species', numeric)).toEqual([
      'sex = missing raises Gentoo by 2 in log-odds.',
    ]);
  });
});

describe('a beeswarm', () => {
  it('spreads dots that would cover each other, and no others', () => {
    const [a = 0, b = 0, c = 0, alone] = spreadDots([0, 0, 0, 1], 1);
    expect(new Set([a, b, c]).size).toBe(3);
    expect(Math.abs(alone ?? 1)).toBe(0);
  });

  it('colours by rank, so that one large value leaves the others their colours', () => {
    expect(valueRanks([1, 2, 1_000_000, null])).toEqual([0, 0.5, 1, undefined]);
  });
});

describe('the address of a point', () => {
  it('is read as it was written; anything else is no point', () => {
    const point = { predicted: 1.5, actual: -2 };
    expect(parseNear(nearText(point))).toEqual(point);
    for (const text of ['a,b', '1', '1,x']) expect(parseNear(text)).toBeUndefined();
  });

  it('stands for the rows around it', () => {
    const points = [
      { predicted: 0, actual: 0 },
      { predicted: 100, actual: 100 },
    ];
    const region = nearRegion(
      { predicted: 50, actual: 10 },
      { points, histogram: { edges: [], counts: [] } },
    );
    expect(region).toEqual({ predictedFrom: 48, predictedTo: 52, actualFrom: 8, actualTo: 12 });
  });
});
