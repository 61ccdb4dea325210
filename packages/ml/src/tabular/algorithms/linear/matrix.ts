import type { Design } from '../../preprocessing/design.ts';

/** Rows of a dense design, row-major, with the target and weights that belong to them. */
export interface Sample {
  readonly rows: number;
  readonly width: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weights: Float64Array;
}

/** The given rows of a design as a sample. */
export function sampleRows(design: Design, y: Float64Array, weights: Float64Array, rows: Int32Array): Sample {
  const width = design.columns.length;
  const x = new Float64Array(rows.length * width);
  const sampleY = new Float64Array(rows.length);
  const sampleWeights = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    for (let j = 0; j < width; j++) x[i * width + j] = design.values[j * design.rows + row];
    sampleY[i] = y[row];
    sampleWeights[i] = weights[row];
  }
  return { rows: rows.length, width, x, y: sampleY, weights: sampleWeights };
}

/** Coefficients of one or more linear outputs: outputs × width, row-major, and an intercept for each output. */
export interface Coefficients {
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
}
