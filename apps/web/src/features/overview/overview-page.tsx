import type { Datakit, Job, Model } from '@quadrax/contract';
import { Link, createLazyRoute } from '@tanstack/react-router';
import { FileDrop, Imports, UploadButton, useUploads } from '#features/datakits';
import { formatAgo, plural } from '#lib/format.ts';
import { useRunningJobs } from '#lib/running-jobs.ts';
import { useMayWrite } from '#lib/session.ts';
import { useNow } from '#lib/use-now.ts';
import { jobKindLabel } from '#lib/words.ts';
import { ErrorState } from '#ui/error-state.tsx';
import { CancelJob, JobBar } from '#ui/job-progress.tsx';
import { LinkButton } from '#ui/link-button.tsx';
import { Page } from '#ui/page.tsx';
import { Section } from '#ui/section.tsx';
import { SkeletonRows, SkeletonText } from '#ui/skeletons.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { Doors } from './doors.tsx';
import { FinishedJobs, LatestDatakits, LatestModels } from './latest-tables.tsx';
import { attentionOf, useLatest } from './overview-queries.ts';
import type { Attention } from './overview-queries.ts';
import styles from './overview-page.module.css';

export const Route = createLazyRoute('/shell/')({ component: OverviewPage });

/** What there is at a glance. A data file may be dropped on it. */
function OverviewPage() {
  return useMayWrite() ? (
    <FileDrop>
      <Overview />
    </FileDrop>
  ) : (
    <Overview />
  );
}

function Overview() {
  const latest = useLatest();
  const importing = useUploads().length > 0;
  const running = useRunningJobs();
  const { datakits, models } = latest;
  const error = datakits.error ?? models.error;
  if (error !== null) {
    return (
      <Page title="Overview">
        <ErrorState
          error={error}
          title="The overview could not be read."
          onRetry={() => void Promise.all([datakits.refetch(), models.refetch()])}
        />
      </Page>
    );
  }
  // All at once: what came in piece by piece would push the rest about.
  if ([...Object.values(latest), running].some((query) => query.isPending)) {
    return (
      <Page title="Overview" state={<SkeletonText width={36} />}>
        <SkeletonRows />
      </Page>
    );
  }
  const known: Known = {
    datakits: datakits.data?.items ?? [],
    models: models.data?.items ?? [],
    done: latest.done.data?.items ?? [],
    failed: latest.failed.data?.items ?? [],
    running: running.data ?? [],
  };
  if (known.datakits.length + known.models.length + known.running.length === 0) {
    return (
      <Page title="Overview" state="Nothing here yet. Begin with data.">
        <Imports />
        {!importing && <Doors />}
      </Page>
    );
  }
  return (
    <Page
      title="Overview"
      state={sentence(known.running, datakits.data?.total, models.data?.total)}
      action={<NextStep datakits={known.datakits} />}
    >
      <Imports />
      <Sections known={known} />
    </Page>
  );
}

interface Known {
  datakits: readonly Datakit[];
  models: readonly Model[];
  done: readonly Job[];
  failed: readonly Job[];
  running: readonly Job[];
}

/** What runs, what needs attention, and the latest of each noun. */
function Sections({ known }: { known: Known }) {
  const now = useNow();
  const names = new Map([...known.datakits, ...known.models].map(({ id, name }) => [id, name]));
  return (
    <>
      <Section title="Running">
        <Running jobs={known.running} names={names} />
      </Section>
      <NeedsAttention items={attentionOf(known, now)} />
      <div className={styles.halves}>
        <Section title="Latest models" aside={<Link to="/models">All models</Link>}>
          {known.models.length === 0 ? (
            <p className={styles.nothing}>No model has been trained yet.</p>
          ) : (
            <LatestModels rows={known.models} />
          )}
        </Section>
        <Section title="Latest datakits" aside={<Link to="/datakits">All datakits</Link>}>
          {known.datakits.length === 0 ? (
            <p className={styles.nothing}>No datakit has been added yet.</p>
          ) : (
            <LatestDatakits rows={known.datakits} />
          )}
        </Section>
      </div>
      <Section title="Finished" aside={<Link to="/jobs">All jobs</Link>}>
        {known.done.length === 0 ? (
          <p className={styles.nothing}>No job has finished yet.</p>
        ) : (
          <div className={styles.finished}>
            <FinishedJobs rows={known.done} names={names} />
          </div>
        )}
      </Section>
    </>
  );
}

/** "2 jobs running · 12 datakits · 5 models". */
function sentence(running: readonly Job[], datakits?: number, models?: number): string {
  const waiting = running.filter(({ status }) => status === 'QUEUED').length;
  const working = running.length - waiting;
  const parts = [running.length === 0 ? 'Nothing is running' : `${plural(working, 'job')} running`];
  if (waiting > 0) parts.push(`${waiting} waiting`);
  if (datakits !== undefined) parts.push(plural(datakits, 'datakit'));
  if (models !== undefined) parts.push(plural(models, 'model'));
  return parts.join(' · ');
}

function NextStep({ datakits }: { datakits: readonly Datakit[] }) {
  const mayWrite = useMayWrite();
  if (!mayWrite) return null;
  if (!datakits.some(({ status }) => status === 'READY')) return <UploadButton>Upload files</UploadButton>;
  return (
    <>
      <UploadButton variant="default">Upload files</UploadButton>
      <LinkButton to="/models/new">Train a model</LinkButton>
    </>
  );
}

function Running({ jobs, names }: { jobs: readonly Job[]; names: ReadonlyMap<string, string> }) {
  if (jobs.length === 0) return <p className={styles.nothing}>No job is running or waiting.</p>;
  return (
    <ul className={styles.running}>
      {jobs.slice(0, 8).map((job) => (
        <li key={job.id}>
          <div>
            <Link to="/jobs/$id" params={{ id: job.id }}>
              {jobKindLabel(job.kind)}
            </Link>
            <div className={styles.quiet}>{names.get(job.subject?.id ?? '') ?? job.subject?.type}</div>
          </div>
          <JobBar job={job} stop={<CancelJob job={job} />} />
        </li>
      ))}
    </ul>
  );
}

function NeedsAttention({ items }: { items: readonly Attention[] }) {
  if (items.length === 0) return null;
  return (
    <Section title="Needs attention">
      <ul className={styles.attention}>
        {items.map((item) => (
          <li key={item.key}>
            <StatusMark tone="bad" label="Failed" bare />
            {item.to.noun === 'job' ? (
              <Link to="/jobs/$id" params={{ id: item.to.id }}>
                {item.sentence}
              </Link>
            ) : (
              <Link to="/datakits/$id" params={{ id: item.to.id }}>
                {item.sentence}
              </Link>
            )}
            <span className={styles.quiet}>{formatAgo(item.at)}</span>
            {item.reason !== undefined && <span className={styles.reason}>{item.reason}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
