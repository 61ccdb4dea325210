/** A histogram of a line's height: bars from counts, for the head of a column. Bars between `from` and `to` are marked. */
export function HistogramSpark(props: {
  counts: readonly number[];
  label: string;
  width?: number;
  height?: number;
}) {
  const { counts, label, width = 96, height = 24 } = props;
  const most = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {counts.map((count, index) => {
        const size = count === 0 ? 0 : Math.max(1, (count / most) * (height - 1));
        return (
          <rect
            key={index}
            x={index * step}
            y={height - 1 - size}
            width={Math.max(0.5, step - (step > 3 ? 1 : 0))}
            height={size}
            fill="var(--ink-3)"
          />
        );
      })}
      <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--line-strong)" />
    </svg>
  );
}

/** Shares of categories as one segmented line, largest first. */
export function SharesSpark(props: {
  shares: readonly number[];
  label: string;
  width?: number;
  height?: number;
}) {
  const { shares, label, width = 96, height = 24 } = props;
  let from = 0;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {shares.map((share, index) => {
        const x = from * width;
        from += share;
        return (
          <rect
            key={index}
            x={x}
            y={height - 9}
            width={Math.max(0, share * width - 1)}
            height={8}
            fill="var(--ink-3)"
            opacity={Math.max(0.2, 1 - index * 0.22)}
          />
        );
      })}
    </svg>
  );
}
