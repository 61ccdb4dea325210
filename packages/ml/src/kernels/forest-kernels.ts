import { kernelBytes } from '../../build/kernels.js';
import { compileModule, instantiate } from '../runtime/platform.ts';

/** Exports of `assembly/forest.ts`; pointers are byte offsets. See there for the shapes. */
export interface ForestKernels {
  walkTree(root: number, words: number, x: number, stride: number, rows: number, out: number): void;
}

let compiled: object | undefined;

/** Kernels on a fresh memory of at least `bytes` bytes; the first kilobyte is theirs. */
export function loadForestKernels(bytes: number): { kernels: ForestKernels; buffer: ArrayBuffer } {
  compiled ??= compileModule(kernelBytes);
  const { exports, buffer } = instantiate(compiled, bytes);
  return { kernels: exports as ForestKernels, buffer };
}
