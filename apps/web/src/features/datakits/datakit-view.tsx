import type { Datakit, Profile, ProfileWarning } from '@quadrax/contract';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ErrorState } from '#ui/error-state.tsx';
import { ColumnPanel } from './column-panel.tsx';
import { AboutPanel } from './datakit-details.tsx';
import { rowsText, warningFilter } from './datakit-state.ts';
import styles from './datakit-view.module.css';
import { FilterChips } from './filter-chips.tsx';
import { addFilter, type PreviewFilter, type PreviewSort, parseSort, sortText } from './preview-filter.ts';
import { PreviewTable } from './preview-table.tsx';
import { type DatakitSearch, datakitRoute } from './routes.ts';

/** The rows of a ready datakit, and beside them what is known of the whole or of the chosen column. */
export function DatakitView({ datakit, profile }: { datakit: Datakit; profile: UseQueryResult<Profile> }) {
  const search = datakitRoute.useSearch();
  const navigate = datakitRoute.useNavigate();
  const [total, setTotal] = useState<number>();
  const put = (change: DatakitSearch): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const filters = search.filter ?? [];
  const setFilters = (next: readonly PreviewFilter[]): void =>
    put({ filter: next.length > 0 ? [...next] : undefined });
  const setSort = (sort: PreviewSort | undefined): void => put({ sort: sortText(sort) });
  const follow = (warning: ProfileWarning): void => {
    const filter = warningFilter(warning);
    put({ column: warning.column, ...(filter && { filter: addFilter(filters, filter) }) });
  };
  // Without filters it is known before any row is here, and the page need not make room for it later.
  const count = total ?? (filters.length === 0 ? (datakit.rows ?? undefined) : undefined);
  const column = profile.data?.columns.find((one) => one.name === search.column);

  const side = useRef<HTMLElement>(null);
  useShowBelow(side, search.column);

  return (
    <div className={styles.view}>
      <div className={styles.main}>
        <div className={styles.bar}>
          <span className={styles.count} aria-live="polite">
            {rowsText(count, datakit.rows)}
          </span>
          <FilterChips filters={filters} onChange={setFilters} />
        </div>
        <PreviewTable
          datakit={datakit}
          profile={profile.data}
          sort={parseSort(search.sort)}
          filters={filters}
          column={search.column}
          before={total ?? datakit.rows ?? 0}
          onColumn={(name) => put({ column: name === search.column ? undefined : name })}
          onSort={setSort}
          onTotal={setTotal}
        />
      </div>
      <aside
        ref={side}
        className={styles.side}
        aria-label={column ? `Column ${column.name}` : 'About this datakit'}
      >
        {profile.error && !profile.data && (
          <ErrorState
            error={profile.error}
            title="The profile could not be read."
            onRetry={() => void profile.refetch()}
          />
        )}
        {column ? (
          <ColumnPanel
            // A form half filled in for one column must not show up at another.
            key={column.name}
            datakitId={datakit.id}
            column={column}
            rows={profile.data?.rows ?? 0}
            warnings={profile.data?.warnings.filter((warning) => warning.column === column.name) ?? []}
            filters={filters}
            sort={parseSort(search.sort)}
            onFilters={setFilters}
            onSort={setSort}
            onClose={() => put({ column: undefined })}
          />
        ) : (
          <AboutPanel datakit={datakit} profile={profile.data} onWarning={follow} />
        )}
      </aside>
    </div>
  );
}

/** Where the panel stands below the table, choosing a column brings it into sight. */
function useShowBelow(panel: React.RefObject<HTMLElement | null>, column: string | undefined): void {
  const shown = useRef(column);
  useEffect(() => {
    if (shown.current === column) return;
    shown.current = column;
    const element = panel.current;
    if (column !== undefined && element && element.getBoundingClientRect().top > window.innerHeight * 0.7) {
      element.scrollIntoView({ block: 'start' });
    }
  }, [panel, column]);
}
