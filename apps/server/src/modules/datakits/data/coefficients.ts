/** Row by row and column by column; null where a coefficient is not defined. */
export type Matrix = (number | null)[][];

/** A matrix with 1 in its diagonal, and both halves alike. */
export function symmetric(size: number, of: (a: number, b: number) => number | null): Matrix {
  const result: Matrix = Array.from({ length: size }, () => Array.from({ length: size }, () => 1));
  for (let a = 0; a < size; a++)
    for (let b = 0; b < a; b++) {
      const value = of(a, b);
      for (const [i, j] of [
        [a, b],
        [b, a],
      ] as const) {
        const line = result[i];
        if (line) line[j] = value;
      }
    }
  return result;
}

/** Pearson's coefficient of every two columns over the rows that have both; NaN is a missing value. */
export function pearsonMatrix(columns: readonly Float64Array[]): Matrix {
  const known = columns.map(scaled);
  const whole = known.map((column) => (column.some(Number.isNaN) ? undefined : unit(column)));
  return symmetric(columns.length, (a, b) => {
    const [left, right] = [whole[a], whole[b]];
    const found = left && right ? product(left, right) : pairwise(known[a], known[b]);
    return Number.isFinite(found) ? Math.max(-1, Math.min(1, found)) : null;
  });
}

/** Brought to 0 … 1, so that squares neither overflow nor lose their digits. */
function scaled(column: Float64Array): Float64Array {
  let [low, high] = [Infinity, -Infinity];
  for (const value of column) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const span = high / 2 - low / 2;
  return column.map((value) => (value / 2 - low / 2) / span);
}

/** Mean 0 and length 1; a constant comes out as NaN. */
function unit(column: Float64Array): Float64Array {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  let squares = 0;
  for (const value of column) squares += (value - mean) ** 2;
  const length = Math.sqrt(squares);
  return column.map((value) => (value - mean) / length);
}

function product(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] ?? NaN) * (right[i] ?? NaN);
  return sum;
}

function pairwise(left: Float64Array | undefined, right: Float64Array | undefined): number {
  if (!left || !right) return NaN;
  let [count, x, y] = [0, 0, 0];
  let [first, second] = [NaN, NaN];
  let [leftVaries, rightVaries] = [false, false];
  for (let i = 0; i < left.length; i++) {
    const [a, b] = [left[i] ?? NaN, right[i] ?? NaN];
    if (Number.isNaN(a + b)) continue;
    if (count++ === 0) [first, second] = [a, b];
    leftVaries ||= a !== first;
    rightVaries ||= b !== second;
    x += a;
    y += b;
  }
  // Rounding would make something of what is the same in all rows that have both.
  if (!leftVaries || !rightVaries) return NaN;
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < left.length; i++) {
    const [a, b] = [(left[i] ?? NaN) - x / count, (right[i] ?? NaN) - y / count];
    if (Number.isNaN(a + b)) continue;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return xy / Math.sqrt(xx * yy);
}
