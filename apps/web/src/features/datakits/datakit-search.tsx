import type { Datakit } from '@quadrax/contract';
import { Loader, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { type DatakitListSearch, useDatakits } from './datakit-queries.ts';

export interface DatakitSearch {
  /** What the server found, the chosen one with them. */
  readonly shown: readonly Datakit[];
  /** Whether the workspace has none at all. */
  readonly none: boolean;
  /** What a `Select` needs to offer them by a name that is typed; its `data` are of `shown`. */
  readonly select: Pick<
    SelectProps,
    | 'searchable'
    | 'searchValue'
    | 'onSearchChange'
    | 'filter'
    | 'nothingFoundMessage'
    | 'rightSection'
    | 'allowDeselect'
    | 'error'
  >;
  clear: () => void;
}

/** All datakits of the workspace, found by typing a name: the server searches, so that none is out of reach. */
export function useDatakitSearch(
  chosen: Datakit | undefined,
  search: Pick<DatakitListSearch, 'status'> = {},
): DatakitSearch {
  const [typed, setTyped] = useState('');
  const [name] = useDebouncedValue(typed === chosen?.name ? '' : typed.trim(), 200);
  const list = useDatakits({ ...search, name: name || undefined });
  const found = list.data?.pages.flatMap((page) => page.items) ?? [];
  return {
    shown: chosen && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found,
    none: !chosen && list.data !== undefined && found.length === 0 && name === '' && typed === '',
    select: {
      searchable: true,
      searchValue: typed,
      onSearchChange: setTyped,
      // The server has searched already.
      filter: ({ options }) => options,
      nothingFoundMessage: list.isFetching
        ? 'Searching'
        : `No datakit of that name${search.status === 'READY' ? ' is ready' : ''}`,
      rightSection: list.isFetching ? <Loader size={14} /> : undefined,
      allowDeselect: false,
      error: list.error ? 'The datakits could not be read. Reload the page to try again.' : undefined,
    },
    clear: () => setTyped(''),
  };
}
