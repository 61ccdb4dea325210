import { createRandom } from '../../../random/random.ts';
import { allRows, type Target } from '../../data/frame.ts';
import { holdoutSplit } from '../../evaluation/splits.ts';
import type { Design } from '../../preprocessing/design.ts';
import type { LossCurve } from '../../types.ts';
import type { FitContext } from '../algorithm.ts';
import { createNetwork, type Layer, type Network, type StepSettings } from './network.ts';

export interface TrainingSettings extends StepSettings {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batchRows: number;
  /** Share of the rows whose loss ends training when it stops falling; 0 trains for all epochs. */
  readonly heldShare: number;
  readonly patience: number;
}

export interface TrainedNetwork {
  readonly layers: readonly Layer[];
  readonly loss: LossCurve;
  readonly epochs: number;
}

/** Trains on rows in random order, in batches; with held rows, keeps the weights at which their loss was least. */
export function trainNetwork(
  design: Design,
  target: Target,
  settings: TrainingSettings,
  context: FitContext,
): TrainedNetwork {
  const random = createRandom(context.seed, 0x6e657475);
  const outputs = Math.max(1, target.classes);
  const split =
    settings.heldShare > 0
      ? holdoutSplit(target.values, target.classes, settings.heldShare, random)
      : { train: allRows(design.rows), test: new Int32Array(0) };
  const widths = [design.columns.length, ...settings.hidden, outputs];
  const network = createNetwork(widths, settings.batchRows, random);
  const meanWeight = averageWeight(target, split.train);
  const order = split.train.slice();
  const train: number[] = [];
  const validation: number[] = [];
  let best = 0;
  let kept = network.layers();
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    random.shuffle(order);
    let loss = 0;
    for (let from = 0; from < order.length; from += settings.batchRows) {
      context.checkAborted();
      const rows = order.subarray(from, from + settings.batchRows);
      loadRows(network, design, rows);
      network.forward(rows.length, settings.dropout, random);
      loss += writeSlopes(network, target, rows, 1 / (meanWeight * rows.length)) * rows.length;
      network.step(rows.length, settings);
    }
    train.push(loss / order.length);
    if (split.test.length === 0) continue;
    validation.push(heldLoss(network, design, target, split.test, settings.batchRows));
    if (epoch === 0 || validation[epoch] < validation[best]) {
      best = epoch;
      kept = network.layers();
    }
    if (epoch - best >= settings.patience) break;
  }
  const stopped = split.test.length > 0;
  return {
    layers: stopped ? kept : network.layers(),
    loss: { train, validation },
    epochs: stopped ? best + 1 : train.length,
  };
}

function averageWeight({ weights }: Target, rows: Int32Array): number {
  const total = rows.reduce((sum, row) => sum + weights[row], 0);
  return total > 0 ? total / rows.length : 1;
}

/** Writes the rows into the network's input, and zeros where its last batch was longer. */
function loadRows({ input, inputStride }: Network, design: Design, rows: Int32Array): void {
  input.fill(0, rows.length * inputStride);
  for (let j = 0; j < design.columns.length; j++) {
    const first = j * design.rows;
    for (let i = 0; i < rows.length; i++) input[i * inputStride + j] = design.values[first + rows[i]];
  }
}

/** Writes the slopes of the weighted loss, each times `scale`, and returns the mean loss. */
function writeSlopes(network: Network, target: Target, rows: Int32Array, scale: number): number {
  const { output, slopes, outputStride } = network;
  const { classes, values, weights } = target;
  slopes.fill(0);
  let loss = 0;
  for (let i = 0; i < rows.length; i++) {
    const at = i * outputStride;
    const weight = weights[rows[i]] * scale;
    const actual = values[rows[i]];
    if (classes === 0) {
      const error = output[at] - actual;
      slopes[at] = weight * error;
      loss += weight * 0.5 * error * error;
      continue;
    }
    softmaxAt(output, at, classes);
    for (let k = 0; k < classes; k++) slopes[at + k] = weight * (output[at + k] - (k === actual ? 1 : 0));
    loss -= weight * Math.log(Math.max(1e-15, output[at + actual]));
  }
  return loss;
}

/** Overwrites `classes` logits by probabilities. */
export function softmaxAt(values: Float32Array | Float64Array, at: number, classes: number): void {
  let top = -Infinity;
  for (let k = at; k < at + classes; k++) if (values[k] > top) top = values[k];
  let total = 0;
  for (let k = at; k < at + classes; k++) total += values[k] = Math.exp(values[k] - top);
  for (let k = at; k < at + classes; k++) values[k] /= total;
}

function heldLoss(
  network: Network,
  design: Design,
  target: Target,
  rows: Int32Array,
  batchRows: number,
): number {
  let loss = 0;
  for (let from = 0; from < rows.length; from += batchRows) {
    const batch = rows.subarray(from, from + batchRows);
    loadRows(network, design, batch);
    network.forward(batch.length, 0);
    loss += writeSlopes(network, target, batch, 1);
  }
  return (
    loss /
    Math.max(
      1e-15,
      rows.reduce((sum, row) => sum + target.weights[row], 0),
    )
  );
}
