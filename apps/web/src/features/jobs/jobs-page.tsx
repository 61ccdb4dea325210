import type { Job } from '@quadrax/contract';
import { Button, Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, createLazyRoute, useNavigate } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { formatAgo, formatDuration, formatMoment, MISSING, plural } from '#lib/format.ts';
import { isFinished, useJob } from '#lib/jobs.ts';
import { jobKindLabel, sentenceCase } from '#lib/words.ts';
import { useSubjectNames } from '#lib/subject-names.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { DataTable } from '#ui/data-table.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { CancelJob, JobBar } from '#ui/job-progress.tsx';
import { LinkButton } from '#ui/link-button.tsx';
import { Page } from '#ui/page.tsx';
import { SkeletonText } from '#ui/skeletons.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import type { JobsSearch } from './index.ts';
import { workedSeconds } from './job-words.ts';
import { SubjectLink } from './subject.tsx';
import styles from './jobs-page.module.css';

export const Route = createLazyRoute('/shell/jobs')({ component: JobsPage });

const statuses = ['RUNNING', 'QUEUED', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
const kinds = ['datakit.profile', 'model.train'] as const;

function useJobList(search: JobsSearch) {
  return useInfiniteQuery({
    queryKey: ['jobs', 'list', search],
    queryFn: ({ pageParam, signal }) =>
      api.jobs.list({ ...search, limit: 50, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
    // New jobs announce themselves by their first progress; this is for those that wait.
    refetchInterval: 30_000,
  });
}

function JobsPage() {
  const search = Route.useSearch();
  const names = useSubjectNames();
  const list = useJobList(search);
  const jobs = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total;
  const filtered = Object.values(search).some((value) => value !== undefined);
  const empty = list.isSuccess && jobs.length === 0;
  return (
    <Page
      title="Jobs"
      state={
        list.isPending ? (
          <SkeletonText width={20} />
        ) : (
          list.isSuccess && stateOf(jobs, total, list.hasNextPage, filtered)
        )
      }
      copyAs={<CopyAs call={{ name: 'jobs.list', query: { ...search } }} />}
    >
      <Filters search={search} names={names} />
      {list.isError && (
        <ErrorState
          error={list.error}
          title="The jobs could not be read."
          onRetry={() => void list.refetch()}
        />
      )}
      {empty && <NoJobs filtered={filtered} />}
      {!empty && !list.isError && (
        <DataTable
          label="Jobs"
          columns={columnsFor(names)}
          rows={jobs}
          rowKey={(job) => job.id}
          loading={list.isPending}
          more={{
            available: list.hasNextPage,
            loading: list.isFetchingNextPage,
            load: () => void list.fetchNextPage(),
          }}
        />
      )}
    </Page>
  );
}

function stateOf(jobs: readonly Job[], total: number | undefined, more: boolean, filtered: boolean): string {
  const running = jobs.filter((job) => job.status === 'RUNNING').length;
  const count = total ?? jobs.length;
  const all = `${plural(count, 'job')}${total === undefined && more ? ' and more' : ''}`;
  const which = filtered ? `${all} ${count === 1 ? 'matches' : 'match'}` : all;
  return running === 0 ? which : `${which} · ${running} running`;
}

function NoJobs({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState
        title="No job matches"
        sentence="No job has this status and kind."
        action={
          <LinkButton variant="default" to="/jobs" search={{}}>
            Show all jobs
          </LinkButton>
        }
      />
    );
  }
  return (
    <EmptyState
      title="Nothing has run yet"
      sentence="Work that takes a while, such as reading a file or training a model, is listed here with its progress and its log."
      action={<LinkButton to="/datakits">Add a datakit</LinkButton>}
    />
  );
}

function Filters({ search, names }: { search: JobsSearch; names: ReadonlyMap<string, string> }) {
  const navigate = useNavigate();
  const change = (next: Partial<JobsSearch>) =>
    void navigate({ to: '/jobs', search: { ...search, ...next }, replace: true });
  return (
    <div className={styles.filters}>
      <Select
        aria-label="Status"
        placeholder="Any status"
        w={150}
        clearable
        data={statuses.map((value) => ({ value, label: sentenceCase(value) }))}
        value={search.status ?? null}
        onChange={(status) => {
          change({ status: statuses.find((known) => known === status) });
        }}
      />
      <Select
        aria-label="Kind"
        placeholder="Any kind"
        w={180}
        clearable
        data={kinds.map((value) => ({ value, label: jobKindLabel(value) }))}
        value={search.kind ?? null}
        onChange={(kind) => {
          change({ kind: kind ?? undefined });
        }}
      />
      {search.subject !== undefined && (
        <Button
          variant="default"
          onClick={() => {
            change({ subject: undefined });
          }}
        >
          Only {names.get(search.subject) ?? search.subject.slice(0, 8)} · Show all
        </Button>
      )}
    </div>
  );
}

const columnsFor = (names: ReadonlyMap<string, string>): DataColumn<Job>[] => [
  {
    key: 'kind',
    header: 'Job',
    render: (job) => (
      <>
        <Link to="/jobs/$id" params={{ id: job.id }}>
          {jobKindLabel(job.kind)}
        </Link>
        {job.attempt > 1 && <span className={styles.attempt}>attempt {job.attempt}</span>}
        <div className={styles.phoneSubject}>{names.get(job.subject?.id ?? '')}</div>
      </>
    ),
  },
  {
    key: 'subject',
    header: 'Works on',
    grow: true,
    secondary: true,
    render: (job) => <SubjectLink subject={job.subject} names={names} />,
  },
  { key: 'state', header: 'State', render: (job) => <StateCell job={job} /> },
  {
    key: 'worked',
    header: 'Took',
    align: 'right',
    secondary: true,
    render: (job) => {
      if (!isFinished(job)) return <CancelJob job={job} />;
      const seconds = workedSeconds(job, Date.now());
      return seconds === undefined ? MISSING : formatDuration(seconds);
    },
  },
  {
    key: 'created',
    header: 'Started',
    align: 'right',
    secondary: true,
    render: (job) => (
      <time dateTime={job.createdAt} title={formatMoment(job.createdAt)}>
        {formatAgo(job.createdAt)}
      </time>
    ),
  },
];

function StateCell({ job }: { job: Job }) {
  if (!isFinished(job)) return <LiveState job={job} />;
  return (
    <span className={styles.state} title={job.error?.message}>
      <StatusMark status={job.status} />
      {job.error && <span className={styles.message}> · {job.error.message}</span>}
    </span>
  );
}

function LiveState({ job }: { job: Job }) {
  const { data = job } = useJob(job.id);
  return (
    <div className={styles.progress}>
      <JobBar job={data} compact />
    </div>
  );
}
