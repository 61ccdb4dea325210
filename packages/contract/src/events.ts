import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
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

export const resourceTypes = ['datakit', 'job', 'model'] as const;
export type ResourceType = (typeof resourceTypes)[number];
/** One thing that events are about. */
export const resourceNameSchema = z.object({ type: z.enum(resourceTypes), id: idSchema });
export type ResourceName = z.infer<typeof resourceNameSchema>;

/**
 * Where a connection of Socket.IO hears events: all of its tenant, those of the jobs that its user started, those about
 * one resource. It begins in the first two; `join` and `leave` take one of these.
 */
export const roomSchema = z.union([z.object({ type: z.enum(['tenant', 'user']) }), resourceNameSchema]);
export type Room = z.infer<typeof roomSchema>;

/** What `join` and `leave` are answered with. */
export type RoomReply = { success: true } | { success: false; error: string; code: ErrorCode };

/** What an event is about, by the names of its fields: `job.finished` of its `id`, `model.trained` of its `modelId`. */
export const resourcesOf = (event: string, data: unknown): ResourceName[] =>
  resourceTypes.flatMap((type) => {
    const fields = data as Readonly<Record<string, unknown>>;
    const id = event.startsWith(`${type}.`) ? (fields['id'] ?? fields[`${type}Id`]) : fields[`${type}Id`];
    return typeof id === 'string' ? [{ type, id }] : [];
  });
