import type { JobStatus, Sort } from '@quadrax/contract';
import { and, asc, eq, gt } from 'drizzle-orm';
import { byTime, keyset } from '#platform/db';
import type { SortedPage, Tx } from '#platform/db';
import { jobLogs, jobs } from '#platform/jobs';
import type { JobRow } from '#platform/jobs';

export interface JobFilter {
  readonly status?: JobStatus | undefined;
  readonly kind?: string | undefined;
  readonly subject?: string | undefined;
}

const sorted = keyset({ createdAt: byTime(jobs.createdAt) }, jobs.id);

/** The rows of a page, and one more if there is a next. */
export const listJobs = (
  tx: Tx,
  filter: JobFilter,
  page: SortedPage<Sort<'createdAt'>>,
): Promise<JobRow[]> => {
  const { where, orderBy, limit } = sorted(page);
  return tx
    .select()
    .from(jobs)
    .where(
      and(
        filter.status && eq(jobs.status, filter.status),
        filter.kind === undefined ? undefined : eq(jobs.kind, filter.kind),
        filter.subject === undefined ? undefined : eq(jobs.subjectId, filter.subject),
        where,
      ),
    )
    .orderBy(...orderBy)
    .limit(limit);
};

export type JobLogRow = typeof jobLogs.$inferSelect;

/** The log lines after a sequence number, oldest first, one more than `limit`. */
export const listLogs = (tx: Tx, jobId: string, limit: number, after: number): Promise<JobLogRow[]> =>
  tx
    .select()
    .from(jobLogs)
    .where(and(eq(jobLogs.jobId, jobId), gt(jobLogs.sequence, after)))
    .orderBy(asc(jobLogs.sequence))
    .limit(limit + 1);
