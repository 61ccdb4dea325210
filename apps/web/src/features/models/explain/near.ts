import type { Curves } from '@quadrax/contract';

type Residuals = NonNullable<Curves['residuals']>;

export interface NearPoint {
  readonly predicted: number;
  readonly actual: number;
}

/** What the address bar holds of a point: "3.1,2.9". */
export const nearText = ({ predicted, actual }: NearPoint): string => `${predicted},${actual}`;

export function parseNear(text: string): NearPoint | undefined {
  const [predicted = Number.NaN, actual = Number.NaN] = text.split(',').map(Number);
  return Number.isFinite(predicted) && Number.isFinite(actual) ? { predicted, actual } : undefined;
}

/** The share of the axis that counts as near, to each side. */
const REACH = 0.02;

/** The square around a point in which rows are near it. */
export function nearRegion({ predicted, actual }: NearPoint, { points }: Residuals) {
  const values = points.flatMap((point) => [point.predicted, point.actual]);
  const reach = REACH * (Math.max(...values) - Math.min(...values) || 1);
  return {
    predictedFrom: predicted - reach,
    predictedTo: predicted + reach,
    actualFrom: actual - reach,
    actualTo: actual + reach,
  };
}
