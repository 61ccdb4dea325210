import type { JobStatus, Sort } from '@quadrax/contract';
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { byNumber, byTime, keyset } from '#platform/db';
import type { NumberedPage, PageRows, SortedPage, Tx } from '#platform/db';
import { jobLogs, jobs } from '#platform/jobs';
import type { JobRow } from '#platform/jobs';

export interface JobFilter {
  readonly status?: JobStatus | undefined;
  readonly kind?: string | undefined;
  readonly subject?: string | undefined;
}

const { payload: _payload, result, ...columns } = getTableColumns(jobs);
/** Bytes as stored, compressed: what a page of 200 may well hold of each, told without unpacking any. */
const largestListed = 2048;
const listed = {
  ...columns,
  result: sql<JobRow['result']>`CASE WHEN pg_column_size(${result}) <= ${largestListed} THEN ${result} END`,
};

/** A job as it stands in a list: a large result is left for whoever asks for the job itself. */
export type ListedJob = Omit<JobRow, 'payload'>;

const sorted = keyset({ createdAt: byTime(jobs.createdAt) }, jobs.id);

/** The rows of a page. */
export const listJobs = (
  tx: Tx,
  filter: JobFilter,
  page: SortedPage<Sort<'createdAt'>>,
): Promise<PageRows<ListedJob>> => {
  const fits = and(
    filter.status && eq(jobs.status, filter.status),
    filter.kind === undefined ? undefined : eq(jobs.kind, filter.kind),
    filter.subject === undefined ? undefined : eq(jobs.subjectId, filter.subject),
  );
  return sorted(tx, page, fits, (where) => tx.select(listed).from(jobs).where(where));
};

export type JobLogRow = typeof jobLogs.$inferSelect;

const numbered = byNumber(jobLogs.sequence);

/** A page of a job's log. */
export const listLogs = (
  tx: Tx,
  jobId: string,
  page: NumberedPage<Sort<'sequence'>>,
): Promise<PageRows<JobLogRow>> =>
  numbered(tx, page, eq(jobLogs.jobId, jobId), (where) => tx.select().from(jobLogs).where(where));
