// Kernels of histogram gradient boosting. Every pointer is a byte offset into the one imported memory.
//
// Gradients are integers, as in LightGBM's quantized training (Shi et al. 2022): a row is an i32, the gradient in its
// upper half and the hessian, never negative, in its lower one. A histogram cell is an i64, the sum of gradients in its
// upper half and that of hessians, unsigned, in its lower one; the scale is chosen so that neither sum can overflow.
// One addition serves both, sums are exact in any order, and an empty bin is 0. Bin 0 holds missing values.

/** Bytes from feature to feature in a histogram: 256 cells, and one cache line so that bins do not fall on each other. */
const featureBytes: usize = 2112;

/**
 * Makes the histogram of the rows order[start .. start + count), of `groups` × 4 features.
 * `bins`: u8, row-major, groups × 4 to a row. `gradients`: i32 a row.
 */
export function buildHistogram(
  bins: usize,
  order: usize,
  gradients: usize,
  start: i32,
  count: i32,
  groups: i32,
  histogram: usize,
): void {
  const width = (<usize>groups) << 2;
  memory.fill(histogram, 0, width * featureBytes);
  const first = order + ((<usize>start) << 2);
  const end = first + ((<usize>count) << 2);
  let touched: u32 = 0;
  for (let batch = first; batch < end; batch += batchBytes) {
    const stop = min(end, batch + batchBytes);
    touched ^= touchRows(bins, gradients, batch, stop, width);
    for (let at = batch; at < stop; at += 4) {
      const row = <usize>load<u32>(at);
      const pair = load<i32>(gradients + (row << 2));
      const cell = i64x2.splat(((<i64>(pair >> 16)) << 32) | <i64>(pair & 0xffff));
      let bin = bins + row * width;
      const rowEnd = bin + width;
      let h = histogram;
      while (bin < rowEnd) {
        // The distances between features are immediate operands: that saves an addition each.
        const a = h + ((<usize>load<u8>(bin)) << 3);
        v128.store64_lane(a, i64x2.add(v128.load64_zero(a), cell), 0);
        const b = h + ((<usize>load<u8>(bin, 1)) << 3);
        v128.store64_lane(b, i64x2.add(v128.load64_zero(b, featureBytes), cell), 0, featureBytes);
        const c = h + ((<usize>load<u8>(bin, 2)) << 3);
        v128.store64_lane(c, i64x2.add(v128.load64_zero(c, 2 * featureBytes), cell), 0, 2 * featureBytes);
        const d = h + ((<usize>load<u8>(bin, 3)) << 3);
        v128.store64_lane(d, i64x2.add(v128.load64_zero(d, 3 * featureBytes), cell), 0, 3 * featureBytes);
        bin += 4;
        h += 4 * featureBytes;
      }
    }
  }
  // Nobody reads this; without it, the compiler would find the loads to be useless.
  store<u32>(unreadAt, touched);
}

/** In the first kilobyte, which is the kernels' own. */
const unreadAt: usize = 1016;

/** Rows of a batch, as bytes of `order`. */
const batchBytes: usize = 128;

/**
 * Reads a byte of every cache line of some rows. WebAssembly cannot prefetch; but loads that wait for memory side by
 * side take hardly longer than one, while between the additions to a histogram each would be waited for.
 */
function touchRows(bins: usize, gradients: usize, from: usize, to: usize, width: usize): u32 {
  let touched: u32 = 0;
  for (let at = from; at < to; at += 4) {
    const row = <usize>load<u32>(at);
    touched ^= load<u32>(gradients + (row << 2));
    const rowAt = bins + row * width;
    touched ^= <u32>load<u8>(rowAt + width - 1);
    for (let line: usize = 0; line < width - 1; line += 64) touched ^= <u32>load<u8>(rowAt + line);
  }
  return touched;
}

/** target −= other, cell by cell: the sibling's histogram out of the parent's. */
export function subtractHistogram(target: usize, other: usize, bytes: usize): void {
  const end = target + bytes;
  while (target < end) {
    v128.store(target, i64x2.sub(v128.load(target), v128.load(other)));
    target += 16;
    other += 16;
  }
}

/** target += other, cell by cell: what another thread has counted. */
export function addHistogram(target: usize, other: usize, bytes: usize): void {
  const end = target + bytes;
  while (target < end) {
    v128.store(target, i64x2.add(v128.load(target), v128.load(other)));
    target += 16;
    other += 16;
  }
}

/** order[from .. to) = from, from + 1, … */
export function orderRows(order: usize, from: i32, to: i32): void {
  for (let row = from; row < to; row++) store<u32>(order + ((<usize>row) << 2), row);
}

/**
 * Stable partition of order[start .. start + count): left where the bin is ≤ `threshold`. Returns the left count.
 * `spare` is as long as `order`; only the same range of it is written.
 */
export function partition(
  column: usize,
  order: usize,
  spare: usize,
  start: i32,
  count: i32,
  threshold: i32,
  missingLeft: i32,
): i32 {
  const base = order + ((<usize>start) << 2);
  const end = base + ((<usize>count) << 2);
  let left = base;
  const kept = spare + ((<usize>start) << 2);
  let right = kept;
  for (let at = base; at < end; at += 4) {
    const row = load<u32>(at);
    const bin = <i32>load<u8>(column + <usize>row);
    const goesLeft = bin == 0 ? missingLeft : i32(bin <= threshold);
    store<u32>(left, row);
    store<u32>(right, row);
    left += (<usize>goesLeft) << 2;
    right += (<usize>(1 - goesLeft)) << 2;
  }
  memory.copy(left, kept, right - kept);
  return <i32>((left - base) >> 2);
}

/** As `partition`, for categories: `leftSet` is 256 bytes, 1 where the bin goes left. */
export function partitionCategories(
  column: usize,
  order: usize,
  spare: usize,
  start: i32,
  count: i32,
  leftSet: usize,
): i32 {
  const base = order + ((<usize>start) << 2);
  const end = base + ((<usize>count) << 2);
  let left = base;
  const kept = spare + ((<usize>start) << 2);
  let right = kept;
  for (let at = base; at < end; at += 4) {
    const row = load<u32>(at);
    const goesLeft = <usize>load<u8>(leftSet + <usize>load<u8>(column + <usize>row));
    store<u32>(left, row);
    store<u32>(right, row);
    left += goesLeft << 2;
    right += (1 - goesLeft) << 2;
  }
  memory.copy(left, kept, right - kept);
  return <i32>((left - base) >> 2);
}

/**
 * Two neighbouring ranges that `partition` has split, made one: lefts of the first, lefts of the second, then the
 * rights. `firstLeft` and `secondLeft` are what it returned for them.
 */
export function joinPartitions(
  order: usize,
  spare: usize,
  start: i32,
  firstCount: i32,
  firstLeft: i32,
  secondLeft: i32,
): void {
  const rights = order + ((<usize>(start + firstLeft)) << 2);
  const bytes = (<usize>(firstCount - firstLeft)) << 2;
  const kept = spare + ((<usize>start) << 2);
  memory.copy(kept, rights, bytes);
  const lefts = (<usize>secondLeft) << 2;
  memory.copy(rights, rights + bytes, lefts);
  memory.copy(rights + lefts, kept, bytes);
}

/** Adds `value` to the f64 scores of the rows order[start .. start + count). */
export function addScore(scores: usize, order: usize, start: i32, count: i32, value: f64): void {
  let at = order + ((<usize>start) << 2);
  const end = at + ((<usize>count) << 2);
  for (; at < end; at += 4) {
    const score = scores + ((<usize>load<u32>(at)) << 3);
    store<f64>(score, load<f64>(score) + value);
  }
}

/** Sums the unrounded gradients and hessians (f32 pairs) of the rows order[start .. start + count) into f64 at `out`. */
export function sumLeaf(slopes: usize, order: usize, start: i32, count: i32, out: usize): void {
  let at = order + ((<usize>start) << 2);
  const end = at + ((<usize>count) << 2);
  let sum = f64x2.splat(0);
  for (; at < end; at += 4) {
    const pair = v128.load64_zero(slopes + ((<usize>load<u32>(at)) << 3));
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(pair));
  }
  v128.store(out, sum);
}

/**
 * Bins the rows from .. to of a column of f64: 0 for NaN, else 1 + the number of edges below the value. Writes the u8
 * both to the column-major copy and, `stride` bytes apart, to the row-major one.
 */
export function binColumn(
  values: usize,
  from: i32,
  to: i32,
  edges: usize,
  edgeCount: i32,
  column: usize,
  rows: usize,
  stride: usize,
): void {
  for (let i = from; i < to; i++) {
    const value = load<f64>(values + ((<usize>i) << 3));
    let bin = 0;
    if (value == value) {
      let low = edges;
      let length = edgeCount;
      while (length > 0) {
        const half = length >> 1;
        const middle = low + ((<usize>half) << 3);
        const above = value > load<f64>(middle);
        low = above ? middle + 8 : low;
        length = above ? length - half - 1 : half;
      }
      bin = 1 + <i32>((low - edges) >> 3);
    }
    store<u8>(column + <usize>i, <u8>bin);
    store<u8>(rows + <usize>i * stride, <u8>bin);
  }
}
