import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { orderOf, ranksOf, sortedPresent, sortNumbers } from './order.ts';

const random = createRandom(5);
const many = (draw: () => number, count = 3000): Float64Array => Float64Array.from({ length: count }, draw);
const bits = new DataView(new ArrayBuffer(8));
/** Any double but NaN: every exponent, subnormal ones among them. */
const anyDouble = (): number => {
  bits.setUint32(0, random.below(2 ** 32));
  bits.setUint32(4, random.below(2 ** 32));
  const value = bits.getFloat64(0);
  return Number.isNaN(value) ? Infinity : value;
};

const samples: readonly (readonly [string, Float64Array])[] = [
  ['none', new Float64Array()],
  ['one', Float64Array.of(3)],
  ['equal ones', new Float64Array(50).fill(-7.5)],
  ['whole ones', many(() => random.below(90) - 45)],
  ['large whole ones', many(() => random.below(2 ** 31) * 2 ** 21)],
  ['decimals', many(() => Math.round(random.uniform() * 1e5) / 1e3)],
  ['any at all', many(anyDouble)],
  ['the ends', Float64Array.of(Infinity, 0, -0, 5e-324, -5e-324, -Infinity, 1.7e308, -1.7e308, -0, 0)],
];

describe.each(samples)('numbers, %s', (_name, numbers) => {
  it('are sorted as the engine sorts them, to the bit', () => {
    expect(sortNumbers(numbers.slice())).toEqual(numbers.toSorted());
  });

  it('are put in the order that comparing them gives, equal ones as they were', () => {
    const compared = Int32Array.from(numbers.keys()).sort((a, b) =>
      numbers[a] < numbers[b] ? -1 : numbers[a] > numbers[b] ? 1 : a - b,
    );
    expect(orderOf(numbers)).toEqual(compared);
  });
});

it('sorts a part of a larger array, and that only', () => {
  const whole = Float64Array.of(9, 3, 1, 2, 0);
  sortNumbers(whole.subarray(1, 4));
  expect([...whole]).toEqual([9, 1, 2, 3, 0]);
});

it('leaves missing numbers out, and the given array alone', () => {
  const given = Float64Array.of(2, NaN, -1);
  expect(sortedPresent(given)).toEqual(Float64Array.of(-1, 2));
  expect(given).toEqual(Float64Array.of(2, NaN, -1));
});

it('ranks infinite numbers too, and none of the missing ones', () => {
  const numbers = many(() => [NaN, Infinity, -Infinity, 4][random.below(4)]);
  const ranks = ranksOf(numbers);
  const count = (value: number): number => numbers.filter((other) => other === value).length;
  const least = count(-Infinity);
  expect(ranks[numbers.indexOf(-Infinity)]).toBe((least + 1) / 2);
  expect(ranks[numbers.indexOf(4)]).toBe(least + (count(4) + 1) / 2);
  expect(ranks[numbers.indexOf(Infinity)]).toBe(least + count(4) + (count(Infinity) + 1) / 2);
  expect(ranks.filter(Number.isNaN)).toHaveLength(numbers.filter(Number.isNaN).length);
});

it('ranks from 1, equal numbers by the mean of theirs, missing ones not', () => {
  expect(ranksOf(Float64Array.of(5, NaN, 1, 5, 0, -0))).toEqual(Float64Array.of(4.5, NaN, 3, 4.5, 1.5, 1.5));
});
