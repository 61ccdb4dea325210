import type { Job, jobs as routes, JobLogLine, PageQuery, Query } from '@quadrax/contract';
import type { Database } from '#platform/db';
import { notFound } from '#platform/errors';
import { pageOf } from '#platform/http';
import type { Cursors, ListPage } from '#platform/http';
import { findJob, jobView } from '#platform/jobs';
import type { Jobs } from '#platform/jobs';
import { listJobs, listLogs } from './jobs.store.ts';
import type { JobLogRow } from './jobs.store.ts';

export interface JobsService {
  list(tenantId: string, query: Query<typeof routes.list>): Promise<ListPage<Job>>;
  get(tenantId: string, id: string): Promise<Job>;
  logs(tenantId: string, id: string, query: PageQuery): Promise<ListPage<JobLogLine>>;
  cancel(tenantId: string, id: string): Promise<Job>;
}

const logView = ({ sequence, at, level, message }: JobLogRow): JobLogLine => ({
  sequence,
  at: at.toISOString(),
  level,
  message,
});

export const createJobsService = (deps: { db: Database; jobs: Jobs; cursors: Cursors }): JobsService => {
  const { db, jobs, cursors } = deps;
  return {
    list: async (tenantId, query) => {
      const after = cursors.read('newest', query.cursor);
      const rows = await db.tenant(tenantId, (tx) => listJobs(tx, query, query.limit, after));
      return pageOf(rows, query.limit, jobView, (row) => [row.createdAt.toISOString(), row.id], cursors);
    },
    get: async (tenantId, id) => {
      const row = await db.tenant(tenantId, (tx) => findJob(tx, id));
      if (!row) throw notFound('job');
      return jobView(row);
    },
    logs: async (tenantId, id, { limit, cursor }) => {
      const [after] = cursors.read('sequence', cursor) ?? [0];
      const rows = await db.tenant(tenantId, async (tx) => {
        if (!(await findJob(tx, id))) throw notFound('job');
        return listLogs(tx, id, limit, after);
      });
      return pageOf(rows, limit, logView, (row) => [row.sequence], cursors);
    },
    cancel: async (tenantId, id) => jobView(await jobs.cancel(tenantId, id)),
  };
};
