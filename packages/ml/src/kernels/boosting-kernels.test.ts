import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { featureBytes, loadBoostingKernels } from './boosting-kernels.ts';

const rows = 37;
const bins = 16;
const at = {
  binned: 1024,
  order: 4096,
  spare: 8192,
  gradients: 12_288,
  column: 16_384,
  out: 20_480,
  scratch: 24_576,
  counts: 28_672,
  histogram: 32_768,
  other: 45_056,
};
const random = createRandom(1);

/** 37 rows of 4 features in 16 bins, in a shuffled order. */
function setUp() {
  const { kernels, buffer } = loadBoostingKernels(65_536);
  const binned = new Uint8Array(buffer, at.binned, rows * 4);
  const order = new Uint32Array(buffer, at.order, rows);
  const slopes = Array.from({ length: rows }, () => random.below(60_001) - 30_000);
  const curvatures = Array.from({ length: rows }, () => random.below(65_535));
  for (let i = 0; i < binned.length; i++) binned[i] = random.below(bins);
  order.set(random.shuffle(Int32Array.from(order.keys())));
  const pairs = slopes.map((slope, row) => (slope << 16) | curvatures[row]);
  new Int32Array(buffer, at.gradients, rows).set(pairs);
  return { kernels, buffer, binned, order, slopes, curvatures };
}

/** {hessian, gradient} of the first `count` cells. */
function cellsAt(buffer: ArrayBuffer, place: number, count: number): number[][] {
  const words = new Int32Array(buffer, place, 2 * count);
  return Array.from({ length: count }, (_, i) => [words[2 * i] >>> 0, words[2 * i + 1]]);
}

function writeCells(buffer: ArrayBuffer, place: number, cells: readonly (readonly [number, number])[]): void {
  new Int32Array(buffer, place, 2 * cells.length).set(cells.flat());
}

describe('the histogram kernels', () => {
  it('sum gradients and hessians by feature and bin, below zero as well', () => {
    const { kernels, buffer, binned, order, slopes, curvatures } = setUp();
    new Uint8Array(buffer, at.histogram, 4 * featureBytes).fill(255);
    kernels.buildHistogram(at.binned, at.order, at.gradients, 0, 20, 1, at.histogram);
    for (let feature = 0; feature < 4; feature++) {
      const expected = Array.from({ length: bins }, () => [0, 0]);
      for (const row of order.subarray(0, 20)) {
        const cell = expected[binned[row * 4 + feature]];
        cell[0] += curvatures[row];
        cell[1] += slopes[row];
      }
      expect(cellsAt(buffer, at.histogram + feature * featureBytes, bins)).toEqual(expected);
    }
  });

  it('are the same in one piece and in two, and give a sibling as the difference', () => {
    const { kernels, buffer } = setUp();
    const build = (start: number, count: number, place: number) =>
      kernels.buildHistogram(at.binned, at.order, at.gradients, start, count, 1, place);
    const bytes = 4 * featureBytes;
    build(0, rows, at.histogram);
    const whole = new Uint8Array(buffer, at.histogram, bytes).slice();
    build(0, 11, at.histogram);
    const part = new Uint8Array(buffer, at.histogram, bytes).slice();
    build(11, rows - 11, at.other);
    kernels.addHistogram(at.histogram, at.other, bytes);
    expect(new Uint8Array(buffer, at.histogram, bytes)).toEqual(whole);
    kernels.subtractHistogram(at.histogram, at.other, bytes);
    expect(new Uint8Array(buffer, at.histogram, bytes)).toEqual(part);
  });
});

describe('the threshold kernels', () => {
  /** Bins 1 to 8 pull down, 9 to 15 up; missing values with one of them; bin 5 is empty. */
  function pulled(missing: number) {
    const loaded = setUp();
    const cells = Array.from({ length: bins }, (_, bin): [number, number] => {
      return bin === 5 ? [0, 0] : [10, bin === 0 ? missing : bin <= 8 ? -20 : 20];
    });
    writeCells(loaded.buffer, at.histogram, cells);
    new Int32Array(loaded.buffer, at.counts, 1).set([bins]);
    return { ...loaded, gradient: cells.reduce((sum, [, g]) => sum + g, 0), hessian: 150 };
  }

  it.each([-60, 60])(
    'find the split of the largest gain, missing values of %i with their like',
    (missing) => {
      const { kernels, buffer, gradient, hessian } = pulled(missing);
      const search = [gradient, hessian, 1, 10, 0, at.out];
      const gain = kernels.findThreshold(at.histogram, at.counts, 0, 1, ...search);
      const [left, leftSum] = missing < 0 ? [-200, 80] : [-140, 70];
      const right = gradient - left;
      const exact =
        left ** 2 / (leftSum + 1) + right ** 2 / (hessian - leftSum + 1) - gradient ** 2 / (hessian + 1);
      expect(gain).toBeCloseTo(exact, 10);
      const [reported, feature, bin, missingLeft] = new Float64Array(buffer, at.out, 4);
      expect([feature, bin, missingLeft]).toEqual([0, 8, missing < 0 ? 1 : 0]);
      expect(reported).toBeCloseTo(exact, 10);
      expect(cellsAt(buffer, at.out + 32, 1)).toEqual([[leftSum, left]]);

      const free = kernels.findBoundedThreshold(at.histogram, 0, bins, 0, -Infinity, Infinity, ...search);
      expect(free).toBeCloseTo(exact, 10);
      const falling = kernels.findBoundedThreshold(at.histogram, 0, bins, 1, -Infinity, Infinity, ...search);
      expect(falling).toBeLessThan(exact);
      const rising = kernels.findBoundedThreshold(at.histogram, 0, bins, -1, -Infinity, Infinity, ...search);
      expect(rising).toBeCloseTo(exact, 10);
      const bounded = kernels.findBoundedThreshold(at.histogram, 0, bins, 0, -1, 1, ...search);
      expect(bounded).toBeLessThan(exact);
    },
  );

  it('group categories by their mean gradient', () => {
    const { kernels, buffer } = setUp();
    const low = new Set([1, 4, 9, 15]);
    writeCells(
      buffer,
      at.histogram,
      Array.from({ length: bins }, (_, bin) => (low.has(bin) ? [20, -40 - bin] : [20, 30 + bin])),
    );
    const gradient = Array.from({ length: bins }, (_, bin) => (low.has(bin) ? -40 - bin : 30 + bin));
    const total = gradient.reduce((sum, g) => sum + g, 0);
    const search = [total, 320, 1, 10, 10, 5, 20, 32, 0, at.scratch, at.column, at.out];
    const gain = kernels.findCategories(at.histogram, 0, bins, ...search);
    expect(gain).toBeGreaterThan(0);
    const leftSet = new Uint8Array(buffer, at.column, bins);
    expect(Array.from(leftSet.keys()).filter((bin) => leftSet[bin] === 1)).toEqual([...low]);
  });
});

describe('the partition kernels', () => {
  it('send rows left and right, keeping their order, in one piece or in two', () => {
    const { kernels, buffer, order } = setUp();
    const column = new Uint8Array(buffer, at.column, rows);
    for (let row = 0; row < rows; row++) column[row] = random.below(bins);
    const before = Array.from(order.subarray(3, 33));
    const isLeft = (row: number) => column[row] === 0 || column[row] <= 6;
    const expected = [...before.filter(isLeft), ...before.filter((row) => !isLeft(row))];
    const left = kernels.partition(at.column, at.order, at.spare, 3, 30, 6, 1);
    expect(left).toBe(before.filter(isLeft).length);
    expect(Array.from(order.subarray(3, 33))).toEqual(expected);

    order.set(before, 3);
    const first = kernels.partition(at.column, at.order, at.spare, 3, 11, 6, 1);
    const second = kernels.partition(at.column, at.order, at.spare, 14, 19, 6, 1);
    kernels.joinPartitions(at.order, at.spare, 3, 11, first, second);
    expect(first + second).toBe(left);
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
    kernels.binColumn(at.gradients, 0, 7, at.out, 3, at.column, at.binned + 1, 4);
    const expected = [1, 1, 2, 3, 4, 0, 1];
    expect(Array.from(new Uint8Array(buffer, at.column, 7))).toEqual(expected);
    const rowMajor = new Uint8Array(buffer, at.binned, 28);
    expect(expected.map((_, row) => rowMajor[row * 4 + 1])).toEqual(expected);
  });
});

describe('the loss kernels', () => {
  const scores = [-40, -3, -0.5, 0, 0.25, 2, 9, 60];
  const target = [0, 1, 0, 1, 1, 0, 1, 1];
  const weights = [1, 2, 1, 0.5, 1, 3, 1, 1];
  const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
  const place = { scores: 1024, target: 2048, weights: 3072, slopes: 4096, totals: 5120, rounded: 6144 };
  const quantile = 0.8;
  const cases: [string, number, (s: number, y: number) => [number, number]][] = [
    ['squared error', 0, (s, y) => [s - y, 1]],
    ['log loss', 1, (s, y) => [sigmoid(s) - y, sigmoid(s) * (1 - sigmoid(s))]],
    ['a quantile', 3, (s, y) => [(s >= y ? 1 : 0) - quantile, 1]],
    ['Poisson deviance', 4, (s, y) => [Math.exp(s) - y, Math.exp(s)]],
  ];

  it.each(cases)('give gradient and hessian of %s', (_name, loss, exact) => {
    const { kernels, buffer } = loadBoostingKernels(65_536);
    const count = loss === 4 ? 7 : 8;
    new Float64Array(buffer, place.scores, 8).set(scores);
    new Float64Array(buffer, place.target, 8).set(target);
    new Float64Array(buffer, place.weights, 8).set(weights.slice(0, count));
    const { scores: s, target: y, weights: w, slopes, totals } = place;
    kernels.writeSlopes(loss, quantile, s, y, w, 0, 8, slopes, totals);
    const written = new Float32Array(buffer, slopes, 2 * count);
    for (let i = 0; i < count; i++) {
      const [g, h] = exact(scores[i], target[i]).map((value) => value * weights[i]);
      expect(Math.abs(written[2 * i] - g)).toBeLessThan(1e-6 * Math.max(1, Math.abs(g)));
      expect(Math.abs(written[2 * i + 1] - h)).toBeLessThan(1e-6 * Math.max(0.1, h));
    }
    const [sumG, maxG, sumH, maxH] = new Float64Array(buffer, totals, 4);
    const sizes = scores.slice(0, count).map((v, i) => Math.abs(exact(v, target[i])[0]) * weights[i]);
    const curvatures = scores.slice(0, count).map((v, i) => exact(v, target[i])[1] * weights[i]);
    expect(sumG / sizes.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    expect(maxG / Math.max(...sizes)).toBeCloseTo(1, 6);
    expect(sumH / curvatures.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    expect(maxH / Math.max(...curvatures)).toBeCloseTo(1, 6);
  });

  it('round up or down without leaning to either side', () => {
    const { kernels, buffer } = loadBoostingKernels(2 ** 20);
    const many = 20_000;
    new Float32Array(buffer, 1024, 2 * many).set(
      Array.from({ length: 2 * many }, (_, i) => (i % 2 ? 0.3 : -0.7)),
    );
    const out = 1024 + 8 * many;
    kernels.roundSlopes(1024, out, 0, many, 5, 2, 77, 0);
    const pairs = new Int32Array(buffer, out, many);
    const gradients = pairs.map((pair) => pair >> 16);
    expect(new Set(gradients)).toEqual(new Set([-4, -3]));
    expect(gradients.reduce((sum, g) => sum + g, 0) / many).toBeCloseTo(-3.5, 1);
    const hessians = pairs.map((pair) => pair & 0xffff);
    expect(new Set(hessians)).toEqual(new Set([0, 1]));
    expect(hessians.reduce((sum, h) => sum + h, 0) / many).toBeCloseTo(0.6, 1);
  });

  it('give the probabilities of classes', () => {
    const { kernels, buffer } = loadBoostingKernels(65_536);
    const given = [1, -2, 700, 0, 3, -700, 0.5, 0.5];
    new Float64Array(buffer, 1024, 8).set(given);
    kernels.softmax(1024, 2048, 16, 4, 0, 2);
    const got = new Float64Array(buffer, 2048, 8);
    for (const row of [0, 1]) {
      const raised = [0, 1, 2, 3].map((k) => Math.exp(given[2 * k + row] - (row === 0 ? 700 : 0.5)));
      const sum = raised.reduce((a, b) => a + b, 0);
      raised.forEach((value, k) => expect(got[2 * k + row]).toBeCloseTo(value / sum, 8));
    }
  });
});
