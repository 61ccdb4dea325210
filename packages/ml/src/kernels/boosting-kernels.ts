import { kernelBytes } from '../../build/kernels.js';
import { compileModule, instantiate } from '../runtime/platform.ts';

/** Exports of `assembly/boosting.ts`; pointers are byte offsets. See there for the shapes. */
export interface BoostingKernels {
  buildHistogram(
    bins: number,
    order: number,
    gradients: number,
    start: number,
    count: number,
    groups: number,
    histogram: number,
    stride: number,
  ): void;
  clear(target: number, bytes: number): void;
  subtractHistogram(target: number, other: number, bytes: number): void;
  findThreshold(
    histogram: number,
    bins: number,
    gradient: number,
    hessian: number,
    l2: number,
    minHessian: number,
    floor: number,
    out: number,
  ): number;
  partition(
    column: number,
    order: number,
    spare: number,
    start: number,
    count: number,
    threshold: number,
    missingLeft: number,
  ): number;
  partitionCategories(
    column: number,
    order: number,
    spare: number,
    start: number,
    count: number,
    leftSet: number,
  ): number;
  addScore(scores: number, order: number, start: number, count: number, value: number): void;
  binColumn(
    values: number,
    count: number,
    edges: number,
    edgeCount: number,
    column: number,
    rows: number,
    stride: number,
  ): void;
}

let compiled: object | undefined;

/** Kernels on a fresh memory of `bytes` bytes; the first kilobyte is theirs. */
export function loadBoostingKernels(bytes: number): { kernels: BoostingKernels; buffer: ArrayBuffer } {
  compiled ??= compileModule(kernelBytes);
  const { exports, buffer } = instantiate(compiled, bytes);
  return { kernels: exports as BoostingKernels, buffer };
}
