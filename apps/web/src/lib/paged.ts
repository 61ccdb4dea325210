import { formatInteger, plural } from './format.ts';

/** A list that is read page by page, as a question for it stands. */
export interface Paged<T> {
  readonly data: { readonly pages: readonly PageOf<T>[] } | undefined;
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
  refetch(): unknown;
}

interface PageOf<T> {
  readonly items: readonly T[];
  /** How many there are in all, where the server counts them. */
  readonly total?: number | undefined;
}

/** How the pages of a list follow each other. */
export const byCursor = {
  initialPageParam: '',
  getNextPageParam: (page: { nextCursor?: string | undefined }) => page.nextCursor,
};

/** What a list asks for: its filters, so many rows, and where the page before ended. */
export const pageQuery = <F extends object>(filters: F, limit: number, cursor: string) => ({
  ...filters,
  limit,
  ...(cursor !== '' && { cursor }),
});

/** What was read of a list; undefined while nothing was. */
export const rowsOf = <T>(list: Paged<T>): readonly T[] | undefined =>
  list.data?.pages.flatMap(({ items }) => items);

/** "100 of 1,000", while there is more to read; undefined where all was, or nobody knows how much there is. */
export function readOf<T>(list: Pick<Paged<T>, 'data' | 'hasNextPage'>): string | undefined {
  const pages = list.data?.pages ?? [];
  const total = pages[0]?.total;
  if (!list.hasNextPage || total === undefined) return undefined;
  const read = pages.reduce((sum, { items }) => sum + items.length, 0);
  return `${formatInteger(read)} of ${formatInteger(Math.max(total, read))}`;
}

/** Whether a search narrows its list. */
export const isFiltered = (search: object): boolean =>
  Object.values(search).some((value) => value !== undefined);

/** The noun of a list, for one and for several of it. */
export type Noun = readonly [one: string, many: string];

/**
 * How much a list holds, as far as that is known: "412 jobs", "50 jobs and more", and of one that is narrowed down
 * "1 job fits". The first page says the total, unless there are very many; `known` wins where the page knows better.
 */
export function sizeSentence<T>(
  list: Pick<Paged<T>, 'data' | 'hasNextPage'>,
  search: object,
  [one, many]: Noun,
  known?: number,
): string {
  const pages = list.data?.pages ?? [];
  const read = pages.reduce((sum, { items }) => sum + items.length, 0);
  const total = known ?? pages[0]?.total;
  // What was added since the first page was read may be among what was read.
  const count = total === undefined ? read : Math.max(total, read);
  const open = total === undefined && list.hasNextPage;
  const all = plural(count, one, many) + (open ? ' and more' : '');
  return isFiltered(search) ? `${all} ${count === 1 && !open ? 'fits' : 'fit'}` : all;
}
