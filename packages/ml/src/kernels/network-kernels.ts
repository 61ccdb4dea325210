import { kernelBytes } from '../../build/kernels.js';
import { compileModule, instantiate } from '../runtime/platform.ts';

/** Exports of `assembly/network.ts`; pointers are byte offsets. See there for the shapes. */
export interface NetworkKernels {
  denseForward(
    x: number,
    weights: number,
    biases: number,
    out: number,
    rows: number,
    inputs: number,
    outputs: number,
  ): void;
  denseGradient(
    x: number,
    delta: number,
    weightGradient: number,
    biasGradient: number,
    rows: number,
    inputs: number,
    outputs: number,
  ): void;
  denseBackward(
    delta: number,
    weights: number,
    activations: number,
    before: number,
    rows: number,
    inputs: number,
    outputs: number,
    scale: number,
  ): void;
  rectify(x: number, count: number): void;
  adam(
    values: number,
    gradient: number,
    first: number,
    second: number,
    count: number,
    rate: number,
    decay: number,
  ): void;
}

let compiled: object | undefined;

/** Kernels on a fresh memory of `bytes` bytes; the first kilobyte is theirs. */
export function loadNetworkKernels(bytes: number): { kernels: NetworkKernels; buffer: ArrayBuffer } {
  compiled ??= compileModule(kernelBytes);
  const { exports, buffer } = instantiate(compiled, bytes);
  return { kernels: exports as NetworkKernels, buffer };
}
