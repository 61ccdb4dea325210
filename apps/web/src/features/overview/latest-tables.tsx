import type { Datakit, Job, Model } from '@quadrax/contract';
import { Link } from '@tanstack/react-router';
import { formatAgo, formatDuration, formatInteger, MISSING } from '#lib/format.ts';
import { formatMetric, jobKindLabel, metricLabel } from '#lib/words.ts';
import { DataTable } from '#ui/data-table.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import styles from './overview-page.module.css';

const modelColumns: readonly DataColumn<Model>[] = [
  {
    key: 'name',
    header: 'Model',
    grow: true,
    render: ({ id, name }) => (
      <Link to="/models/$id" params={{ id }} title={name}>
        {name}
      </Link>
    ),
  },
  { key: 'status', header: 'State', render: ({ status }) => <StatusMark status={status} /> },
  {
    key: 'metric',
    header: 'Score',
    align: 'right',
    render: ({ metric }) =>
      metric === undefined ? (
        MISSING
      ) : (
        <span className={styles.metric}>
          <span className={styles.quiet}>{metricLabel(metric.name)}</span>
          {formatMetric(metric.name, metric.value)}
        </span>
      ),
  },
  {
    key: 'updated',
    header: 'Changed',
    align: 'right',
    secondary: true,
    render: ({ updatedAt }) => formatAgo(updatedAt),
  },
];

const datakitColumns: readonly DataColumn<Datakit>[] = [
  {
    key: 'name',
    header: 'Datakit',
    grow: true,
    render: ({ id, name }) => (
      <Link to="/datakits/$id" params={{ id }} title={name}>
        {name}
      </Link>
    ),
  },
  { key: 'status', header: 'State', render: ({ status }) => <StatusMark status={status} /> },
  {
    key: 'rows',
    header: 'Rows',
    align: 'right',
    render: ({ rows }) => (rows === null ? MISSING : formatInteger(rows)),
  },
  {
    key: 'created',
    header: 'Added',
    align: 'right',
    secondary: true,
    render: ({ createdAt }) => formatAgo(createdAt),
  },
];

const took = ({ startedAt, finishedAt }: Job): string =>
  startedAt === undefined || finishedAt === undefined
    ? MISSING
    : formatDuration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);

const jobColumns = (names: ReadonlyMap<string, string>): readonly DataColumn<Job>[] => [
  {
    key: 'kind',
    header: 'Job',
    render: ({ id, kind }) => (
      <Link to="/jobs/$id" params={{ id }}>
        {jobKindLabel(kind)}
      </Link>
    ),
  },
  {
    key: 'subject',
    header: 'Worked on',
    grow: true,
    render: ({ subject }) => names.get(subject?.id ?? '') ?? MISSING,
  },
  { key: 'took', header: 'Took', align: 'right', render: took },
  {
    key: 'ended',
    header: 'Ended',
    align: 'right',
    secondary: true,
    render: ({ finishedAt, createdAt }) => formatAgo(finishedAt ?? createdAt),
  },
];

interface Rows<T> {
  rows: readonly T[];
}

/** The newest models with the headline of their latest version. */
export function LatestModels({ rows }: Rows<Model>) {
  return <DataTable label="Latest models" columns={modelColumns} rows={rows} rowKey={({ id }) => id} />;
}

/** The newest datakits. */
export function LatestDatakits({ rows }: Rows<Datakit>) {
  return <DataTable label="Latest datakits" columns={datakitColumns} rows={rows} rowKey={({ id }) => id} />;
}

/** Jobs that ended well, the latest first. */
export function FinishedJobs({ rows, names }: Rows<Job> & { names: ReadonlyMap<string, string> }) {
  return <DataTable label="Finished jobs" columns={jobColumns(names)} rows={rows} rowKey={({ id }) => id} />;
}
