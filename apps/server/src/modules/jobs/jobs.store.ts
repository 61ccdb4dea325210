import type { JobStatus } from '@quadrax/contract';
import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { jobLogs, jobs } from '#platform/jobs';
import type { JobRow } from '#platform/jobs';

export interface JobFilter {
  readonly status?: JobStatus | undefined;
  readonly kind?: string | undefined;
  readonly subject?: string | undefined;
}

/** The newest jobs after a position, one more than `limit`. */
export const listJobs = (
  tx: Tx,
  filter: JobFilter,
  limit: number,
  after: readonly [createdAt: string, id: string] | undefined,
): Promise<JobRow[]> =>
  tx
    .select()
    .from(jobs)
    .where(
      and(
        filter.status && eq(jobs.status, filter.status),
        filter.kind === undefined ? undefined : eq(jobs.kind, filter.kind),
        filter.subject === undefined ? undefined : eq(jobs.subjectId, filter.subject),
        after && sql`(${jobs.createdAt}, ${jobs.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(jobs.createdAt), desc(jobs.id))
    .limit(limit + 1);

export type JobLogRow = typeof jobLogs.$inferSelect;

/** The log lines after a sequence number, oldest first, one more than `limit`. */
export const listLogs = (tx: Tx, jobId: string, limit: number, after: number): Promise<JobLogRow[]> =>
  tx
    .select()
    .from(jobLogs)
    .where(and(eq(jobLogs.jobId, jobId), gt(jobLogs.sequence, after)))
    .orderBy(asc(jobLogs.sequence))
    .limit(limit + 1);
