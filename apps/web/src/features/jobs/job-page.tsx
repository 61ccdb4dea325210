import type { Job, JobLogLine } from '@quadrax/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, createLazyRoute } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { formatMoment } from '#lib/format.ts';
import { isFinished, useJob } from '#lib/jobs.ts';
import { useNow } from '#lib/use-now.ts';
import { jobKindLabel } from '#lib/words.ts';
import { useSubjectNames } from '#lib/subject-names.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { CancelJob, JobBar } from '#ui/job-progress.tsx';
import { Page } from '#ui/page.tsx';
import { Section } from '#ui/section.tsx';
import { SkeletonPage, SkeletonRows } from '#ui/skeletons.tsx';
import { JobResult } from './job-result.tsx';
import { jobSentence } from './job-words.ts';
import { RunAgain, useRunAgain } from './run-again.tsx';
import { SubjectLink } from './subject.tsx';
import styles from './jobs-page.module.css';

export const Route = createLazyRoute('/shell/jobs/$id')({ component: JobPage });

function JobPage() {
  const { id } = Route.useParams();
  const { data: job, error, refetch } = useJob(id);
  const now = useNow(1_000);
  const again = useRunAgain(id);
  const trail = <Link to="/jobs">Jobs</Link>;
  if (job === undefined) {
    if (error === null) return <SkeletonPage />;
    return (
      <Page title="Job" trail={trail}>
        <ErrorState error={error} title="The job could not be read." onRetry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page
      title={jobKindLabel(job.kind)}
      trail={trail}
      state={jobSentence(job, now)}
      action={<RunAgain job={job} again={again} />}
      secondary={<CancelJob job={job} size="sm" />}
      copyAs={<CopyAs call={{ name: 'jobs.get', params: { id } }} />}
    >
      {again.isError && (
        <div className={styles.refusal}>
          <ErrorState error={again.error} title="The job was not run again." />
        </div>
      )}
      <Section title="Progress">
        <JobBar job={job} />
      </Section>
      <Section title="Particulars">
        <Facts job={job} />
      </Section>
      {job.result && (
        <Section title="Result">
          <JobResult job={job} result={job.result} />
        </Section>
      )}
      <Section title="Log">
        <Log job={job} />
      </Section>
    </Page>
  );
}

function Facts({ job }: { job: Job }) {
  const names = useSubjectNames();
  const moments = [
    ['Asked for', job.createdAt],
    ['Began', job.startedAt],
    ['Ended', job.finishedAt],
  ] as const;
  return (
    <dl className={styles.facts}>
      {job.subject && (
        <>
          <dt>Works on</dt>
          <dd>
            <SubjectLink subject={job.subject} names={names} />
          </dd>
        </>
      )}
      {moments.map(
        ([label, moment]) =>
          moment !== undefined && (
            <div key={label} style={{ display: 'contents' }}>
              <dt>{label}</dt>
              <dd>{formatMoment(moment)}</dd>
            </div>
          ),
      )}
      {job.attempt > 1 && (
        <>
          <dt>Attempt</dt>
          <dd>{job.attempt}</dd>
        </>
      )}
      <dt>Id</dt>
      <dd className="mono">{job.id}</dd>
    </dl>
  );
}

/** Pages of 200 lines that are read at most; the rest of a longer log is left to the API. */
const MOST_PAGES = 25;

async function readLog(id: string, signal: AbortSignal): Promise<JobLogLine[]> {
  const lines: JobLogLine[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const { items, nextCursor } = await api.jobs.logs(id, query, { signal });
    lines.push(...items);
    cursor = nextCursor;
    if (cursor === undefined) break;
  }
  return lines;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Why there is no log. */
function silence({ status, startedAt }: Job): string {
  if (startedAt === undefined)
    return status === 'CANCELLED' ? 'It was cancelled before it began.' : 'It has not begun yet.';
  if (status === 'CANCELLED') return 'It was cancelled before it said anything.';
  return isFinished({ status }) ? 'It said nothing.' : 'It has said nothing yet.';
}

function Log({ job }: { job: Job }) {
  const log = useQuery({
    // The end of the job and its attempt are part of the key, so that its last words are read.
    queryKey: ['jobs', 'log', job.id, job.attempt, isFinished(job)],
    queryFn: ({ signal }) => readLog(job.id, signal),
    placeholderData: (before) => before,
    refetchInterval: isFinished(job) ? false : 2_000,
  });
  const count = log.data?.length ?? 0;
  if (log.isError) {
    return (
      <ErrorState error={log.error} title="The log could not be read." onRetry={() => void log.refetch()} />
    );
  }
  if (log.isPending) return <SkeletonRows rows={4} />;
  if (count === 0) return <p className={styles.message}>{silence(job)}</p>;
  return (
    <div className={styles.log}>
      <ol aria-label="Log of the job">
        {log.data.map((line) => (
          <li key={line.sequence}>
            <time dateTime={line.at} title={formatMoment(line.at)}>
              {clock.format(new Date(line.at))}
            </time>
            <span className={`${styles.level} ${line.level === 'info' ? '' : styles[line.level]}`}>
              {line.level}
            </span>
            <span className={styles.text}>{line.message}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
