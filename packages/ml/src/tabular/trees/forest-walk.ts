import { type ForestKernels, loadForestKernels } from '../../kernels/forest-kernels.ts';
import type { Forest } from './forest.ts';

/** Rows that go down a tree together: with all their columns about what the nearest cache holds. */
const capacity = 256;
/** Larger forests are walked row by row where they are: a second copy of their nodes would cost too much memory. */
const maxNodes = 2_000_000;

const nodeBytes = 24;
const leafFlag = 4;
/** The first kilobyte is the kernels' own. */
const wordsAt = 1024;

/** Sends blocks of rows down the trees of one forest. What it returns is overwritten by the next walk. */
export interface ForestWalk {
  /** Rows that may go down together. */
  readonly capacity: number;
  /** Design rows, one after the other. */
  readonly x: Float64Array;
  /** The values of the leaves that the first `rows` rows of `x` come to in tree `tree`. */
  walk(tree: number, rows: number): Float64Array;
}

let memory: { readonly kernels: ForestKernels; readonly buffer: ArrayBuffer } | undefined;

/**
 * A walk of rows of `width` numbers, to be done with before the next is opened: all share one memory, since each of
 * their own would take address space until it is collected. Undefined for forests too large to be laid out.
 */
export function openForestWalk(forest: Forest, width: number): ForestWalk | undefined {
  const { roots, categories, columns } = forest;
  if (columns.length > maxNodes) return undefined;
  const nodesAt = align(wordsAt + 4 * categories.length);
  const xAt = align(nodesAt + nodeBytes * columns.length);
  const outAt = xAt + 8 * width * capacity;
  const { kernels, buffer } = memoryOf(outAt + 8 * capacity);
  new Uint32Array(buffer, wordsAt, categories.length).set(categories);
  layOut(forest, buffer, nodesAt);
  const values = new Float64Array(buffer, outAt, capacity);
  return {
    capacity,
    x: new Float64Array(buffer, xAt, width * capacity),
    walk(tree, rows) {
      kernels.walkTree(nodesAt + nodeBytes * roots[tree], wordsAt, xAt, 8 * width, rows, outAt);
      return values;
    },
  };
}

function memoryOf(bytes: number): NonNullable<typeof memory> {
  if (!memory || memory.buffer.byteLength < bytes) memory = loadForestKernels(bytes);
  return memory;
}

/** Writes the nodes as `assembly/forest.ts` reads them. */
function layOut(
  { columns, thresholds, children, flags }: Forest,
  buffer: ArrayBuffer,
  nodesAt: number,
): void {
  const integers = new Int32Array(buffer);
  const numbers = new Float64Array(buffer);
  for (let node = 0, at = nodesAt; node < columns.length; node++, at += nodeBytes) {
    const isLeaf = columns[node] < 0;
    integers[at / 4] = isLeaf ? 0 : 8 * columns[node];
    integers[at / 4 + 1] = isLeaf ? leafFlag : flags[node];
    numbers[at / 8 + 1] = thresholds[node];
    for (const side of [0, 1]) {
      const child = isLeaf ? node : children[2 * node + side];
      integers[at / 4 + 4 + side] = nodesAt + nodeBytes * child;
    }
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
