import type { Metrics } from '@quadrax/contract';
import { formatInteger, formatPercent, plural } from '#lib/format.ts';

export type Confusion = NonNullable<Metrics['confusion']>;

export interface ConfusionCell {
  readonly actual: string;
  readonly predicted: string;
  readonly count: number;
  /** Of all rows of the actual class; 0 where there are none. */
  readonly share: number;
  readonly right: boolean;
}

/** The cells by true class (rows) and predicted class (columns). */
export function confusionCells({ labels, matrix }: Confusion): ConfusionCell[][] {
  return labels.map((actual, i) => {
    const counts = matrix[i] ?? [];
    const total = counts.reduce((sum, count) => sum + count, 0);
    return labels.map((predicted, j) => {
      const count = counts[j] ?? 0;
      return { actual, predicted, count, share: total === 0 ? 0 : count / total, right: i === j };
    });
  });
}

/** A cell in a sentence: "Of 152 Adelie, 150 (98.7 %) were predicted as Adelie." */
export function cellSentence(cell: ConfusionCell, row: readonly ConfusionCell[]): string {
  const total = row.reduce((sum, one) => sum + one.count, 0);
  const were = cell.count === 1 ? 'was' : 'were';
  const how = cell.right ? 'rightly predicted' : `predicted as ${cell.predicted}`;
  return `Of ${plural(total, 'row')} of ${cell.actual}, ${formatInteger(cell.count)} (${formatPercent(cell.share)}) ${were} ${how}.`;
}

/** The whole in a sentence, for the line below the matrix. */
export function confusionSentence(cells: readonly (readonly ConfusionCell[])[]): string {
  const all = cells.flat();
  const total = all.reduce((sum, cell) => sum + cell.count, 0);
  const worst = all
    .filter((cell) => !cell.right && cell.count > 0)
    .reduce<ConfusionCell | undefined>(
      (most, cell) => (most && most.count >= cell.count ? most : cell),
      undefined,
    );
  if (!worst) return `All of ${plural(total, 'held-out row')} were predicted rightly.`;
  return `Most often mistaken: ${worst.actual} for ${worst.predicted}, ${plural(worst.count, 'row')}.`;
}

/** From this share on a cell is dark enough for white figures. */
export const DEEP = 0.6;

/**
 * How much of its colour a cell takes, 0..1. It rises with the share, leaves out the middle tones on which neither
 * dark nor white figures can be read, and shows a single mistaken row.
 */
export function cellShade(share: number, count: number): number {
  if (count === 0) return 0;
  return share < DEEP ? 0.06 + 0.64 * (share / DEEP) : 0.85 + 0.15 * ((share - DEEP) / (1 - DEEP));
}
