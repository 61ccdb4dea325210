/** By which column of a table its rows are sorted, and which way. */
export interface SortState {
  key: string;
  descending: boolean;
}

/** A sort as the address bar and the API write it, with a leading minus downwards, as the head of a table shows it. */
export const sortStateOf = (sort: string): SortState => ({
  key: sort.replace(/^-/, ''),
  descending: sort.startsWith('-'),
});

export const sortTextOf = ({ key, descending }: SortState): string => (descending ? `-${key}` : key);

/** What a click on the head of a column comes to: the other way round, or at first the way that suits the column. */
export const nextSortOf = (
  key: string,
  before: SortState | undefined,
  first: 'ascending' | 'descending',
): SortState => ({
  key,
  descending: before?.key === key ? !before.descending : first === 'descending',
});
