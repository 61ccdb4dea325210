import { formatAgo, formatMoment, MISSING } from '#lib/format.ts';
import type { DataColumn } from './data-table.tsx';

/** How long ago something was, with the exact moment as its tooltip; besides, what else is known of it. */
export function Moment({ at, remark }: { at: string | undefined; remark?: string | undefined }) {
  if (at === undefined) return MISSING;
  return (
    <time dateTime={at} title={[formatMoment(at), remark].filter(Boolean).join(', ')}>
      {formatAgo(at)}
    </time>
  );
}

/** A column of moments, left out on a phone. */
export const momentColumn = <T,>(header: string, at: (row: T) => string | undefined): DataColumn<T> => ({
  key: header,
  header,
  align: 'right',
  secondary: true,
  render: (row) => <Moment at={at(row)} />,
});
