import { kernelBytes } from '../../build/kernels.js';
import { compileModule, instantiate } from '../runtime/platform.ts';

/** Exports of `assembly/neighbors.ts`; pointers are byte offsets. See there for the shapes. */
export interface NeighborKernels {
  nearest(
    points: number,
    blocks: number,
    dimensions: number,
    query: number,
    k: number,
    manhattan: number,
    distances: number,
    indices: number,
  ): void;
}

let compiled: object | undefined;

/** Kernels on a fresh memory of `bytes` bytes; the first kilobyte is theirs. */
export function loadNeighborKernels(bytes: number): { kernels: NeighborKernels; buffer: ArrayBuffer } {
  compiled ??= compileModule(kernelBytes);
  const { exports, buffer } = instantiate(compiled, bytes);
  return { kernels: exports as NeighborKernels, buffer };
}
