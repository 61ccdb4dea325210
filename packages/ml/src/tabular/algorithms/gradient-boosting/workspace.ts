import { blockRows, featureBytes } from '../../../kernels/boosting-kernels.ts';
import {
  type BoostingKernels,
  type KernelName,
  loadBoostingKernels,
} from '../../../kernels/boosting-kernels.ts';
import type { Team } from '../../../kernels/team.ts';
import type { Target } from '../../data/frame.ts';
import type { Design } from '../../preprocessing/design.ts';
import { type Binning, learnBinning } from './bins.ts';

/** Binned rows, gradients, scores and histograms in the memory of the kernels. Names ending in `At` are pointers. */
export interface Workspace {
  readonly kernels: BoostingKernels;
  readonly team: Team<KernelName>;
  readonly rows: number;
  readonly binnings: readonly Binning[];
  /** Column-major bins, `rows` bytes a column; row-major bins, groups × 4 bytes a row. */
  readonly columnsAt: number;
  readonly rowsAt: number;
  readonly groups: number;
  /** Histogram i begins at histogramsAt + i × histogramBytes; there is one for each leaf and each further thread. */
  readonly histogramBytes: number;
  readonly histogramsAt: number;
  /** The same memory as pairs of i32: a cell's hessian, unsigned, and its gradient. */
  readonly cells: Int32Array;
  /** Bins of each column as i32; 0 for categories. */
  readonly countsAt: number;
  readonly orderAt: number;
  readonly order: Uint32Array;
  readonly spareAt: number;
  /** f32 pairs of gradient and hessian, and the integers that histograms add up. */
  readonly slopesAt: number;
  readonly gradientsAt: number;
  /** f64 by output and row: scores, and the probabilities of softmax. `stride`: bytes from output to output. */
  readonly scoresAt: number;
  readonly probabilitiesAt: number;
  readonly stride: number;
  readonly scores: readonly Float64Array[];
  readonly targetAt: number;
  readonly weightsAt: number;
  /** Four f64 for each block of rows; two for each leaf. */
  readonly totalsAt: number;
  readonly totals: Float64Array;
  /** What searches write and need, twice: for the two leaves that are searched side by side. */
  readonly searches: readonly Search[];
}

/** Where one search for a split finds room. */
export interface Search {
  readonly foundAt: number;
  /** Gain, feature, bin, missing left; the cell of the left side is after them. */
  readonly found: Float64Array;
  readonly leftCell: Int32Array;
  readonly leftSetAt: number;
  readonly leftSet: Uint8Array;
  readonly scratchAt: number;
}

export interface WorkspaceSize {
  readonly outputs: number;
  readonly leaves: number;
  readonly maxBins: number;
  readonly threads: number;
}

/** Fewer cells (rows × columns) than this are not worth a second thread's start: see bench/tabular.ts. */
const minThreadedCells = 500_000;

/** Bins a design and lays out all that boosting needs. Close its team when the work is done. */
export function createWorkspace(design: Design, target: Target, size: WorkspaceSize): Workspace {
  const { outputs, leaves, maxBins } = size;
  const { rows } = design;
  const width = design.columns.length;
  const threads = rows * width < minThreadedCells ? 1 : size.threads;
  const binnings = design.columns.map((_, index) => learnBinning(design, target, index, maxBins));
  const groups = Math.ceil(width / 4);
  const histogramBytes = groups * 4 * featureBytes;
  // Kernels take up to four rows at a time.
  const padded = Math.ceil(rows / 4) * 4;
  const stride = padded * 8;
  const totals = Math.max(4 * Math.ceil(rows / blockRows), 2 * leaves);

  // The first kilobyte stays free for the kernels' own constants.
  let end = 1024;
  const reserve = (bytes: number): number => {
    const start = end;
    end = Math.ceil((start + bytes) / 64) * 64;
    return start;
  };
  const searchesAt = [0, 1].map(() => ({
    foundAt: reserve(40),
    leftSetAt: reserve(256),
    scratchAt: reserve(4096),
  }));
  const edgesAt = reserve(256 * 8);
  const countsAt = reserve(width * 4);
  const totalsAt = reserve(totals * 8);
  const columnsAt = reserve(rows * width);
  const rowsAt = reserve(rows * groups * 4);
  const orderAt = reserve(rows * 4);
  const spareAt = reserve(rows * 4);
  const slopesAt = reserve(stride);
  const gradientsAt = reserve(padded * 4);
  const targetAt = reserve(stride);
  const weightsAt = reserve(stride);
  const scoresAt = reserve(stride * outputs);
  const probabilitiesAt = reserve(outputs > 1 ? stride * outputs : 0);
  const histogramsAt = reserve(histogramBytes * (leaves + threads - 1));
  const { kernels, buffer, team } = loadBoostingKernels(end, threads);

  const workspace: Workspace = {
    kernels,
    team,
    rows,
    binnings,
    columnsAt,
    rowsAt,
    groups,
    histogramBytes,
    histogramsAt,
    cells: new Int32Array(buffer, histogramsAt, (histogramBytes * leaves) / 4),
    countsAt,
    orderAt,
    order: new Uint32Array(buffer, orderAt, rows),
    spareAt,
    slopesAt,
    gradientsAt,
    scoresAt,
    probabilitiesAt,
    stride,
    scores: Array.from({ length: outputs }, (_, k) => new Float64Array(buffer, scoresAt + k * stride, rows)),
    targetAt,
    weightsAt,
    totalsAt,
    totals: new Float64Array(buffer, totalsAt, totals),
    searches: searchesAt.map(({ foundAt, leftSetAt, scratchAt }) => ({
      foundAt,
      found: new Float64Array(buffer, foundAt, 4),
      leftCell: new Int32Array(buffer, foundAt + 32, 2),
      leftSetAt,
      leftSet: new Uint8Array(buffer, leftSetAt, 256),
      scratchAt,
    })),
  };
  const counts = binnings.map(({ kind, count }) => (kind === 'numeric' ? count : 0));
  new Int32Array(buffer, countsAt, width).set(counts);
  binDesign(design, workspace, buffer, edgesAt);
  new Float64Array(buffer, targetAt, rows).set(target.values);
  new Float64Array(buffer, weightsAt, rows).set(target.weights);
  return workspace;
}

/** A column waits where the slopes will be while it is binned. */
function binDesign(design: Design, workspace: Workspace, buffer: ArrayBuffer, edgesAt: number): void {
  const { rows, binnings, columnsAt, rowsAt, groups, slopesAt } = workspace;
  const waiting = new Float64Array(buffer, slopesAt, rows);
  const edges = new Float64Array(buffer, edgesAt, 256);
  binnings.forEach((binning, index) => {
    const values = design.values.subarray(index * rows, (index + 1) * rows);
    const columnAt = columnsAt + index * rows;
    if (binning.kind === 'numeric') {
      waiting.set(values);
      edges.set(binning.edges);
      overRows(workspace, 'binColumn', (from, to) => [
        slopesAt,
        from,
        to,
        edgesAt,
        binning.edges.length,
        columnAt,
        rowsAt + index,
        groups * 4,
      ]);
      return;
    }
    const column = new Uint8Array(buffer, columnAt, rows);
    const rowMajor = new Uint8Array(buffer, rowsAt, rows * groups * 4);
    for (let row = 0; row < rows; row++) {
      const bin = Number.isNaN(values[row]) ? 0 : binning.binOf[values[row]];
      column[row] = bin;
      rowMajor[row * groups * 4 + index] = bin;
    }
  });
}

/** Runs a kernel over all rows, in whole blocks for each thread. */
export function overRows(
  { team, rows }: Workspace,
  kernel: KernelName,
  call: (from: number, to: number) => number[],
): void {
  const blocks = Math.ceil(rows / blockRows);
  const parts = Math.min(team.size(), blocks);
  const border = (part: number): number => Math.min(rows, Math.round((part * blocks) / parts) * blockRows);
  team.run(
    kernel,
    Array.from({ length: parts }, (_, part) => call(border(part), border(part + 1))),
  );
}
