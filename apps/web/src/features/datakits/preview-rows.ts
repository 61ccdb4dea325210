import type { Cell } from '@quadrax/contract';
import { PREVIEW_PAGE, usePreviewPages } from './datakit-queries.ts';
import { type PreviewFilter, type PreviewSort, sortText } from './preview-filter.ts';
import { pagesFor } from './preview-layout.ts';

interface View {
  readonly id: string;
  readonly sort: PreviewSort | undefined;
  readonly filters: readonly PreviewFilter[];
}

/** How many rows there are under a view, as the first page tells; `error` is why it could not. */
export function usePreviewTotal({ id, sort, filters }: View) {
  const [first] = usePreviewPages(id, true, { sort: sortText(sort), filters }, [0]);
  return { total: first?.data?.total, error: first?.error ?? null, retry: () => void first?.refetch() };
}

/**
 * The rows `from` to `to` of a view, in pages that are fetched once.
 * @param still false while the table flies by, when nothing is asked for that will not be looked at
 */
export function usePreviewCells({ id, sort, filters }: View, from: number, to: number, still: boolean) {
  const numbers = pagesFor(from, to, PREVIEW_PAGE);
  const pages = usePreviewPages(id, still, { sort: sortText(sort), filters }, numbers);
  /** The value of a cell; undefined while its page is on its way. */
  return (row: number, column: number): Cell | undefined =>
    pages[numbers.indexOf(Math.floor(row / PREVIEW_PAGE))]?.data?.rows[row % PREVIEW_PAGE]?.[column];
}
