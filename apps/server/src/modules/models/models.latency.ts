/** Upper ends of the cells that requests are counted in by the time they took, in ms; the last cell is open. */
const latencyEdges: readonly number[] = [
  0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000,
];
export const latencyCells = latencyEdges.length + 1;

export const latencyCell = (ms: number): number => {
  const cell = latencyEdges.findIndex((edge) => ms <= edge);
  return cell < 0 ? latencyEdges.length : cell;
};

/** The p-quantile of counts, taking the requests of a cell as spread evenly over it; what is beyond the last edge counts as there. */
const quantile = (counts: readonly number[], total: number, p: number): number => {
  let below = 0;
  for (const [cell, count] of counts.entries()) {
    if (count > 0 && below + count >= p * total) {
      const low = latencyEdges[cell - 1] ?? 0;
      const high = latencyEdges[cell] ?? low;
      return low + ((p * total - below) / count) * (high - low);
    }
    below += count;
  }
  return 0;
};

/** Quantiles of the latencies that were counted; undefined where none was. */
export const latencyOf = (
  counts: readonly number[],
): { p50: number; p95: number; p99: number } | undefined => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const at = (p: number): number => quantile(counts, total, p);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
};
