import { z } from 'zod';
import { jobStatusSchema } from './jobs.ts';
import { rungSchema } from './model-versions.ts';
import { idSchema } from './paging.ts';
import { canarySchema } from './serving.ts';

/** Everything that is pushed, by name. The same payloads travel over Socket.IO and over plain WebSocket. */
export const eventSchemas = {
  'job.queued': z
    .object({ id: idSchema, kind: z.string(), attempt: z.number().int() })
    .describe('A job is to run: a new one, or one that had ended is to run again.'),
  'job.progress': z.object({
    id: idSchema,
    kind: z.string(),
    progress: z.number(),
    stage: z.string(),
    etaSeconds: z.number().optional(),
  }),
  'job.finished': z.object({
    id: idSchema,
    kind: z.string(),
    status: jobStatusSchema,
    result: z.record(z.string(), z.unknown()).optional(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  }),
  'datakit.ready': z.object({ id: idSchema, status: z.enum(['READY', 'FAILED']) }),
  'model.candidate': z.object({
    modelId: idSchema,
    jobId: idSchema,
    algorithm: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    metric: z.string(),
    score: z.number(),
    std: z.number(),
    elapsedMs: z.number(),
    rung: rungSchema.optional(),
  }),
  'model.trained': z.object({ modelId: idSchema, version: z.number().int() }),
  'model.deployed': z.object({
    modelId: idSchema,
    version: z.number().int(),
    alias: z.string(),
    canary: canarySchema.optional(),
  }),
  'model.undeployed': z
    .object({ modelId: idSchema, alias: z.string().optional() })
    .describe('Of one alias, or of all where none is named.'),
} as const;

export type EventName = keyof typeof eventSchemas;
export type EventPayload<N extends EventName> = z.infer<(typeof eventSchemas)[N]>;
/** One event as it travels over plain WebSocket. */
export type EventMessage = { [N in EventName]: { event: N; data: EventPayload<N> } }[EventName];
