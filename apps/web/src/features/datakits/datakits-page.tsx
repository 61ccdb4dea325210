import type { Datakit } from '@quadrax/contract';
import { Button, Menu, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { formatBytes, formatInteger, plural } from '#lib/format.ts';
import { isFiltered, readOf, sizeSentence } from '#lib/paged.ts';
import { oneOf } from '#lib/search.ts';
import { useMayWrite } from '#lib/session.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { type DataColumn, DataTable } from '#ui/data-table.tsx';
import { deletedColumns } from '#ui/deleted-columns.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { JobProgress } from '#ui/job-progress.tsx';
import { Moment } from '#ui/moment.tsx';
import { Page } from '#ui/page.tsx';
import { sortStateOf, sortTextOf } from '#ui/sort-state.ts';
import { StatusMark } from '#ui/status-mark.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { useAddSample, useDatakits, useRestoreDatakit, useSamples } from './datakit-queries.ts';
import { DatakitsEmpty } from './datakits-empty.tsx';
import styles from './datakits-page.module.css';
import { FileDrop } from './file-drop.tsx';
import { Imports } from './imports.tsx';
import { datakitSorts, type DatakitsSearch, datakitsRoute } from './routes.ts';
import { UploadButton } from './upload-button.tsx';
import { useUploads } from './uploads.ts';

/** The list of datakits, and the place where files are dropped to become some. */
export function DatakitsPage() {
  const search = datakitsRoute.useSearch();
  const go = useNavigate();
  const mayWrite = useMayWrite();
  const uploading = useUploads().length > 0;
  const list = useDatakits(search);
  const rows = list.data?.pages.flatMap((page) => page.items);
  const { sort: _sort, ...filters } = search;
  const filtered = isFiltered(filters);
  const empty = rows?.length === 0 && !filtered;
  const openDatakit = (datakit: Datakit): void =>
    void go({ to: '/datakits/$id', params: { id: datakit.id } });

  const page = (
    <Page
      title="Datakits"
      state={rows && stateOf(rows, filters, sizeSentence(list, filters, ['datakit', 'datakits']))}
      copyAs={<CopyAs call={{ name: 'datakits.list', query: { ...search } }} />}
      secondary={mayWrite && !empty && <SampleMenu onAdded={openDatakit} />}
      action={mayWrite && <UploadButton>Upload files</UploadButton>}
    >
      <Imports />
      {empty && !uploading && <DatakitsEmpty onAdded={openDatakit} />}
      {!empty && <Filters search={search} />}
      {!empty && <List list={list} rows={rows} sort={search.sort} deleted={search.deleted === 'true'} />}
    </Page>
  );
  return mayWrite ? <FileDrop>{page}</FileDrop> : page;
}

function List({
  list,
  rows,
  sort = '-createdAt',
  deleted,
}: {
  list: ReturnType<typeof useDatakits>;
  rows: readonly Datakit[] | undefined;
  sort: DatakitsSearch['sort'];
  /** Whether it is those that were deleted. */
  deleted: boolean;
}) {
  const navigate = datakitsRoute.useNavigate();
  const restore = useRestoreDatakit();
  const mayWrite = useMayWrite();
  const restored = mayWrite ? (id: string) => restore.mutateAsync(id) : undefined;
  if (list.error && !rows) {
    return (
      <ErrorState
        error={list.error}
        title="The datakits could not be read."
        onRetry={() => void list.refetch()}
      />
    );
  }
  return (
    <DataTable
      label="Datakits"
      columns={deleted ? deletedColumns<Datakit>(restored) : columns}
      rows={rows ?? []}
      rowKey={(datakit) => datakit.id}
      loading={list.isPending}
      sort={sortStateOf(sort)}
      onSort={(chosen) =>
        void navigate({
          search: (before) => ({ ...before, sort: oneOf(sortTextOf(chosen), datakitSorts) }),
          replace: true,
        })
      }
      more={{
        available: list.hasNextPage,
        loading: list.isFetchingNextPage,
        load: () => void list.fetchNextPage(),
      }}
      foot={
        rows?.length === 0
          ? deleted
            ? 'Nothing that was deleted can be restored.'
            : 'No datakit fits. Change the search or the status.'
          : readOf(list)
      }
    />
  );
}

function stateOf(rows: readonly Datakit[], filters: object, size: string): string {
  const busy = rows.filter((datakit) => datakit.status === 'PROCESSING').length;
  return busy === 0 || isFiltered(filters) ? size : `${size} · ${formatInteger(busy)} being profiled`;
}

function SampleMenu({ onAdded }: { onAdded: (datakit: Datakit) => void }) {
  const samples = useSamples();
  const add = useAddSample();
  if (!samples.data?.length) return null;
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" loading={add.isPending}>
          Add a sample
        </Button>
      </Menu.Target>
      <Menu.Dropdown maw={360}>
        {samples.data.map((sample) => (
          <Menu.Item
            key={sample.name}
            onClick={() =>
              add.mutate(sample.name, {
                onSuccess: onAdded,
                onError: (error) => showFailure(error, `${sample.title} could not be added.`),
              })
            }
          >
            <span className={styles.sample}>{sample.title}</span>
            <span className={styles.quiet}>
              {plural(sample.rows, 'row')}, {plural(sample.columns, 'column')}
            </span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Filters({ search }: { search: DatakitsSearch }) {
  const navigate = datakitsRoute.useNavigate();
  const [name, setName] = useState(search.name ?? '');
  const put = (change: DatakitsSearch): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const putName = useDebouncedCallback((value: string) => put({ name: value.trim() || undefined }), 250);
  return (
    <search className={styles.filters}>
      <TextInput
        type="search"
        placeholder="Search by name"
        aria-label="Search datakits by name"
        value={name}
        maxLength={255}
        onChange={(event) => {
          setName(event.currentTarget.value);
          putName(event.currentTarget.value);
        }}
      />
      <SegmentedControl
        aria-label="State"
        value={search.deleted === 'true' ? 'DELETED' : (search.status ?? 'ALL')}
        onChange={(status) =>
          put({
            deleted: status === 'DELETED' ? 'true' : undefined,
            status: status === 'READY' || status === 'PROCESSING' || status === 'FAILED' ? status : undefined,
          })
        }
        data={[
          { value: 'ALL', label: 'All' },
          { value: 'READY', label: 'Ready' },
          { value: 'PROCESSING', label: 'Processing' },
          { value: 'FAILED', label: 'Failed' },
          { value: 'DELETED', label: 'Deleted' },
        ]}
      />
    </search>
  );
}

const columns: readonly DataColumn<Datakit>[] = [
  {
    key: 'name',
    sorts: 'ascending',
    header: 'Name',
    grow: true,
    render: (datakit) => (
      <Link to="/datakits/$id" params={{ id: datakit.id }} title={datakit.name}>
        {datakit.name}
      </Link>
    ),
  },
  {
    key: 'status',
    header: 'State',
    width: 190,
    render: (datakit) =>
      datakit.status === 'PROCESSING' && datakit.jobId !== undefined ? (
        <JobProgress jobId={datakit.jobId} compact />
      ) : (
        <StatusMark status={datakit.status} />
      ),
  },
  {
    key: 'rows',
    header: 'Rows',
    align: 'right',
    width: 110,
    secondary: true,
    render: (datakit) => (datakit.rows === null ? '–' : formatInteger(datakit.rows)),
  },
  {
    key: 'columns',
    header: 'Columns',
    align: 'right',
    width: 90,
    secondary: true,
    render: (datakit) => (datakit.columns.length === 0 ? '–' : formatInteger(datakit.columns.length)),
  },
  {
    key: 'size',
    header: 'Size',
    align: 'right',
    width: 100,
    secondary: true,
    render: (datakit) => formatBytes(datakit.sizeBytes),
  },
  {
    key: 'createdAt',
    sorts: 'descending',
    header: 'Added',
    align: 'right',
    width: 130,
    secondary: true,
    render: (datakit) => <Moment at={datakit.createdAt} />,
  },
];
