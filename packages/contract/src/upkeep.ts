import { z } from 'zod';
import { timestampSchema } from './paging.ts';
import { route } from './route.ts';

export const upkeepRunSchema = z
  .object({
    dueAt: timestampSchema,
    endedAt: timestampSchema,
    tookMs: z.number().int().nonnegative(),
    figures: z.record(z.string(), z.number()).optional().describe('What it did; absent where it failed.'),
    error: z.string().optional(),
  })
  .meta({ id: 'UpkeepRun' });
export type UpkeepRun = z.infer<typeof upkeepRunSchema>;

export const upkeepRoutineSchema = z
  .object({
    name: z.string(),
    about: z.string().describe('What it does, in a sentence.'),
    cron: z.string().describe('When it is due, in UTC.'),
    nextAt: timestampSchema,
    lastRun: upkeepRunSchema.optional(),
  })
  .meta({ id: 'UpkeepRoutine' });
export type UpkeepRoutine = z.infer<typeof upkeepRoutineSchema>;

const operator = {
  envelope: 'data',
  cursor: 'none',
  etag: 'none',
  cache: 'none',
  permission: 'platform',
  status: 200,
} as const;

/** What the platform does by itself at set times to stay in order. */
export const upkeep = {
  list: route({
    ...operator,
    method: 'GET',
    path: '/platform/upkeep',
    summary: 'Routines that keep the platform in order, and how each went last',
    reply: z.array(upkeepRoutineSchema),
    errors: [],
    idempotency: 'natural',
    audit: 'none',
    rate: 'read',
  }),
  run: route({
    ...operator,
    method: 'POST',
    path: '/platform/upkeep/:name/run',
    summary: 'Run a routine now, beside its times',
    params: z.object({ name: z.string().max(100) }),
    reply: upkeepRunSchema,
    errors: ['NOT_FOUND'],
    idempotency: 'none',
    audit: 'upkeep.ran',
    rate: 'write',
  }),
} as const;
