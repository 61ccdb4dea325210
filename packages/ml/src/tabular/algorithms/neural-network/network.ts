import { loadNetworkKernels } from '../../../kernels/network-kernels.ts';
import type { Random } from '../../../random/random.ts';

/** One layer as it is kept: inputs × outputs weights, row-major, and a bias for each output. */
export interface Layer {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

export interface StepSettings {
  readonly rate: number;
  readonly l2: number;
  readonly dropout: number;
}

/** A dense network in the memory of the kernels: rectified hidden units, linear outputs. */
export interface Network {
  /** Where the rows of a batch are to be written: `batchRows` × `inputStride`. */
  readonly input: Float32Array;
  readonly inputStride: number;
  /** What the last `forward` made of them, and where their slopes are to be written: `batchRows` × `outputStride`. */
  readonly output: Float32Array;
  readonly slopes: Float32Array;
  readonly outputStride: number;
  /** Takes the rows through all layers; with `random`, hidden units drop out. */
  forward(rows: number, dropout: number, random?: Random): void;
  /** One step down the slopes of the loss at the outputs of the last `forward`, which are summed over the rows. */
  step(rows: number, settings: StepSettings): void;
  layers(): Layer[];
}

interface Block {
  readonly inputs: number;
  readonly outputs: number;
  readonly weightsAt: number;
  readonly biasesAt: number;
}

/** `widths`: units of each layer, inputs and outputs included. Weights are drawn as by Glorot & Bengio (2010). */
export function createNetwork(widths: readonly number[], batchRows: number, random: Random): Network {
  const padded = widths.map(padToFour);
  const rowsPadded = padToFour(batchRows);
  // The first kilobyte is the kernels' own.
  let end = 1024;
  const reserve = (numbers: number): number => {
    const start = end;
    end += 4 * padToFour(numbers);
    return start;
  };
  const blocks = padded.slice(1).map((outputs, i): Block => {
    const inputs = padded[i];
    return { inputs, outputs, weightsAt: reserve(inputs * outputs), biasesAt: reserve(outputs) };
  });
  const parametersAt = 1024;
  const size = (end - parametersAt) / 4;
  const [gradientAt, firstAt, secondAt] = [reserve(size), reserve(size), reserve(size)];
  const activationsAt = padded.map((width) => reserve(rowsPadded * width));
  const slopesAt = padded.map((width) => reserve(rowsPadded * width));
  const { kernels, buffer } = loadNetworkKernels(end);
  const view = (at: number, numbers: number): Float32Array => new Float32Array(buffer, at, numbers);
  const last = padded.length - 1;
  blocks.forEach((block, i) =>
    drawWeights(view(block.weightsAt, block.inputs * block.outputs), widths, i, random),
  );
  let steps = 0;
  let kept = 1;

  return {
    input: view(activationsAt[0], rowsPadded * padded[0]),
    inputStride: padded[0],
    output: view(activationsAt[last], rowsPadded * padded[last]),
    slopes: view(slopesAt[last], rowsPadded * padded[last]),
    outputStride: padded[last],
    forward(rows, dropout, droppingOut) {
      const padding = padToFour(rows);
      kept = droppingOut ? 1 - dropout : 1;
      blocks.forEach(({ inputs, outputs, weightsAt, biasesAt }, i) => {
        const to = activationsAt[i + 1];
        kernels.denseForward(activationsAt[i], weightsAt, biasesAt, to, padding, inputs, outputs);
        if (i === blocks.length - 1) return;
        kernels.rectify(to, padding * outputs);
        if (droppingOut && dropout > 0) dropOut(view(to, padding * outputs), dropout, droppingOut);
      });
    },
    step(rows, { rate, l2 }) {
      const padding = padToFour(rows);
      for (let i = blocks.length - 1; i >= 0; i--) {
        const { inputs, outputs, weightsAt, biasesAt } = blocks[i];
        const shift = gradientAt - parametersAt;
        const x = activationsAt[i];
        const delta = slopesAt[i + 1];
        kernels.denseGradient(x, delta, weightsAt + shift, biasesAt + shift, padding, inputs, outputs);
        if (i > 0)
          kernels.denseBackward(delta, weightsAt, x, slopesAt[i], padding, inputs, outputs, 1 / kept);
      }
      steps++;
      const corrected = (rate * Math.sqrt(1 - 0.999 ** steps)) / (1 - 0.9 ** steps);
      kernels.adam(parametersAt, gradientAt, firstAt, secondAt, size, corrected, l2);
    },
    layers: () =>
      blocks.map(({ inputs, outputs, weightsAt, biasesAt }, i) => {
        const matrix = view(weightsAt, inputs * outputs);
        const weights = new Float32Array(widths[i] * widths[i + 1]);
        for (let row = 0; row < widths[i]; row++) {
          weights.set(matrix.subarray(row * outputs, row * outputs + widths[i + 1]), row * widths[i + 1]);
        }
        return { weights, biases: view(biasesAt, widths[i + 1]).slice() };
      }),
  };
}

function drawWeights(matrix: Float32Array, widths: readonly number[], layer: number, random: Random): void {
  const [inputs, outputs] = [widths[layer], widths[layer + 1]];
  const bound = Math.sqrt(6 / (inputs + outputs));
  const stride = padToFour(outputs);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) matrix[i * stride + o] = (2 * random.uniform() - 1) * bound;
  }
}

/** Sets each activation to 0 with the given probability and raises the others to keep the mean (Srivastava 2014). */
function dropOut(activations: Float32Array, dropout: number, random: Random): void {
  const raise = 1 / (1 - dropout);
  for (let i = 0; i < activations.length; i++) {
    activations[i] = random.uniform() < dropout ? 0 : activations[i] * raise;
  }
}

function padToFour(count: number): number {
  return Math.ceil(count / 4) * 4;
}
