// Kernels of histogram gradient boosting. Every pointer is a byte offset into the one imported memory.
// A histogram cell is 16 bytes: the sum of gradients, the sum of hessians. Bin 0 holds missing values.

/**
 * Adds the rows order[start .. start + count) to a histogram of `groups` × 4 features.
 * `bins`: u8, row-major, groups × 4 to a row. `gradients`: 16 bytes a row. `stride`: bytes from feature to feature.
 */
export function buildHistogram(
  bins: usize,
  order: usize,
  gradients: usize,
  start: i32,
  count: i32,
  groups: i32,
  histogram: usize,
  stride: usize,
): void {
  const width = (<usize>groups) << 2;
  const stride2 = stride << 1;
  const stride3 = stride2 + stride;
  const stride4 = stride << 2;
  let at = order + ((<usize>start) << 2);
  const end = at + ((<usize>count) << 2);
  while (at < end) {
    const row = <usize>load<u32>(at);
    at += 4;
    const gh = v128.load(gradients + (row << 4));
    let bin = bins + row * width;
    const rowEnd = bin + width;
    let h = histogram;
    while (bin < rowEnd) {
      const four = load<u32>(bin);
      bin += 4;
      const a = h + ((<usize>(four & 255)) << 4);
      v128.store(a, f64x2.add(v128.load(a), gh));
      const b = h + stride + ((<usize>((four >> 8) & 255)) << 4);
      v128.store(b, f64x2.add(v128.load(b), gh));
      const c = h + stride2 + ((<usize>((four >> 16) & 255)) << 4);
      v128.store(c, f64x2.add(v128.load(c), gh));
      const d = h + stride3 + ((<usize>(four >> 24)) << 4);
      v128.store(d, f64x2.add(v128.load(d), gh));
      h += stride4;
    }
  }
}

export function clear(target: usize, bytes: usize): void {
  memory.fill(target, 0, bytes);
}

/** target −= other, cell by cell: the sibling's histogram out of the parent's. */
export function subtractHistogram(target: usize, other: usize, bytes: usize): void {
  const end = target + bytes;
  while (target < end) {
    v128.store(target, f64x2.sub(v128.load(target), v128.load(other)));
    target += 16;
    other += 16;
  }
}

/**
 * Best threshold of one numeric feature by second-order gain (Chen & Guestrin 2016, eq. 7).
 * Tries missing values right, and left as well where there are some. Writes f64 {gain, bin, missingLeft, gradient and
 * hessian of the left side} at `out` and returns the gain; at most `floor` means there is none better.
 */
export function findThreshold(
  histogram: usize,
  bins: i32,
  gradient: f64,
  hessian: f64,
  l2: f64,
  minHessian: f64,
  floor: f64,
  out: usize,
): f64 {
  const total = f64x2.replace_lane(f64x2.splat(gradient), 1, hessian);
  const parent = (gradient * gradient) / (hessian + l2);
  const regular = f64x2.splat(l2);
  const missing = v128.load(histogram);
  // What subtracting histograms leaves behind is no missing value.
  const hasMissing = f64x2.extract_lane(missing, 1) > 1e-9 * hessian;
  const passes = hasMissing ? 2 : 1;
  let best = floor;
  for (let pass = 0; pass < passes; pass++) {
    let left = pass == 1 ? missing : f64x2.splat(0);
    const last = hasMissing && pass == 0 ? bins : bins - 1;
    for (let bin = 1; bin < last; bin++) {
      left = f64x2.add(left, v128.load(histogram + ((<usize>bin) << 4)));
      const leftHessian = f64x2.extract_lane(left, 1);
      if (leftHessian < minHessian) continue;
      if (hessian - leftHessian < minHessian) break;
      const right = f64x2.sub(total, left);
      const g = v128.shuffle<f64>(left, right, 0, 2);
      const h = f64x2.add(v128.shuffle<f64>(left, right, 1, 3), regular);
      const sides = f64x2.div(f64x2.mul(g, g), h);
      const gain = f64x2.extract_lane(sides, 0) + f64x2.extract_lane(sides, 1) - parent;
      if (gain > best) {
        best = gain;
        store<f64>(out, gain);
        store<f64>(out, <f64>bin, 8);
        store<f64>(out, <f64>pass, 16);
        v128.store(out, left, 24);
      }
    }
  }
  return best;
}

/** Stable partition of order[start .. start + count): left where the bin is ≤ `threshold`. Returns the left count. */
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
  let right = spare;
  for (let at = base; at < end; at += 4) {
    const row = load<u32>(at);
    const bin = <i32>load<u8>(column + <usize>row);
    const goesLeft = bin == 0 ? missingLeft : i32(bin <= threshold);
    store<u32>(left, row);
    store<u32>(right, row);
    left += (<usize>goesLeft) << 2;
    right += (<usize>(1 - goesLeft)) << 2;
  }
  memory.copy(left, spare, right - spare);
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
  let right = spare;
  for (let at = base; at < end; at += 4) {
    const row = load<u32>(at);
    const goesLeft = <usize>load<u8>(leftSet + <usize>load<u8>(column + <usize>row));
    store<u32>(left, row);
    store<u32>(right, row);
    left += goesLeft << 2;
    right += (1 - goesLeft) << 2;
  }
  memory.copy(left, spare, right - spare);
  return <i32>((left - base) >> 2);
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

/**
 * Bins a column of f64: 0 for NaN, else 1 + the number of edges below the value. Writes the u8 both to the
 * column-major copy and, `stride` bytes apart, to the row-major one.
 */
export function binColumn(
  values: usize,
  count: i32,
  edges: usize,
  edgeCount: i32,
  column: usize,
  rows: usize,
  stride: usize,
): void {
  for (let i = 0; i < count; i++) {
    const value = load<f64>(values + ((<usize>i) << 3));
    let bin = 0;
    if (value == value) {
      let low = 0;
      let length = edgeCount;
      while (length > 0) {
        const half = length >> 1;
        const above = value > load<f64>(edges + ((<usize>(low + half)) << 3));
        low = above ? low + half + 1 : low;
        length = above ? length - half - 1 : half;
      }
      bin = low + 1;
    }
    store<u8>(column + <usize>i, <u8>bin);
    store<u8>(rows + <usize>i * stride, <u8>bin);
  }
}
