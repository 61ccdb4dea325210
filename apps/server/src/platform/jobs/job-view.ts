import type { Job } from '@quadrax/contract';
import type { JobRow } from './jobs.tables.ts';

/** A job as clients see it. */
export const jobView = (row: Omit<JobRow, 'payload'>): Job => ({
  id: row.id,
  kind: row.kind,
  status: row.status,
  progress: row.progress,
  stage: row.stage,
  attempt: row.attempt,
  retryable: row.repeatable && (row.status === 'FAILED' || row.status === 'CANCELLED'),
  ...(row.status === 'QUEUED' && { waitingFor: row.waitsFor }),
  createdAt: row.createdAt.toISOString(),
  ...(row.etaSeconds !== null && { etaSeconds: row.etaSeconds }),
  ...(row.subjectType !== null &&
    row.subjectId !== null && { subject: { type: row.subjectType, id: row.subjectId } }),
  ...(row.error !== null && { error: row.error }),
  ...(row.result !== null && { result: row.result }),
  ...(row.startedAt !== null && { startedAt: row.startedAt.toISOString() }),
  ...(row.finishedAt !== null && { finishedAt: row.finishedAt.toISOString() }),
});
