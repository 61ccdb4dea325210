// Searches histograms of `boosting.ts` for the split of the largest second-order gain (Chen & Guestrin 2016, eq. 7).
// All quantities are those of the rounded gradients; `l2` is divided by the scale of the hessians beforehand.

const featureBytes: usize = 2112;

/** What a search writes: f64 {gain, feature, bin, missingLeft}, then the i64 cell of the left side. */
function report(out: usize, gain: f64, feature: i32, bin: i32, missingLeft: i32, left: i64): void {
  store<f64>(out, gain);
  store<f64>(out, <f64>feature, 8);
  store<f64>(out, <f64>bin, 16);
  store<f64>(out, <f64>missingLeft, 24);
  store<i64>(out, left, 32);
}

function cellOf(gradient: f64, hessian: f64): i64 {
  return ((<i64>gradient) << 32) + <i64>hessian;
}

/** Gradients of the two cells as a pair of f64. */
function gradientsOf(sides: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(sides, sides, 1, 3, 1, 3));
}

function hessiansOf(sides: v128): v128 {
  return f64x2.convert_low_i32x4_u(v128.shuffle<i32>(sides, sides, 0, 2, 0, 2));
}

/**
 * The best threshold of the features from .. to of a leaf whose gradients sum up to `gradient` and `hessian`.
 * `counts`: i32 a feature, its bins, or 0 for one that is not numeric. Tries missing values right, and left as well
 * where there are some. Returns the gain, which `report` tells of at `out`; at most `floor` means there is none better.
 */
export function findThreshold(
  histogram: usize,
  counts: usize,
  from: i32,
  to: i32,
  gradient: f64,
  hessian: f64,
  l2: f64,
  minHessian: f64,
  floor: f64,
  out: usize,
): f64 {
  const total = cellOf(gradient, hessian);
  const parent = (gradient * gradient) / (hessian + l2);
  const regular = f64x2.splat(l2);
  const least = <u32>minHessian;
  let best = floor + parent;
  let found = false;
  for (let feature = from; feature < to; feature++) {
    const bins = load<i32>(counts + ((<usize>feature) << 2));
    const cells = histogram + <usize>feature * featureBytes;
    const missing = bins > 0 ? load<i64>(cells) : 0;
    const passes = missing != 0 ? 2 : 1;
    for (let pass = 0; pass < passes; pass++) {
      let left: i64 = pass == 1 ? missing : 0;
      const last = missing != 0 && pass == 0 ? bins : bins - 1;
      for (let bin = 1; bin < last; bin++) {
        const cell = load<i64>(cells + ((<usize>bin) << 3));
        if (cell == 0) continue;
        left += cell;
        if (<u32>left < least) continue;
        const right = total - left;
        if (<u32>right < least) break;
        const sides = i64x2.replace_lane(i64x2.splat(left), 1, right);
        const g = gradientsOf(sides);
        const share = f64x2.div(f64x2.mul(g, g), f64x2.add(hessiansOf(sides), regular));
        const gain = f64x2.extract_lane(share, 0) + f64x2.extract_lane(share, 1);
        if (gain > best) {
          best = gain;
          found = true;
          report(out, gain - parent, feature, bin, pass, left);
        }
      }
    }
  }
  return found ? best - parent : floor;
}

/** What a side with the value `value` gains. */
function gainAt(gradient: f64, hessian: f64, value: f64): f64 {
  return -value * (2 * gradient + hessian * value);
}

/**
 * As `findThreshold`, of one feature where the values of leaves are bounded: they stay within lower .. upper, and do
 * not fall from left to right where `sign` is 1, nor rise where it is −1.
 */
export function findBoundedThreshold(
  histogram: usize,
  feature: i32,
  bins: i32,
  sign: i32,
  lower: f64,
  upper: f64,
  gradient: f64,
  hessian: f64,
  l2: f64,
  minHessian: f64,
  floor: f64,
  out: usize,
): f64 {
  const total = cellOf(gradient, hessian);
  const whole = min(upper, max(lower, -gradient / (hessian + l2)));
  const parent = gainAt(gradient, hessian + l2, whole);
  const least = <u32>minHessian;
  const cells = histogram + <usize>feature * featureBytes;
  const missing = load<i64>(cells);
  const passes = missing != 0 ? 2 : 1;
  let best = floor;
  for (let pass = 0; pass < passes; pass++) {
    let left: i64 = pass == 1 ? missing : 0;
    const last = missing != 0 && pass == 0 ? bins : bins - 1;
    for (let bin = 1; bin < last; bin++) {
      const cell = load<i64>(cells + ((<usize>bin) << 3));
      if (cell == 0) continue;
      left += cell;
      if (<u32>left < least) continue;
      const right = total - left;
      if (<u32>right < least) break;
      const g = <f64>(<i32>(left >> 32));
      const h = <f64>(<u32>left) + l2;
      const otherG = <f64>(<i32>(right >> 32));
      const otherH = <f64>(<u32>right) + l2;
      const value = min(upper, max(lower, -g / h));
      const other = min(upper, max(lower, -otherG / otherH));
      if ((other - value) * <f64>sign < 0) continue;
      const gain = gainAt(g, h, value) + gainAt(otherG, otherH, other) - parent;
      if (gain > best) {
        best = gain;
        report(out, gain, feature, bin, pass, left);
      }
    }
  }
  return best;
}

/**
 * The best two groups of the categories of one feature: the first or the last few of them, `most` at most, by their
 * smoothed mean gradient (Fisher 1958). A category below `minCategory` is left with those unseen. `scratch`: 256 × 16
 * bytes. `leftSet`: 256 bytes, 1 where the bin goes left, written where something better than `floor` is found.
 */
export function findCategories(
  histogram: usize,
  feature: i32,
  bins: i32,
  gradient: f64,
  hessian: f64,
  l2: f64,
  penalty: f64,
  smoothing: f64,
  minCategory: f64,
  minHessian: f64,
  most: i32,
  floor: f64,
  scratch: usize,
  leftSet: usize,
  out: usize,
): f64 {
  const cells = histogram + <usize>feature * featureBytes;
  const total = cellOf(gradient, hessian);
  const least = <u32>minHessian;
  const used = sortCategories(cells, bins, smoothing, <u32>minCategory, scratch);
  // Few categories are no temptation: they are penalised like numbers.
  const added = used > 4 ? l2 + penalty : l2;
  const regular = f64x2.splat(added);
  const parent = (gradient * gradient) / (hessian + l2);
  const limit = min(most, used);
  let best = floor;
  let bestCount = 0;
  let bestDirection = 0;
  for (let direction = 0; direction < 2; direction++) {
    let left: i64 = 0;
    for (let taken = 0; taken < limit; taken++) {
      const at = direction == 0 ? taken : used - 1 - taken;
      left += load<i64>(cells + ((<usize>load<i32>(scratch + ((<usize>at) << 4), 8)) << 3));
      if (<u32>left < least) continue;
      const right = total - left;
      if (<u32>right < least) break;
      const sides = i64x2.replace_lane(i64x2.splat(left), 1, right);
      const g = gradientsOf(sides);
      const share = f64x2.div(f64x2.mul(g, g), f64x2.add(hessiansOf(sides), regular));
      const gain = f64x2.extract_lane(share, 0) + f64x2.extract_lane(share, 1) - parent;
      if (gain > best) {
        best = gain;
        bestCount = taken + 1;
        bestDirection = direction;
        report(out, gain, feature, 0, 0, left);
      }
    }
  }
  if (bestCount == 0) return floor;
  memory.fill(leftSet, 0, 256);
  for (let taken = 0; taken < bestCount; taken++) {
    const at = bestDirection == 0 ? taken : used - 1 - taken;
    store<u8>(leftSet + <usize>load<i32>(scratch + ((<usize>at) << 4), 8), 1);
  }
  store<f64>(out, <f64>load<u8>(leftSet), 24);
  return best;
}

/** Pairs {f64 statistic, i32 bin} by rising statistic, of the bins with enough in them; returns how many. */
function sortCategories(cells: usize, bins: i32, smoothing: f64, least: u32, scratch: usize): i32 {
  let used = 0;
  for (let bin = 0; bin < bins; bin++) {
    const cell = load<i64>(cells + ((<usize>bin) << 3));
    if (cell == 0 || <u32>cell < least) continue;
    const at = scratch + ((<usize>used) << 4);
    store<f64>(at, <f64>(<i32>(cell >> 32)) / (<f64>(<u32>cell) + smoothing));
    store<i32>(at, bin, 8);
    used++;
  }
  // Shell sort with the gaps of Ciura; at most 255 pairs, in the order of bins where statistics are equal.
  for (let step = 0; step < 6; step++) {
    const gap = step == 0 ? 132 : step == 1 ? 57 : step == 2 ? 23 : step == 3 ? 10 : step == 4 ? 4 : 1;
    for (let i = gap; i < used; i++) {
      const pair = v128.load(scratch + ((<usize>i) << 4));
      const statistic = f64x2.extract_lane(pair, 0);
      const bin = i32x4.extract_lane(pair, 2);
      let j = i;
      while (j >= gap) {
        const before = scratch + ((<usize>(j - gap)) << 4);
        const other = load<f64>(before);
        if (other < statistic || (other == statistic && load<i32>(before, 8) < bin)) break;
        v128.store(scratch + ((<usize>j) << 4), v128.load(before));
        j -= gap;
      }
      v128.store(scratch + ((<usize>j) << 4), pair);
    }
  }
  return used;
}
