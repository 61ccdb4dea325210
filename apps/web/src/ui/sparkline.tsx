interface SparkProps {
  label: string;
  width?: number;
  height?: number;
}

/** A histogram of a line's height: bars from counts, for the head of a column. */
export function HistogramSpark({
  counts,
  label,
  width = 96,
  height = 24,
}: SparkProps & { counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length);
  const bars = counts.map((count, index) => ({
    x: index * step,
    size: count === 0 ? 0 : Math.max(1, (count / most) * (height - 1)),
  }));
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {bars.map(({ x, size }) => (
        <rect
          key={x}
          x={x}
          y={height - 1 - size}
          width={Math.max(0.5, step - (step > 3 ? 1 : 0))}
          height={size}
          fill="var(--ink-3)"
        />
      ))}
      <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--line-strong)" />
    </svg>
  );
}

/** Shares of categories as one segmented line, in the order given. */
export function SharesSpark({
  shares,
  label,
  width = 96,
  height = 24,
}: SparkProps & { shares: readonly number[] }) {
  const parts = shares.map((share, index) => ({
    share,
    from: shares.slice(0, index).reduce((sum, before) => sum + before, 0),
    opacity: Math.max(0.2, 1 - index * 0.22),
  }));
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {parts.map(({ share, from, opacity }) => (
        <rect
          key={opacity + from}
          x={from * width}
          y={height - 9}
          width={Math.max(0, share * width - 1)}
          height={8}
          fill="var(--ink-3)"
          opacity={opacity}
        />
      ))}
    </svg>
  );
}
