import { type BoostingKernels, loadBoostingKernels } from '../../../kernels/boosting-kernels.ts';
import type { Design } from '../../preprocessing/design.ts';
import { type Binning, learnBinning } from './bins.ts';

/** Binned rows, gradients, scores and histograms in the memory of the kernels. Names ending in `At` are pointers. */
export interface Workspace {
  readonly kernels: BoostingKernels;
  readonly rows: number;
  readonly binnings: readonly Binning[];
  /** Column-major bins, `rows` bytes a column; row-major bins, groups × 4 bytes a row. */
  readonly columnsAt: number;
  readonly rowsAt: number;
  readonly groups: number;
  /** Bytes of one feature and of all features in a histogram. */
  readonly stride: number;
  readonly histogramBytes: number;
  /** Histogram i begins at histogramsAt + i × histogramBytes; there is one for each leaf. */
  readonly histogramsAt: number;
  readonly histograms: Float64Array;
  readonly orderAt: number;
  readonly order: Uint32Array;
  readonly spareAt: number;
  /** Pairs of gradient and hessian. */
  readonly gradientsAt: number;
  readonly gradients: Float64Array;
  /** One array of scores for each output. */
  readonly scoresAt: number;
  readonly scores: readonly Float64Array[];
  /** Five numbers that `findThreshold` writes, and the 256 flags that `partitionCategories` reads. */
  readonly foundAt: number;
  readonly found: Float64Array;
  readonly leftSetAt: number;
  readonly leftSet: Uint8Array;
}

/** Bins a design and lays out all that boosting `outputs` trees a round with at most `leaves` leaves needs. */
export function createWorkspace(design: Design, outputs: number, leaves: number, maxBins: number): Workspace {
  const { rows } = design;
  const width = design.columns.length;
  const binnings = design.columns.map((_, index) => learnBinning(design, index, maxBins));
  const groups = Math.ceil(width / 4);
  const stride = 16 * powerOfTwoFrom(Math.max(2, ...binnings.map((binning) => binning.count)));
  const histogramBytes = groups * 4 * stride;

  // The first kilobyte stays free for the kernels' own constants.
  let end = 1024;
  const reserve = (bytes: number): number => {
    const start = end;
    end = Math.ceil((start + bytes) / 64) * 64;
    return start;
  };
  const foundAt = reserve(40);
  const leftSetAt = reserve(256);
  const edgesAt = reserve(256 * 8);
  const columnsAt = reserve(rows * width);
  const rowsAt = reserve(rows * groups * 4);
  const orderAt = reserve(rows * 4);
  const spareAt = reserve(rows * 4);
  const gradientsAt = reserve(rows * 16);
  const scoresAt = reserve(rows * 8 * outputs);
  const histogramsAt = reserve(histogramBytes * leaves);
  // A column waits where the gradients will be while it is binned.
  const { kernels, buffer } = loadBoostingKernels(end);

  const workspace: Workspace = {
    kernels,
    rows,
    binnings,
    columnsAt,
    rowsAt,
    groups,
    stride,
    histogramBytes,
    histogramsAt,
    histograms: new Float64Array(buffer, histogramsAt, (histogramBytes * leaves) / 8),
    orderAt,
    order: new Uint32Array(buffer, orderAt, rows),
    spareAt,
    gradientsAt,
    gradients: new Float64Array(buffer, gradientsAt, rows * 2),
    scoresAt,
    scores: Array.from(
      { length: outputs },
      (_, output) => new Float64Array(buffer, scoresAt + output * rows * 8, rows),
    ),
    foundAt,
    found: new Float64Array(buffer, foundAt, 5),
    leftSetAt,
    leftSet: new Uint8Array(buffer, leftSetAt, 256),
  };
  binDesign(design, workspace, buffer, edgesAt);
  return workspace;
}

function binDesign(design: Design, workspace: Workspace, buffer: ArrayBuffer, edgesAt: number): void {
  const { kernels, rows, binnings, columnsAt, rowsAt, groups, gradientsAt } = workspace;
  const waiting = new Float64Array(buffer, gradientsAt, rows);
  const edges = new Float64Array(buffer, edgesAt, 256);
  binnings.forEach((binning, index) => {
    const values = design.values.subarray(index * rows, (index + 1) * rows);
    const columnAt = columnsAt + index * rows;
    if (binning.kind === 'numeric') {
      waiting.set(values);
      edges.set(binning.edges);
      kernels.binColumn(
        gradientsAt,
        rows,
        edgesAt,
        binning.edges.length,
        columnAt,
        rowsAt + index,
        groups * 4,
      );
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

function powerOfTwoFrom(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}
