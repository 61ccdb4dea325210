/** The mark: four wells, two of them answering. */
export function BrandMark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <g fill="var(--accent)">
        <circle cx="5" cy="5" r="4" />
        <circle cx="15" cy="15" r="4" />
      </g>
      <g fill="none" stroke="var(--accent)" strokeWidth="1.5">
        <circle cx="15" cy="5" r="3.25" />
        <circle cx="5" cy="15" r="3.25" />
      </g>
    </svg>
  );
}
