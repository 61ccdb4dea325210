import type { JobStatus } from '@quadrax/contract';
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  pgSchema,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';

const quadrax = pgSchema('quadrax');
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const jobs = quadrax.table('jobs', {
  tenantId: uuid('tenant_id').notNull(),
  id: uuid('id').notNull(),
  kind: text('kind').notNull(),
  status: text('status').$type<JobStatus>().notNull(),
  progress: doublePrecision('progress').notNull().default(0),
  stage: text('stage').notNull().default('Waiting'),
  etaSeconds: doublePrecision('eta_seconds'),
  attempt: integer('attempt').notNull().default(1),
  deaths: integer('deaths').notNull().default(0),
  worker: uuid('worker'),
  message: uuid('message'),
  waitsFor: text('waits_for').$type<WaitsFor>().notNull().default('worker'),
  cancelRequested: boolean('cancel_requested').notNull().default(false),
  subjectType: text('subject_type'),
  subjectId: uuid('subject_id'),
  payload: jsonb('payload').$type<VersionedPayload>().notNull(),
  /** false: what it was asked was dropped at its end. */
  repeatable: boolean('repeatable').notNull().default(true),
  result: jsonb('result').$type<Record<string, unknown>>(),
  error: jsonb('error').$type<{ code: string; message: string }>(),
  createdBy: uuid('created_by'),
  createdAt: at('created_at').notNull().defaultNow(),
  startedAt: at('started_at'),
  finishedAt: at('finished_at'),
});

export const jobLogs = quadrax.table('job_logs', {
  tenantId: uuid('tenant_id').notNull(),
  jobId: uuid('job_id').notNull(),
  sequence: bigint('sequence', { mode: 'number' }).generatedAlwaysAsIdentity(),
  at: at('at').notNull().defaultNow(),
  level: text('level').$type<'info' | 'warn' | 'error'>().notNull(),
  message: text('message').notNull(),
});

export const jobCheckpoints = quadrax.table('job_checkpoints', {
  tenantId: uuid('tenant_id').notNull(),
  jobId: uuid('job_id').notNull(),
  part: bigint('part', { mode: 'number' }).generatedAlwaysAsIdentity(),
  data: jsonb('data').$type<unknown>().notNull(),
});

/** What a queued job waits for; of a job that is not queued it says nothing. */
export type WaitsFor = 'worker' | 'share' | 'upgrade';

/** A payload says which version of its shape it is, so that a newer program still reads an older job. */
export interface VersionedPayload {
  readonly version: number;
  readonly data: unknown;
}

export type JobRow = typeof jobs.$inferSelect;

/** What names one run of a job. Every write of a running job carries it whole. */
export interface Attempt {
  readonly tenantId: string;
  readonly jobId: string;
  readonly attempt: number;
}

export const attemptOf = (row: Pick<JobRow, 'tenantId' | 'id' | 'attempt'>): Attempt => ({
  tenantId: row.tenantId,
  jobId: row.id,
  attempt: row.attempt,
});
