import type { Job, jobs as routes, JobLogLine, PageQuery, Query } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { notFound } from '#platform/errors';
import { numberedPageOf, sortedPageOf } from '#platform/http';
import type { Caller, Change, Cursors, ListPage } from '#platform/http';
import { findJob, jobView } from '#platform/jobs';
import type { JobRow, Jobs } from '#platform/jobs';
import { listJobs, listLogs } from './jobs.store.ts';
import type { JobLogRow } from './jobs.store.ts';

type LogQuery = PageQuery & Partial<Pick<Query<typeof routes.logs>, 'sort'>>;

export interface JobsService {
  list(tenantId: string, query: Query<typeof routes.list>): Promise<ListPage<Job>>;
  get(tenantId: string, id: string): Promise<Job>;
  /** Oldest first, if nothing is said. */
  logs(tenantId: string, id: string, query: LogQuery): Promise<ListPage<JobLogLine>>;
  /** @throws AppError NOT_FOUND, JOB_FINISHED */
  cancel(caller: Caller, change: Change, id: string): Promise<Job>;
  retry(caller: Caller, change: Change, id: string): Promise<Job>;
}

const logView = ({ sequence, at, level, message }: JobLogRow): JobLogLine => ({
  sequence,
  at: at.toISOString(),
  level,
  message,
});

export const createJobsService = (deps: { db: Database; jobs: Jobs; cursors: Cursors }): JobsService => {
  const { db, jobs, cursors } = deps;

  const moved = (
    { tenantId }: Caller,
    change: Change,
    id: string,
    move: (tx: Tx, tenantId: string, id: string) => Promise<JobRow>,
  ): Promise<Job> =>
    change.tenant(async (tx) => {
      const before = await findJob(tx, id);
      const row = await move(tx, tenantId, id);
      const job = jobView(row);
      return {
        reply: job,
        before: { status: before?.status, cancelRequested: before?.cancelRequested },
        after: { status: row.status, cancelRequested: row.cancelRequested },
      };
    });

  return {
    list: (tenantId, query) =>
      sortedPageOf(cursors, query, jobView, (page) => db.tenant(tenantId, (tx) => listJobs(tx, query, page))),
    get: async (tenantId, id) => {
      const row = await db.tenant(tenantId, (tx) => findJob(tx, id));
      if (!row) throw notFound('job');
      return jobView(row);
    },
    logs: (tenantId, id, { sort = 'sequence', ...query }) =>
      numberedPageOf(
        cursors,
        { sort, ...query },
        logView,
        ({ sequence }) => sequence,
        (page) =>
          db.tenant(tenantId, async (tx) => {
            if (!(await findJob(tx, id))) throw notFound('job');
            return listLogs(tx, id, page);
          }),
      ),
    cancel: (caller, change, id) => moved(caller, change, id, jobs.cancel),
    retry: (caller, change, id) => moved(caller, change, id, jobs.retry),
  };
};
