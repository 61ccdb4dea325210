import type { ReactNode } from 'react';
import { rowsOf } from '#lib/paged.ts';
import type { Paged } from '#lib/paged.ts';
import { DataTable } from './data-table.tsx';
import type { DataTableProps } from './data-table.tsx';
import { ErrorState } from './error-state.tsx';

export interface ListedProps<T> {
  list: Paged<T>;
  /** Said where it cannot be read: "The members could not be read." */
  problem: string;
  hint?: string;
  /** In place of a list that holds nothing; absent: the list says so itself. */
  empty?: ReactNode;
}

/** A list that is read page by page, or in its place why it is not there. */
export function Listed<T>({
  list,
  problem,
  hint,
  empty,
  children,
}: ListedProps<T> & { children: (rows: readonly T[] | undefined) => ReactNode }) {
  const rows = rowsOf(list);
  if (list.error && !rows)
    return <ErrorState error={list.error} title={problem} hint={hint} onRetry={() => void list.refetch()} />;
  return rows?.length === 0 && empty !== undefined ? empty : children(rows);
}

export type PagedTableProps<T> = ListedProps<T> & Omit<DataTableProps<T>, 'rows' | 'loading' | 'more'>;

/** The table of such a list. */
export function PagedTable<T>({ list, problem, hint, empty, ...table }: PagedTableProps<T>) {
  return (
    <Listed list={list} problem={problem} hint={hint} empty={empty}>
      {(rows = []) => (
        <DataTable
          {...table}
          rows={rows}
          loading={list.isPending}
          more={{
            available: list.hasNextPage,
            loading: list.isFetchingNextPage,
            load: () => void list.fetchNextPage(),
          }}
        />
      )}
    </Listed>
  );
}
