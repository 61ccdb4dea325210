// Kernels of dense neural networks, on f32. Every pointer is a byte offset into the one imported memory. Matrices are
// row-major; every count of rows and of columns is a multiple of four, so that matrices are padded by zeros.

/** out = biases + x · weights: rows × outputs from rows × inputs and inputs × outputs. */
export function denseForward(
  x: usize,
  weights: usize,
  biases: usize,
  out: usize,
  rows: i32,
  inputs: i32,
  outputs: i32,
): void {
  const xStride = (<usize>inputs) << 2;
  const outStride = (<usize>outputs) << 2;
  for (let row = 0; row < rows; row += 4) {
    const x0 = x + <usize>row * xStride;
    const out0 = out + <usize>row * outStride;
    for (let o: usize = 0; o < outStride; o += 16) {
      let a = v128.load(biases + o);
      let b = a;
      let c = a;
      let d = a;
      let weight = weights + o;
      for (let at = x0, end = x0 + xStride; at < end; at += 4) {
        const w = v128.load(weight);
        weight += outStride;
        a = f32x4.add(a, f32x4.mul(v128.load32_splat(at), w));
        b = f32x4.add(b, f32x4.mul(v128.load32_splat(at + xStride), w));
        c = f32x4.add(c, f32x4.mul(v128.load32_splat(at + 2 * xStride), w));
        d = f32x4.add(d, f32x4.mul(v128.load32_splat(at + 3 * xStride), w));
      }
      v128.store(out0 + o, a);
      v128.store(out0 + outStride + o, b);
      v128.store(out0 + 2 * outStride + o, c);
      v128.store(out0 + 3 * outStride + o, d);
    }
  }
}

/** weightGradient = xᵀ · delta and biasGradient = the sums of delta's columns. */
export function denseGradient(
  x: usize,
  delta: usize,
  weightGradient: usize,
  biasGradient: usize,
  rows: i32,
  inputs: i32,
  outputs: i32,
): void {
  const xStride = (<usize>inputs) << 2;
  const stride = (<usize>outputs) << 2;
  const end = delta + <usize>rows * stride;
  for (let o: usize = 0; o < stride; o += 16) {
    let sum = f32x4.splat(0);
    for (let at = delta + o; at < end; at += stride) sum = f32x4.add(sum, v128.load(at));
    v128.store(biasGradient + o, sum);
    for (let i: usize = 0; i < xStride; i += 16) {
      let a = f32x4.splat(0);
      let b = a;
      let c = a;
      let d = a;
      let from = x + i;
      for (let at = delta + o; at < end; at += stride, from += xStride) {
        const slope = v128.load(at);
        a = f32x4.add(a, f32x4.mul(v128.load32_splat(from), slope));
        b = f32x4.add(b, f32x4.mul(v128.load32_splat(from + 4), slope));
        c = f32x4.add(c, f32x4.mul(v128.load32_splat(from + 8), slope));
        d = f32x4.add(d, f32x4.mul(v128.load32_splat(from + 12), slope));
      }
      const to = weightGradient + (i >> 2) * stride + o;
      v128.store(to, a);
      v128.store(to + stride, b);
      v128.store(to + 2 * stride, c);
      v128.store(to + 3 * stride, d);
    }
  }
}

/** before = delta · weightsᵀ, times `scale` where the activation is positive and 0 elsewhere (rectified units). */
export function denseBackward(
  delta: usize,
  weights: usize,
  activations: usize,
  before: usize,
  rows: i32,
  inputs: i32,
  outputs: i32,
  scale: f32,
): void {
  const stride = (<usize>outputs) << 2;
  const factor = f32x4.splat(scale);
  let to = before;
  for (let row = 0; row < rows; row++, delta += stride) {
    let weight = weights;
    for (let i = 0; i < inputs; i += 4, to += 16, activations += 16) {
      let a = f32x4.splat(0);
      let b = a;
      let c = a;
      let d = a;
      for (let o: usize = 0; o < stride; o += 16, weight += 16) {
        const slope = v128.load(delta + o);
        a = f32x4.add(a, f32x4.mul(slope, v128.load(weight)));
        b = f32x4.add(b, f32x4.mul(slope, v128.load(weight + stride)));
        c = f32x4.add(c, f32x4.mul(slope, v128.load(weight + 2 * stride)));
        d = f32x4.add(d, f32x4.mul(slope, v128.load(weight + 3 * stride)));
      }
      weight += 3 * stride;
      // Transposed, so that adding four vectors sums each of the four.
      const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      const first = f32x4.add(
        v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5),
        v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7),
      );
      const second = f32x4.add(
        v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5),
        v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7),
      );
      const positive = f32x4.gt(v128.load(activations), f32x4.splat(0));
      v128.store(to, v128.and(f32x4.mul(f32x4.add(first, second), factor), positive));
    }
  }
}

/** max(0, x) of `count` numbers in place. */
export function rectify(x: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let end = x + ((<usize>count) << 2); x < end; x += 16) v128.store(x, f32x4.max(v128.load(x), zero));
}

/** One step of Adam (Kingma & Ba 2015) on `count` numbers; `rate` is corrected for bias, `decay` is an L2 penalty. */
export function adam(
  values: usize,
  gradient: usize,
  first: usize,
  second: usize,
  count: i32,
  rate: f32,
  decay: f32,
): void {
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 16, gradient += 16, first += 16, second += 16) {
    const value = v128.load(values);
    const g = f32x4.add(v128.load(gradient), f32x4.mul(value, f32x4.splat(decay)));
    const m = f32x4.add(f32x4.mul(v128.load(first), f32x4.splat(0.9)), f32x4.mul(g, f32x4.splat(0.1)));
    const square = f32x4.mul(f32x4.mul(g, g), f32x4.splat(0.001));
    const v = f32x4.add(f32x4.mul(v128.load(second), f32x4.splat(0.999)), square);
    v128.store(first, m);
    v128.store(second, v);
    const step = f32x4.div(f32x4.mul(m, f32x4.splat(rate)), f32x4.add(f32x4.sqrt(v), f32x4.splat(1e-8)));
    v128.store(values, f32x4.sub(value, step));
  }
}
