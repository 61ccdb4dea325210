import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { loadBoostingKernels } from './boosting-kernels.ts';

const rows = 37;
const bins = 16;
const stride = bins * 16;
const at = {
  binned: 1024,
  order: 4096,
  spare: 8192,
  gradients: 12_288,
  histogram: 16_384,
  column: 32_768,
  out: 40_960,
};
const random = createRandom(1);

/** 37 rows of 4 features in 16 bins, the first 20 of a shuffled order in the leaf. */
function setUp() {
  const { kernels, buffer } = loadBoostingKernels(65_536);
  const binned = new Uint8Array(buffer, at.binned, rows * 4);
  const order = new Uint32Array(buffer, at.order, rows);
  const gradients = new Float64Array(buffer, at.gradients, rows * 2);
  for (let i = 0; i < binned.length; i++) binned[i] = random.below(bins);
  order.set(random.shuffle(Int32Array.from(order.keys())));
  for (let i = 0; i < gradients.length; i++) gradients[i] = random.uniform();
  return { kernels, buffer, binned, order, gradients };
}

describe('the histogram kernels', () => {
  it('sum gradients and hessians by feature and bin', () => {
    const { kernels, buffer, binned, order, gradients } = setUp();
    kernels.clear(at.histogram, 4 * stride);
    kernels.buildHistogram(at.binned, at.order, at.gradients, 0, 20, 1, at.histogram, stride);
    const expected = new Float64Array(4 * bins * 2);
    for (const row of order.subarray(0, 20)) {
      for (let feature = 0; feature < 4; feature++) {
        const cell = 2 * (feature * bins + binned[row * 4 + feature]);
        expected[cell] += gradients[2 * row];
        expected[cell + 1] += gradients[2 * row + 1];
      }
    }
    expect(new Float64Array(buffer, at.histogram, expected.length)).toEqual(expected);
  });

  it('give the sibling as the difference to the parent', () => {
    const { kernels, buffer } = setUp();
    const whole = new Float64Array(buffer, at.histogram, 8).fill(5);
    new Float64Array(buffer, at.out, 8).set([1, 2, 3, 4, 5, 6, 7, 8]);
    kernels.subtractHistogram(at.histogram, at.out, 64);
    expect(Array.from(whole)).toEqual([4, 3, 2, 1, 0, -1, -2, -3]);
  });
});

describe('the threshold kernel', () => {
  it('finds the split of the largest gain, missing values on either side', () => {
    const { kernels, buffer } = setUp();
    const histogram = new Float64Array(buffer, at.histogram, bins * 2);
    for (const missing of [-6, 6]) {
      // Bins 1 to 8 pull down, 9 to 15 up; missing values with one of them.
      for (let bin = 0; bin < bins; bin++)
        histogram.set([bin === 0 ? missing : bin <= 8 ? -2 : 2, 1], 2 * bin);
      const gradient = histogram.filter((_, i) => i % 2 === 0).reduce((sum, g) => sum + g, 0);
      const gain = kernels.findThreshold(at.histogram, bins, gradient, 16, 1, 1, 0, at.out);
      const [reported, bin, missingLeft, leftGradient, leftHessian] = new Float64Array(buffer, at.out, 5);
      const [left, right] = missing < 0 ? [-22, 14] : [-16, 20];
      const [leftSum, rightSum] = missing < 0 ? [9, 7] : [8, 8];
      expect([bin, missingLeft, leftGradient, leftHessian]).toEqual([8, missing < 0 ? 1 : 0, left, leftSum]);
      const exact = left ** 2 / (leftSum + 1) + right ** 2 / (rightSum + 1) - gradient ** 2 / 17;
      expect(gain).toBeCloseTo(exact, 10);
      expect(reported).toBe(gain);
    }
  });
});

describe('the partition kernels', () => {
  it('send rows left and right, keeping their order', () => {
    const { kernels, buffer, order } = setUp();
    const column = new Uint8Array(buffer, at.column, rows);
    for (let row = 0; row < rows; row++) column[row] = random.below(bins);
    const before = Array.from(order.subarray(3, 33));
    const isLeft = (row: number) => column[row] === 0 || column[row] <= 6;
    const left = kernels.partition(at.column, at.order, at.spare, 3, 30, 6, 1);
    const expected = [...before.filter(isLeft), ...before.filter((row) => !isLeft(row))];
    expect(left).toBe(before.filter(isLeft).length);
    expect(Array.from(order.subarray(3, 33))).toEqual(expected);
  });

  it('send categories left by their set', () => {
    const { kernels, buffer, order } = setUp();
    const column = new Uint8Array(buffer, at.column, rows);
    for (let row = 0; row < rows; row++) column[row] = random.below(bins);
    const leftSet = new Uint8Array(buffer, at.out, 256).fill(0);
    leftSet.set([1, 0, 1, 1, 0, 1]);
    const left = kernels.partitionCategories(at.column, at.order, at.spare, 0, rows, at.out);
    const sides = Array.from(order, (row) => leftSet[column[row]]);
    expect(sides).toEqual([...sides].sort((a, b) => b - a));
    expect(left).toBe(sides.filter((side) => side === 1).length);
  });
});

describe('the binning kernel', () => {
  it('puts a value equal to an edge below it, and missing values in bin 0', () => {
    const { kernels, buffer } = setUp();
    new Float64Array(buffer, at.out, 3).set([1, 2, 3]);
    new Float64Array(buffer, at.gradients, 7).set([0, 1, 1.5, 3, 4, NaN, -Infinity]);
    kernels.binColumn(at.gradients, 7, at.out, 3, at.column, at.binned + 1, 4);
    const expected = [1, 1, 2, 3, 4, 0, 1];
    expect(Array.from(new Uint8Array(buffer, at.column, 7))).toEqual(expected);
    const rowMajor = new Uint8Array(buffer, at.binned, 28);
    expect(expected.map((_, row) => rowMajor[row * 4 + 1])).toEqual(expected);
  });
});
