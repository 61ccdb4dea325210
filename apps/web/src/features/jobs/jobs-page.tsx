import type { Job } from '@quadrax/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, createLazyRoute, useNavigate } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { formatDuration, MISSING } from '#lib/format.ts';
import { isFinished, useJob } from '#lib/jobs.ts';
import { byCursor, isFiltered, pageQuery } from '#lib/paged.ts';
import { useSubjectNames } from '#lib/subject-names.ts';
import { jobKindLabel, jobKinds, sentenceCase } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { FilterChoice, FilterOnly, Filters } from '#ui/filters.tsx';
import { CancelJob, JobBar } from '#ui/job-progress.tsx';
import { LinkButton } from '#ui/link-button.tsx';
import { ListPage } from '#ui/list-page.tsx';
import { Moment } from '#ui/moment.tsx';
import { PagedTable } from '#ui/paged-table.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { statuses } from './index.ts';
import type { JobsSearch } from './index.ts';
import { workedSeconds } from './job-words.ts';
import { SubjectLink } from './subject.tsx';
import styles from './jobs-page.module.css';

export const Route = createLazyRoute('/shell/jobs')({ component: JobsPage });

function useJobList(search: JobsSearch) {
  return useInfiniteQuery({
    ...byCursor,
    queryKey: ['jobs', 'list', search],
    queryFn: ({ pageParam, signal }) => api.jobs.list(pageQuery(search, 50, pageParam), { signal }),
    placeholderData: (before) => before,
    // New jobs announce themselves by their first progress; this is for those that wait.
    refetchInterval: 30_000,
  });
}

function JobsPage() {
  const search = Route.useSearch();
  const names = useSubjectNames();
  const list = useJobList(search);
  return (
    <ListPage
      title="Jobs"
      noun={['job', 'jobs']}
      list={list}
      search={search}
      remark={running}
      copyAs={<CopyAs call={{ name: 'jobs.list', query: { ...search } }} />}
      filters={<JobFilters search={search} names={names} />}
    >
      <PagedTable
        label="Jobs"
        list={list}
        problem="The jobs could not be read."
        columns={columnsFor(names)}
        rowKey={(job) => job.id}
        empty={<NoJobs filtered={isFiltered(search)} />}
      />
    </ListPage>
  );
}

function running(jobs: readonly Job[]): string | undefined {
  const count = jobs.filter(({ status }) => status === 'RUNNING').length;
  return count === 0 ? undefined : `${count} running`;
}

function NoJobs({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState
        title="No job fits"
        sentence="No job has this state and kind."
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

function JobFilters({ search, names }: { search: JobsSearch; names: ReadonlyMap<string, string> }) {
  const navigate = useNavigate();
  const put = (change: JobsSearch) =>
    void navigate({ to: '/jobs', search: { ...search, ...change }, replace: true });
  return (
    <Filters>
      <FilterChoice
        label="State"
        any="Any state"
        value={search.status}
        choices={statuses.map((value) => ({ value, label: sentenceCase(value) }))}
        onChoose={(status) => put({ status })}
      />
      <FilterChoice
        label="Kind"
        any="Any kind"
        value={jobKinds.find((kind) => kind === search.kind)}
        choices={jobKinds.map((value) => ({ value, label: jobKindLabel(value) }))}
        onChoose={(kind) => put({ kind })}
      />
      {search.subject !== undefined && (
        <FilterOnly
          name={names.get(search.subject) ?? search.subject.slice(0, 8)}
          onClear={() => put({ subject: undefined })}
        />
      )}
    </Filters>
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
    render: ({ createdAt }) => <Moment at={createdAt} />,
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
