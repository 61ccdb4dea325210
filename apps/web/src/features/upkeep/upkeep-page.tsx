import type { UpkeepRoutine, UpkeepRun } from '@quadrax/contract';
import { Button, VisuallyHidden } from '@mantine/core';
import { createLazyRoute } from '@tanstack/react-router';
import { formatInteger, formatMoment, MISSING, plural } from '#lib/format.ts';
import { useOperator } from '#lib/session.ts';
import { sentenceCase } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { DataTable } from '#ui/data-table.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Moment } from '#ui/moment.tsx';
import { Page } from '#ui/page.tsx';
import { SkeletonText } from '#ui/skeletons.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { useRunRoutine, useUpkeep } from './upkeep-queries.ts';
import styles from './upkeep-page.module.css';

export const Route = createLazyRoute('/shell/upkeep')({ component: UpkeepPage });

/** What the platform does by itself at set times, for whoever runs it. */
function UpkeepPage() {
  const allowed = useOperator();
  if (allowed) return <Routines />;
  return (
    <Page title="Upkeep">
      <EmptyState
        title="For platform administrators"
        sentence="Whoever runs this installation sees here what it does by itself to stay in order."
      />
    </Page>
  );
}

function Routines() {
  const list = useUpkeep();
  const run = useRunRoutine();
  const routines = list.data ?? [];
  return (
    <Page
      title="Upkeep"
      state={list.isPending ? <SkeletonText width={24} /> : list.isSuccess && stateOf(routines)}
      copyAs={<CopyAs call={{ name: 'upkeep.list' }} />}
    >
      {list.isError ? (
        <ErrorState
          error={list.error}
          title="The routines could not be read."
          onRetry={() => void list.refetch()}
        />
      ) : (
        <DataTable
          label="Routines"
          columns={columnsWith(run)}
          rows={routines}
          rowKey={(routine) => routine.name}
          loading={list.isPending}
        />
      )}
    </Page>
  );
}

function stateOf(routines: readonly UpkeepRoutine[]): string {
  const failed = routines.filter(({ lastRun }) => lastRun?.error !== undefined).length;
  const [first] = routines.map(({ nextAt }) => nextAt).toSorted();
  if (failed > 0) return `${plural(failed, 'routine')} failed last time`;
  return first === undefined ? 'Nothing is planned' : `In order · next at ${formatMoment(first)}`;
}

const outcomeOf = (run: UpkeepRun | undefined) => {
  if (!run) return <StatusMark tone="idle" label="Not run yet" />;
  if (run.error !== undefined)
    return (
      <span title={run.error}>
        <StatusMark tone="bad" label="Failed" />
      </span>
    );
  return <StatusMark tone="good" label="Done" />;
};

const columnsWith = (run: ReturnType<typeof useRunRoutine>): readonly DataColumn<UpkeepRoutine>[] => [
  {
    key: 'about',
    header: 'Routine',
    grow: true,
    render: ({ name, about, lastRun }) => (
      <>
        {sentenceCase(name)}
        <p className={styles.about}>{about}</p>
        <div className={styles.phoneState}>{outcomeOf(lastRun)}</div>
      </>
    ),
  },
  { key: 'state', header: 'State', secondary: true, render: ({ lastRun }) => outcomeOf(lastRun) },
  {
    key: 'removed',
    header: 'Removed',
    align: 'right',
    secondary: true,
    render: ({ lastRun }) =>
      lastRun?.figures?.['removed'] === undefined ? MISSING : formatInteger(lastRun.figures['removed']),
  },
  {
    key: 'last',
    header: 'Last run',
    align: 'right',
    secondary: true,
    render: ({ lastRun }) => <Moment at={lastRun?.endedAt} />,
  },
  {
    key: 'next',
    header: 'Next',
    align: 'right',
    secondary: true,
    render: ({ nextAt, cron }) => (
      <time dateTime={nextAt} title={`${cron} in UTC`}>
        {formatMoment(nextAt)}
      </time>
    ),
  },
  {
    key: 'run',
    header: <VisuallyHidden>Actions</VisuallyHidden>,
    align: 'right',
    render: ({ name }) => (
      <Button
        size="compact-sm"
        variant="default"
        loading={run.isPending && run.variables === name}
        aria-label={`Run now: ${sentenceCase(name)}`}
        onClick={() => {
          run.mutate(name);
        }}
      >
        Run now
      </Button>
    ),
  },
];
