import { createRandom } from '../../random/random.ts';
import type { SparseRow, SparseRows } from './text-matrix.ts';

const mostTopics = 16;
const rowsForTopic = 20;
const oversampling = 8;
const powerIterations = 2;
/** Rows that topics are found in. */
const mostRows = 20_000;
const seed = 0x746f7069;

/** directions[bucket × topics + topic], of length 1 each. */
export interface Topics {
  readonly topics: number;
  readonly directions: Float32Array;
}

/** Writes a row's coordinates along the topics. */
export function writeTopics(
  { topics, directions }: Topics,
  row: SparseRow,
  x: Float64Array,
  at: number,
): void {
  for (let t = 0; t < topics; t++) {
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += row.values[i] * directions[row.columns[i] * topics + t];
    x[at + t] = sum;
  }
}

/**
 * The leading right singular vectors of a sparse matrix, by a seeded randomised range finder with power iterations
 * (Halko, Martinsson & Tropp 2011, algorithms 4.4 and 5.1). Fewer where there are few rows or little to find.
 */
export function findTopics(matrix: SparseRows): Topics {
  const rows = Math.min(mostRows, matrix.rows);
  const wanted = Math.min(mostTopics, Math.floor(rows / rowsForTopic));
  const size = Math.min(wanted + oversampling, rows);
  if (wanted < 1) return { topics: 0, directions: new Float32Array(0) };
  const random = createRandom(seed);
  const start = Float64Array.from({ length: matrix.width * size }, () => 2 * random.uniform() - 1);
  let range = multiply(matrix, rows, start, size);
  orthonormalise(range, rows, size);
  let across = multiplyTransposed(matrix, rows, range, size);
  for (let i = 0; i < powerIterations; i++) {
    range = multiply(matrix, rows, across, size);
    orthonormalise(range, rows, size);
    across = multiplyTransposed(matrix, rows, range, size);
  }
  return leading(across, matrix.width, size, wanted);
}

/** Right singular vectors from B = QᵀA, given as its transpose, by the eigenvectors of B Bᵀ. */
function leading(across: Float64Array, width: number, size: number, wanted: number): Topics {
  const gram = new Float64Array(size * size);
  for (let j = 0; j < width; j++) {
    const from = j * size;
    for (let a = 0; a < size; a++) {
      if (across[from + a] === 0) continue;
      for (let b = 0; b < size; b++) gram[a * size + b] += across[from + a] * across[from + b];
    }
  }
  const { values, vectors } = eigenSymmetric(gram, size);
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
  const kept = order.slice(0, wanted).filter((k) => values[k] > 1e-8 * Math.max(values[order[0]], 1e-300));
  const topics = kept.length;
  const directions = new Float32Array(width * topics);
  for (let j = 0; j < width; j++) {
    kept.forEach((k, t) => {
      let sum = 0;
      for (let a = 0; a < size; a++) sum += across[j * size + a] * vectors[a * size + k];
      directions[j * topics + t] = sum / Math.sqrt(values[k]);
    });
  }
  return { topics, directions };
}

/** A X for the first `rows` rows of A and X of width × size: rows × size. */
function multiply(matrix: SparseRows, rows: number, x: Float64Array, size: number): Float64Array {
  const product = new Float64Array(rows * size);
  for (let row = 0; row < rows; row++) {
    for (let at = matrix.starts[row]; at < matrix.starts[row + 1]; at++) {
      const value = matrix.values[at];
      const from = matrix.columns[at] * size;
      for (let k = 0; k < size; k++) product[row * size + k] += value * x[from + k];
    }
  }
  return product;
}

/** Aᵀ Y for Y of rows × size: width × size. */
function multiplyTransposed(matrix: SparseRows, rows: number, y: Float64Array, size: number): Float64Array {
  const product = new Float64Array(matrix.width * size);
  for (let row = 0; row < rows; row++) {
    for (let at = matrix.starts[row]; at < matrix.starts[row + 1]; at++) {
      const value = matrix.values[at];
      const into = matrix.columns[at] * size;
      for (let k = 0; k < size; k++) product[into + k] += value * y[row * size + k];
    }
  }
  return product;
}

/** Makes the columns of a row-major matrix orthonormal, by Gram and Schmidt twice; a dependent column becomes 0. */
function orthonormalise(matrix: Float64Array, rows: number, size: number): void {
  for (let k = 0; k < size; k++) {
    const before = Math.sqrt(columnProduct(matrix, rows, size, k, k));
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < k; other++) {
        const along = columnProduct(matrix, rows, size, k, other);
        for (let row = 0; row < rows; row++) matrix[row * size + k] -= along * matrix[row * size + other];
      }
    }
    const length = Math.sqrt(columnProduct(matrix, rows, size, k, k));
    const factor = length > 1e-10 * before ? 1 / length : 0;
    for (let row = 0; row < rows; row++) matrix[row * size + k] *= factor;
  }
}

function columnProduct(matrix: Float64Array, rows: number, size: number, a: number, b: number): number {
  let sum = 0;
  for (let at = 0; at < rows * size; at += size) sum += matrix[at + a] * matrix[at + b];
  return sum;
}

/** Eigenvalues and eigenvectors (columns) of a small symmetric matrix, by cyclic Jacobi rotations. */
function eigenSymmetric(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < n * n; i++) {
      all += a[i] * a[i];
      if (i % (n + 1) !== 0) off += a[i] * a[i];
    }
    if (off <= 1e-24 * all) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => Math.max(0, a[i * n + i])), vectors };
}

function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const between = a[p * n + q];
  if (between === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * between);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q, c, s);
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k, c, s);
  for (let k = 0; k < n; k++) turn(vectors, k * n + p, k * n + q, c, s);
}

function turn(values: Float64Array, first: number, second: number, c: number, s: number): void {
  const x = values[first];
  const y = values[second];
  values[first] = c * x - s * y;
  values[second] = s * x + c * y;
}
