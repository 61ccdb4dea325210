import { createRandom } from '../../random/random.ts';
import type { Frame } from '../data/frame.ts';
import { takeFrameRows } from '../data/frame.ts';
import { predictionCost } from '../predictor.ts';
import type { FittedPipeline } from '../types.ts';
import type { Attribution } from './attribution.ts';

/** Rows that stand for all others, at most and at least. */
const mostRows = 100;
const leastRows = 5;
/** Multiplications that explaining a row may take, beyond which fewer rows stand for all others. */
const maxCost = 2e8;

/** Rows × features, row-major: a seeded sample of the training rows that `samplingAttribution` sets others against. */
export function sampleBackground(frame: Frame, pipeline: FittedPipeline, seed: number): Float64Array {
  const width = frame.features.length;
  const cost = 2 * (width + 1) * predictionCost(pipeline, width);
  const wanted = Math.max(leastRows, Math.min(mostRows, Math.floor(maxCost / cost)));
  const order = createRandom(seed, 0x6261636b).shuffle(Int32Array.from({ length: frame.rows }, (_, i) => i));
  const { rows, columns } = takeFrameRows(frame, order.subarray(0, wanted));
  const background = new Float64Array(rows * width);
  columns.forEach((column, i) => {
    // The number of a text means nothing without the texts, which a model does not keep: there it is missing.
    const isText = frame.features[i].kind === 'text';
    column.forEach((value, row) => (background[row * width + i] = isText ? NaN : value));
  });
  return background;
}

/**
 * Shapley values by sampling (Štrumbelj & Kononenko 2014), for any pipeline: in a random order the features of a
 * background row become those of the row explained, and each is given what the prediction changes by. Every background
 * row is used once in an order and once in its reverse, so that base and contributions add up exactly. The standard
 * error falls with the square root of the background rows.
 */
export function samplingAttribution(
  pipeline: FittedPipeline,
  background: Float64Array,
  width: number,
  seed: number,
): Attribution {
  const { outputs } = pipeline;
  const margins = outputs === 2 ? 1 : outputs;
  const first = outputs === 2 ? 1 : 0;
  const rows = background.length / width;
  const random = createRandom(seed, 0x73686170);
  const orders = Array.from({ length: rows }, () =>
    random.shuffle(Int32Array.from({ length: width }, (_, i) => i)),
  );
  const out = new Float64Array(outputs);
  const now = new Float64Array(width);
  const starts = new Float64Array(rows * margins);
  const base = new Float64Array(margins);
  for (let row = 0; row < rows; row++) {
    pipeline.predictRow(background.subarray(row * width, (row + 1) * width), out);
    for (let k = 0; k < margins; k++) {
      starts[row * margins + k] = out[first + k];
      base[k] += out[first + k] / rows;
    }
  }
  const before = new Float64Array(margins);

  function walk(
    row: number,
    order: Int32Array,
    backwards: boolean,
    x: Float64Array,
    phi: Float64Array,
  ): void {
    now.set(background.subarray(row * width, (row + 1) * width));
    before.set(starts.subarray(row * margins, (row + 1) * margins));
    for (let step = 0; step < width; step++) {
      const feature = order[backwards ? width - 1 - step : step];
      if (Object.is(now[feature], x[feature])) continue;
      now[feature] = x[feature];
      pipeline.predictRow(now, out);
      for (let k = 0; k < margins; k++) {
        phi[feature * margins + k] += out[first + k] - before[k];
        before[k] = out[first + k];
      }
    }
  }

  return {
    scale: outputs > 1 ? 'probability' : 'value',
    margins,
    base,
    rowCost: 2 * rows * width * predictionCost(pipeline, width),
    attribute(x, phi) {
      phi.fill(0);
      orders.forEach((order, row) => {
        walk(row, order, false, x, phi);
        walk(row, order, true, x, phi);
      });
      for (let i = 0; i < phi.length; i++) phi[i] /= 2 * rows;
    },
  };
}
