const aimed = 25;
const second = 1000;
const day = 86_400 * second;

/** Steps that read well on a time axis, in milliseconds. */
const timeSteps: readonly number[] = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 15, 30, 60, 120, 300, 900, 1800].map((n) => n * second),
  ...[1, 2, 3, 6, 12].map((n) => n * 3600 * second),
  ...[1, 2, 7, 14, 28, 91, 182].map((n) => n * day),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((n) => n * 365.25 * day),
];

/**
 * Edges of bins between two bounds, at round numbers, some 15 to 40 bins. Whole numbers get whole edges; times
 * (milliseconds) get steps of a clock or calendar. Undefined when the range is beyond a double, or
 * so small beside the numbers that edges would fall together.
 */
export function niceBins(min: number, max: number, kind: 'real' | 'whole' | 'time'): number[] | undefined {
  const range = max - min;
  if (!Number.isFinite(range)) return undefined;
  if (range === 0) return constantBins(min, kind);
  const raw = range / aimed;
  const step =
    kind === 'time' ? timeStep(raw) : kind === 'whole' ? Math.max(1, roundStep(raw)) : roundStep(raw);
  const start = Math.floor(min / step) * step;
  const count = Math.floor((max - start) / step) + (kind !== 'whole' && isEdge(max, start, step) ? 0 : 1);
  if (!Number.isFinite(count) || count < 1 || count > 4 * aimed) return undefined;
  const edges = Array.from({ length: count + 1 }, (_, i) => tidy(start + i * step, step));
  return rises(edges) ? edges : undefined;
}

/** Where a step is hardly more than the digits of a double tell apart, edges fall together. */
const rises = (edges: readonly number[]): boolean =>
  edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? edge));

function constantBins(value: number, kind: 'real' | 'whole' | 'time'): number[] | undefined {
  const width = kind === 'real' ? Math.max(Math.abs(value) / 1000, Number.MIN_VALUE * 4) : 1;
  const half = kind === 'real' ? width / 2 : 0;
  const edges = [value - half, value - half + width];
  return edges[0] === edges[1] || !edges.every(Number.isFinite) ? undefined : edges;
}

/** The largest value lies on an edge: it joins the bin below it. */
function isEdge(max: number, start: number, step: number): boolean {
  const steps = (max - start) / step;
  return Math.abs(steps - Math.round(steps)) < 1e-9 && steps >= 1;
}

/** 1, 2 or 5 times a power of ten, not below `raw` by more than a little. */
function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const share = raw / power;
  return (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10) * power;
}

function timeStep(raw: number): number {
  const step = timeSteps.find((candidate) => candidate >= raw * 0.8);
  return step ?? roundStep(raw);
}

/** Digits behind the point that `toFixed` writes at most. */
const mostDigits = 100;

/** Drops the noise of binary fractions: 0.30000000000000004 is 0.3. */
function tidy(value: number, step: number): number {
  const digits = Math.max(0, 3 - Math.floor(Math.log10(step)));
  return Math.abs(value) < 1e21 && digits <= mostDigits ? Number(value.toFixed(digits)) : value;
}
