/**
 * Solves A x = b for a symmetric positive definite A (n × n, row-major; only its lower triangle is read).
 * Returns x, or undefined where A is not positive definite to working precision. Inputs are not changed.
 */
export function solveCholesky(matrix: Float64Array, b: Float64Array): Float64Array | undefined {
  const factor = factorise(matrix, b.length);
  if (!factor) return undefined;
  const x = b.slice();
  substituteForward(factor, x);
  substituteBackward(factor, x);
  return x;
}

function factorise(matrix: Float64Array, n: number): Float64Array | undefined {
  const factor = matrix.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = factor[i * n + j];
      for (let k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k];
      if (i !== j) factor[i * n + j] = sum / factor[j * n + j];
      else if (sum > 0) factor[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}

function substituteForward(factor: Float64Array, x: Float64Array): void {
  const n = x.length;
  for (let i = 0; i < n; i++) {
    let sum = x[i];
    for (let k = 0; k < i; k++) sum -= factor[i * n + k] * x[k];
    x[i] = sum / factor[i * n + i];
  }
}

function substituteBackward(factor: Float64Array, x: Float64Array): void {
  const n = x.length;
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i];
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i] * x[k];
    x[i] = sum / factor[i * n + i];
  }
}
