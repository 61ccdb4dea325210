// First and second derivatives of the losses that boosting minimises, two or four rows at a time. Arrays of rows are
// padded to a multiple of four rows; the weight of the padding is 0. Sums are taken block by block, so that they are the same
// however the blocks are shared out among threads.

/** Rows of a block; `from` is always a multiple of it. */
const blockRows: i32 = 16384;

const squared: i32 = 0;
const logistic: i32 = 1;
const softmaxOutput: i32 = 2;
const quantile: i32 = 3;
const poisson: i32 = 4;

/** e^x for |x| < 700: x = k ln 2 + r, the exponential of r by its series up to r⁸; relative error below 1e-9. */
function exp(x: v128): v128 {
  const bounded = f64x2.max(f64x2.splat(-700), f64x2.min(f64x2.splat(700), x));
  const k = f64x2.nearest(f64x2.mul(bounded, f64x2.splat(1.4426950408889634)));
  const high = f64x2.sub(bounded, f64x2.mul(k, f64x2.splat(0.6931471803691238)));
  const r = f64x2.sub(high, f64x2.mul(k, f64x2.splat(1.9082149292705877e-10)));
  let p = f64x2.splat(2.48015873015873e-5);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.984126984126984e-4));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.388888888888889e-3));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(8.333333333333333e-3));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(4.1666666666666664e-2));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.6666666666666666e-1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k));
  return f64x2.mul(p, i64x2.shl(i64x2.add(exponent, i64x2.splat(1023)), 52));
}

/** As `exp`, of four f32 between −80 and 80; relative error below 3e-7. */
function expNarrow(x: v128): v128 {
  const bounded = f32x4.max(f32x4.splat(-80), f32x4.min(f32x4.splat(80), x));
  const k = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.4426950408889634)));
  const high = f32x4.sub(bounded, f32x4.mul(k, f32x4.splat(0.693359375)));
  const r = f32x4.add(high, f32x4.mul(k, f32x4.splat(2.1219444e-4)));
  let p = f32x4.splat(1.388888888888889e-3);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.333333333333333e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1666666666666664e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666666666666666e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23));
}

/** Four f64 as f32. */
function narrow(at: usize): v128 {
  const low = f32x4.demote_f64x2_zero(v128.load(at));
  return v128.shuffle<f64>(low, f32x4.demote_f64x2_zero(v128.load(at, 16)), 0, 2);
}

function sumLanes(x: v128): f64 {
  const pairs = f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1)));
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}

function maxLanes(x: v128): f64 {
  const pairs = f32x4.pmax(x, v128.shuffle<f64>(x, x, 1, 1));
  return <f64>max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** `writeSlopes` of the log loss, for one block: the loss that is met most, and the one with an exponential. */
function writeLogisticBlock(
  scores: usize,
  target: usize,
  weights: usize,
  from: i32,
  to: i32,
  slopes: usize,
  out: usize,
): void {
  const one = f32x4.splat(1);
  let sumG = f32x4.splat(0);
  let maxG = f32x4.splat(0);
  let sumH = f32x4.splat(0);
  let maxH = f32x4.splat(0);
  for (let row = from; row < to; row += 4) {
    const at = (<usize>row) << 3;
    const weight = narrow(weights + at);
    const p = f32x4.div(one, f32x4.add(one, expNarrow(f32x4.neg(narrow(scores + at)))));
    const g = f32x4.mul(weight, f32x4.sub(p, narrow(target + at)));
    const h = f32x4.mul(weight, f32x4.mul(p, f32x4.sub(one, p)));
    const size = f32x4.abs(g);
    sumG = f32x4.add(sumG, size);
    maxG = f32x4.pmax(maxG, size);
    sumH = f32x4.add(sumH, h);
    maxH = f32x4.pmax(maxH, h);
    v128.store(slopes + at, v128.shuffle<f32>(g, h, 0, 4, 1, 5));
    v128.store(slopes + at, v128.shuffle<f32>(g, h, 2, 6, 3, 7), 16);
  }
  store<f64>(out, sumLanes(sumG));
  store<f64>(out, maxLanes(maxG), 8);
  store<f64>(out, sumLanes(sumH), 16);
  store<f64>(out, maxLanes(maxH), 24);
}

/** Class probabilities of the rows from .. to: of `outputs` arrays of f64, `stride` bytes apart on both sides. */
export function softmax(
  scores: usize,
  probabilities: usize,
  stride: usize,
  outputs: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row += 2) {
    const first = scores + ((<usize>row) << 3);
    const out = probabilities + ((<usize>row) << 3);
    let most = v128.load(first);
    for (let k = 1; k < outputs; k++) most = f64x2.pmax(most, v128.load(first + <usize>k * stride));
    let sum = f64x2.splat(0);
    for (let k = 0; k < outputs; k++) {
      const raised = exp(f64x2.sub(v128.load(first + <usize>k * stride), most));
      v128.store(out + <usize>k * stride, raised);
      sum = f64x2.add(sum, raised);
    }
    for (let k = 0; k < outputs; k++) {
      const at = out + <usize>k * stride;
      v128.store(at, f64x2.div(v128.load(at), sum));
    }
  }
}

/**
 * Writes f32 pairs {gradient, hessian} of the rows from .. to at `slopes`, and f64 {sum and maximum of |gradient|, sum
 * and maximum of the hessian} of each block at `totals`. `argument`: the share of a quantile, or the class of softmax,
 * whose `scores` are its probabilities.
 */
export function writeSlopes(
  loss: i32,
  argument: f64,
  scores: usize,
  target: usize,
  weights: usize,
  from: i32,
  to: i32,
  slopes: usize,
  totals: usize,
): void {
  const one = f64x2.splat(1);
  const given = f64x2.splat(argument);
  for (let start = from; start < to; start += blockRows) {
    const end = min(to, start + blockRows);
    const out = totals + ((<usize>(start / blockRows)) << 5);
    if (loss == logistic) {
      writeLogisticBlock(scores, target, weights, start, end, slopes, out);
      continue;
    }
    let sumG = f64x2.splat(0);
    let maxG = f64x2.splat(0);
    let sumH = f64x2.splat(0);
    let maxH = f64x2.splat(0);
    for (let row = start; row < end; row += 2) {
      const at = (<usize>row) << 3;
      const score = v128.load(scores + at);
      const y = v128.load(target + at);
      const weight = v128.load(weights + at);
      let g = f64x2.sub(score, y);
      let h = one;
      if (loss == softmaxOutput) {
        g = f64x2.sub(score, v128.and(one, f64x2.eq(y, given)));
        h = f64x2.mul(score, f64x2.sub(one, score));
      } else if (loss == quantile) {
        g = f64x2.sub(v128.and(one, f64x2.ge(score, y)), given);
      } else if (loss == poisson) {
        h = exp(score);
        g = f64x2.sub(h, y);
      }
      g = f64x2.mul(weight, g);
      h = f64x2.mul(weight, h);
      const size = f64x2.abs(g);
      sumG = f64x2.add(sumG, size);
      maxG = f64x2.pmax(maxG, size);
      sumH = f64x2.add(sumH, h);
      maxH = f64x2.pmax(maxH, h);
      const narrowG = f32x4.demote_f64x2_zero(g);
      const narrowH = f32x4.demote_f64x2_zero(h);
      v128.store(slopes + at, v128.shuffle<f32>(narrowG, narrowH, 0, 4, 1, 5));
    }
    store<f64>(out, f64x2.extract_lane(sumG, 0) + f64x2.extract_lane(sumG, 1));
    store<f64>(out, max(f64x2.extract_lane(maxG, 0), f64x2.extract_lane(maxG, 1)), 8);
    store<f64>(out, f64x2.extract_lane(sumH, 0) + f64x2.extract_lane(sumH, 1), 16);
    store<f64>(out, max(f64x2.extract_lane(maxH, 0), f64x2.extract_lane(maxH, 1)), 24);
  }
}

/**
 * Rounds slopes × scales to the integers that histograms take, up or down by a chance that keeps the mean; the chance
 * depends on the row and `seed` alone. `exactHessian`: that of every row is a whole number already.
 */
export function roundSlopes(
  slopes: usize,
  gradients: usize,
  from: i32,
  to: i32,
  gradientScale: f64,
  hessianScale: f64,
  seed: i32,
  exactHessian: i32,
): void {
  const g = <f32>gradientScale;
  const h = <f32>hessianScale;
  const scale = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(g), 1, h), 3, h);
  for (let row = from; row < to; row += 2) {
    const at = slopes + ((<usize>row) << 3);
    let mixed: u32 = (<u32>row ^ <u32>seed) * <u32>0x9e3779b1;
    mixed = (mixed ^ (mixed >> 15)) * <u32>0x85ebca6b;
    mixed ^= mixed >> 13;
    const first = <f32>(mixed & 0xffff) * <f32>(1.0 / 65536.0);
    const second = <f32>(mixed >> 16) * <f32>(1.0 / 65536.0);
    let chance = f32x4.replace_lane(f32x4.splat(first), 2, second);
    chance = f32x4.replace_lane(chance, 1, exactHessian != 0 ? <f32>0.5 : first);
    chance = f32x4.replace_lane(chance, 3, exactHessian != 0 ? <f32>0.5 : second);
    const scaled = f32x4.floor(f32x4.add(f32x4.mul(v128.load(at), scale), chance));
    const whole = i32x4.trunc_sat_f32x4_s(scaled);
    const packed = v128.shuffle<i16>(whole, whole, 2, 0, 6, 4, 2, 0, 6, 4);
    v128.store64_lane(gradients + ((<usize>row) << 2), packed, 0);
  }
}
