import { mostCompared } from '@quadrax/contract/words';
import type { Datakit, Model } from '@quadrax/contract';
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useAddSample, useDatakit, useSamples } from '#features/datakits';
import { isFiltered, readOf, sizeSentence } from '#lib/paged.ts';
import { oneOf } from '#lib/search.ts';
import { useMayWrite } from '#lib/session.ts';
import { formatMetric, metricLabel, sentenceCase } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { type DataColumn, DataTable } from '#ui/data-table.tsx';
import { deletedColumns } from '#ui/deleted-columns.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Icon } from '#ui/icons.tsx';
import { JobProgress } from '#ui/job-progress.tsx';
import { Moment } from '#ui/moment.tsx';
import { Page } from '#ui/page.tsx';
import { sortStateOf, sortTextOf } from '#ui/sort-state.ts';
import { StatusMark } from '#ui/status-mark.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { useModels, useRestoreModel, useTrainingEnds } from './model-queries.ts';
import { CompareButton } from './compare-button.tsx';
import styles from './models-page.module.css';
import { modelSorts, type ModelsSearch, modelsRoute, statuses, tableTypes } from './routes.ts';

/** The list of models. */
export function ModelsPage() {
  const search = modelsRoute.useSearch();
  const mayWrite = useMayWrite();
  const [importing, setImporting] = useState(false);
  const go = useNavigate();
  const list = useModels(search);
  useTrainingEnds();
  const rows = list.data?.pages.flatMap((page) => page.items);
  const { sort: _sort, ...filters } = search;
  const filtered = isFiltered(filters);
  const empty = rows?.length === 0 && !filtered;
  const [chosen, setChosen] = useState<ReadonlyMap<string, number>>(new Map());
  const choose = (model: Model): void => {
    const next = new Map(chosen);
    if (!next.delete(model.id)) next.set(model.id, model.latestVersion ?? 1);
    setChosen(next);
  };
  return (
    <Page
      title="Models"
      state={rows && stateOf(rows, filters, sizeSentence(list, filters, ['model', 'models']))}
      copyAs={<CopyAs call={{ name: 'models.list', query: { ...search } }} />}
      secondary={
        <>
          <CompareButton items={[...chosen].map(([modelId, version]) => ({ modelId, version }))} />
          {mayWrite && (
            <Button variant="default" onClick={() => setImporting(true)}>
              Import a model
            </Button>
          )}
        </>
      }
      action={
        mayWrite && (
          <Button
            renderRoot={(props) => (
              <Link {...props} to="/models/new" search={{ datakitId: search.datakitId }} />
            )}
          >
            Train a model
          </Button>
        )
      }
    >
      {empty ? <ModelsEmpty mayWrite={mayWrite} /> : <Filters search={search} />}
      {!empty && (
        <List
          list={list}
          rows={rows}
          sort={search.sort}
          deleted={search.deleted === 'true'}
          chosen={chosen}
          onChoose={choose}
        />
      )}
      {importing && (
        <ImportDialog
          onClose={() => setImporting(false)}
          onImported={({ id }) => void go({ to: '/models/$id', params: { id } })}
        />
      )}
    </Page>
  );
}

function stateOf(rows: readonly Model[], filters: object, size: string): string {
  const deployed = rows.filter((model) => model.status === 'DEPLOYED').length;
  return deployed === 0 || isFiltered(filters) ? size : `${size} · ${deployed} deployed`;
}

/** Whether a model has a version to put beside others. */
const comparable = (model: Model): boolean => model.latestVersion !== undefined;

function List({
  list,
  rows,
  sort,
  deleted,
  chosen,
  onChoose,
}: {
  list: ReturnType<typeof useModels>;
  rows: readonly Model[] | undefined;
  sort: ModelsSearch['sort'];
  /** Whether it is those that were deleted. */
  deleted: boolean;
  chosen: ReadonlyMap<string, number>;
  onChoose: (model: Model) => void;
}) {
  const navigate = modelsRoute.useNavigate();
  const restore = useRestoreModel();
  const mayWrite = useMayWrite();
  const restored = mayWrite ? (id: string) => restore.mutateAsync(id) : undefined;
  if (list.error && !rows) {
    return (
      <ErrorState
        error={list.error}
        title="The models could not be read."
        onRetry={() => void list.refetch()}
      />
    );
  }
  return (
    <DataTable
      label="Models"
      columns={deleted ? deletedColumns<Model>(restored) : [choiceColumn(chosen, onChoose), ...columns]}
      rows={rows ?? []}
      isChosen={(model) => chosen.has(model.id)}
      rowKey={(model) => model.id}
      loading={list.isPending}
      sort={sort && sortStateOf(sort)}
      onSort={(chosen) =>
        void navigate({
          search: (before) => ({ ...before, sort: oneOf(sortTextOf(chosen), modelSorts) }),
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
            : 'No model fits. Change the search or the filters.'
          : readOf(list)
      }
    />
  );
}

function ModelsEmpty({ mayWrite }: { mayWrite: boolean }) {
  const samples = useSamples();
  const deleted = useModels({ deleted: 'true' });
  const add = useAddSample();
  const go = useNavigate();
  const sample = samples.data?.[0];
  const train = (datakit: Datakit): void => void go({ to: '/models/new', search: { datakitId: datakit.id } });
  return (
    <>
      <EmptyState
        title="No models yet"
        sentence={
          mayWrite
            ? 'A model learns to predict one column of a datakit from the others, is judged on rows it has not seen, and then answers over HTTP.'
            : 'A model learns to predict one column of a datakit from the others. Your role reads only; ask a member of the workspace to train one.'
        }
        action={
          mayWrite && (
            <Button variant="default" renderRoot={(props) => <Link {...props} to="/models/new" />}>
              Choose a datakit
            </Button>
          )
        }
        sample={
          mayWrite &&
          sample && (
            <Button
              variant="default"
              loading={add.isPending}
              onClick={() => add.mutate(sample.name, { onSuccess: train })}
            >
              Try with {sample.title}
            </Button>
          )
        }
        aside={
          deleted.data?.pages[0]?.items.length ? (
            <Link to="/models" search={{ deleted: 'true' }}>
              Show what was deleted
            </Link>
          ) : undefined
        }
      />
      {add.error && <ErrorState error={add.error} title="The sample could not be added." />}
    </>
  );
}

function Filters({ search }: { search: ModelsSearch }) {
  const navigate = modelsRoute.useNavigate();
  const [name, setName] = useState(search.name ?? '');
  const put = (change: ModelsSearch): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const putName = useDebouncedCallback((value: string) => put({ name: value.trim() || undefined }), 250);
  const datakit = useDatakit(search.datakitId);
  return (
    <search className={styles.filters}>
      <TextInput
        type="search"
        placeholder="Search by name"
        aria-label="Search models by name"
        value={name}
        maxLength={255}
        onChange={(event) => {
          setName(event.currentTarget.value);
          putName(event.currentTarget.value);
        }}
      />
      <NativeSelect
        aria-label="State"
        value={search.deleted === 'true' ? 'DELETED' : (search.status ?? '')}
        onChange={(event) =>
          put({
            deleted: event.currentTarget.value === 'DELETED' ? 'true' : undefined,
            status: oneOf(event.currentTarget.value, statuses),
          })
        }
        data={[
          { value: '', label: 'Any state' },
          ...statuses.map((status) => ({ value: status, label: sentenceCase(status) })),
          { value: 'DELETED', label: 'Deleted' },
        ]}
      />
      <NativeSelect
        aria-label="Type"
        value={search.type ?? ''}
        onChange={(event) => put({ type: oneOf(event.currentTarget.value, tableTypes) })}
        data={[
          { value: '', label: 'Any type' },
          ...tableTypes.map((type) => ({ value: type, label: sentenceCase(type) })),
        ]}
      />
      {search.datakitId !== undefined && (
        <button type="button" className={styles.chip} onClick={() => put({ datakitId: undefined })}>
          <span>trained on {datakit.data?.name ?? 'one datakit'}</span>
          <Icon name="close" size={12} />
        </button>
      )}
    </search>
  );
}

const choiceColumn = (
  chosen: ReadonlyMap<string, number>,
  onChoose: (model: Model) => void,
): DataColumn<Model> => ({
  key: 'choice',
  header: <span className="visually-hidden">Compare</span>,
  width: 24,
  render: (model) => (
    <Checkbox
      size="xs"
      aria-label={`Compare ${model.name}`}
      checked={chosen.has(model.id)}
      disabled={!comparable(model) || (!chosen.has(model.id) && chosen.size >= mostCompared)}
      onChange={() => onChoose(model)}
    />
  ),
});

const columns: readonly DataColumn<Model>[] = [
  {
    key: 'name',
    sorts: 'ascending',
    header: 'Name',
    grow: true,
    render: (model) => (
      <Link to="/models/$id" params={{ id: model.id }} title={model.name}>
        {model.name}
      </Link>
    ),
  },
  {
    key: 'status',
    header: 'State',
    width: 160,
    render: (model) =>
      model.status === 'TRAINING' && model.trainingJobId !== undefined ? (
        <JobProgress jobId={model.trainingJobId} compact />
      ) : (
        <StatusMark status={model.status} />
      ),
  },
  { key: 'type', header: 'Type', width: 110, secondary: true, render: (model) => sentenceCase(model.type) },
  {
    key: 'metric',
    header: 'Score',
    align: 'right',
    width: 160,
    secondary: true,
    render: ({ metric }) =>
      metric ? (
        <>
          <span className={styles.quiet}>{metricLabel(metric.name)}</span>{' '}
          {formatMetric(metric.name, metric.value)}
        </>
      ) : (
        '–'
      ),
  },
  {
    key: 'deployed',
    header: 'Deployed',
    width: 90,
    secondary: true,
    render: (model) => (model.deployedVersion === undefined ? '–' : `Version ${model.deployedVersion}`),
  },
  {
    key: 'updatedAt',
    sorts: 'descending',
    header: 'Changed',
    align: 'right',
    width: 100,
    secondary: true,
    render: (model) => <Moment at={model.updatedAt} />,
  },
];
