import { formatAgo, formatMoment, MISSING } from '#lib/format.ts';

/** How long ago something was, with the exact moment as its tooltip. */
export function Moment({ at }: { at: string | undefined }) {
  if (at === undefined) return MISSING;
  return (
    <time dateTime={at} title={formatMoment(at)}>
      {formatAgo(at)}
    </time>
  );
}
