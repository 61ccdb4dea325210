import { z } from 'zod';
import { idParamsSchema, idSchema, sortedQuery, timestampSchema } from './paging.ts';
import { route } from './route.ts';

export const jobStatusSchema = z.enum(['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED']);
export type JobStatus = z.infer<typeof jobStatusSchema>;

export const jobSchema = z
  .object({
    id: idSchema,
    kind: z.string().describe('Such as `datakit.profile` or `model.train`.'),
    status: jobStatusSchema,
    progress: z.number().min(0).max(1).describe('Units done over units known.'),
    stage: z.string().describe('What it is doing, in a few words.'),
    etaSeconds: z.number().nonnegative().optional(),
    attempt: z.number().int().min(1).describe('How often it has been begun; a process that dies adds one.'),
    retryable: z
      .boolean()
      .describe(
        'Whether it can be run again: it failed or was cancelled, and what it was asked is still kept.',
      ),
    waitingFor: z
      .enum(['worker', 'share', 'upgrade'])
      .optional()
      .describe(
        'What a queued job waits for: a free worker, its turn among the jobs of its tenant, or a newer version of the server.',
      ),
    subject: z.object({ type: z.string(), id: idSchema }).optional().describe('The resource it works on.'),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
    result: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('What it came to. A list leaves a large one out: ask for the job itself.'),
    createdAt: timestampSchema,
    startedAt: timestampSchema.optional(),
    finishedAt: timestampSchema.optional(),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof jobSchema>;

export const jobLogSchema = z
  .object({
    sequence: z.number().int(),
    at: timestampSchema,
    level: z.enum(['info', 'warn', 'error']),
    message: z.string(),
  })
  .meta({ id: 'JobLogLine' });
export type JobLogLine = z.infer<typeof jobLogSchema>;

const read = {
  method: 'GET',
  permission: 'read',
  status: 200,
  idempotency: 'natural',
  audit: 'none',
  rate: 'read',
  cache: 'none',
} as const;

export const jobs = {
  list: route({
    ...read,
    path: '/jobs',
    summary: 'Jobs, newest first unless sorted otherwise',
    query: sortedQuery(['createdAt']).extend({
      status: jobStatusSchema.optional(),
      kind: z.string().max(100).optional(),
      subject: idSchema.optional().describe('Only jobs of this resource.'),
    }),
    reply: jobSchema,
    envelope: 'list',
    cursor: 'sorted',
    etag: 'none',
    errors: ['INVALID_CURSOR'],
  }),
  get: route({
    ...read,
    path: '/jobs/:id',
    summary: 'One job',
    params: idParamsSchema,
    reply: jobSchema,
    envelope: 'data',
    cursor: 'none',
    etag: 'send',
    errors: ['NOT_FOUND'],
  }),
  logs: route({
    ...read,
    path: '/jobs/:id/logs',
    summary: 'What a job has said so far, oldest first unless sorted otherwise',
    params: idParamsSchema,
    query: sortedQuery(['sequence'], 'sequence'),
    reply: jobLogSchema,
    envelope: 'list',
    cursor: 'sequence',
    etag: 'none',
    errors: ['NOT_FOUND', 'INVALID_CURSOR'],
  }),
  cancel: route({
    method: 'POST',
    path: '/jobs/:id/cancel',
    summary: 'Stop a job that has not finished',
    params: idParamsSchema,
    reply: jobSchema,
    status: 200,
    errors: ['NOT_FOUND', 'JOB_FINISHED'],
    permission: 'write',
    envelope: 'data',
    cursor: 'none',
    idempotency: 'natural',
    etag: 'none',
    audit: 'job.cancelled',
    rate: 'write',
    cache: 'none',
  }),
  retry: route({
    method: 'POST',
    path: '/jobs/:id/retry',
    summary: 'Run a job again that failed or was cancelled',
    params: idParamsSchema,
    reply: jobSchema,
    status: 202,
    errors: ['NOT_FOUND', 'JOB_NOT_RETRYABLE', 'CONFLICT'],
    permission: 'write',
    envelope: 'data',
    cursor: 'none',
    idempotency: 'natural',
    etag: 'none',
    audit: 'job.retried',
    rate: 'write',
    cache: 'none',
  }),
} as const;
