import { kernelBytes, sharedKernelBytes } from '../../build/kernels.js';
import { compileModule, instantiate } from '../runtime/platform.ts';
import { createTeam, type Team, teamBytes } from './team.ts';

/**
 * Exports of `assembly/boosting*.ts`, all of numbers; pointers are byte offsets. See there for the parameters and
 * shapes. Those without a result return undefined, which nothing looks at.
 */
export type BoostingKernels = Readonly<Record<KernelName, (...values: number[]) => number>>;

const kernelNames = [
  'buildHistogram',
  'subtractHistogram',
  'addHistogram',
  'orderRows',
  'partition',
  'partitionCategories',
  'joinPartitions',
  'addScore',
  'sumLeaf',
  'binColumn',
  'findThreshold',
  'findBoundedThreshold',
  'findCategories',
  'softmax',
  'writeSlopes',
  'roundSlopes',
] as const;
export type KernelName = (typeof kernelNames)[number];

/** Bytes from feature to feature in a histogram; a cell is 8 bytes. */
export const featureBytes = 2112;
/** Rows of a block: sums over rows are taken by block. */
export const blockRows = 16_384;

let alone: object | undefined;
let shared: object | undefined;

export interface LoadedKernels {
  readonly kernels: BoostingKernels;
  readonly buffer: ArrayBuffer;
  readonly team: Team<KernelName>;
}

/**
 * Kernels on a fresh memory of `bytes` bytes, and a team of `threads` threads to run them. The first kilobyte is the
 * kernels' own. Close the team when the work is done.
 */
export function loadBoostingKernels(bytes: number, threads = 1): LoadedKernels {
  if (threads === 1) {
    alone ??= compileModule(kernelBytes);
    const { exports, buffer } = instantiate(alone, bytes);
    const kernels = exports as BoostingKernels;
    return { kernels, buffer, team: createTeam(kernels, kernelNames, undefined, []) };
  }
  shared ??= compileModule(sharedKernelBytes);
  const controlAt = Math.ceil(bytes / 64) * 64;
  const { exports, memory, buffer } = instantiate(shared, controlAt + teamBytes * (threads - 1), true);
  const kernels = exports as BoostingKernels;
  const places = Array.from({ length: threads - 1 }, (_, i) => controlAt + i * teamBytes);
  return {
    kernels,
    buffer,
    team: createTeam(kernels, kernelNames, { module: shared, memory, buffer }, places),
  };
}
