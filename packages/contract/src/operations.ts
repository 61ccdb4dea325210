import { z } from 'zod';
import { timestampSchema } from './paging.ts';
import { route } from './route.ts';

const componentSchema = z.object({
  status: z.enum(['healthy', 'degraded', 'unhealthy', 'disabled']),
  latencyMs: z.number().optional(),
  message: z.string().optional(),
});

export const healthSchema = z
  .object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    timestamp: timestampSchema,
    version: z.string(),
    services: z.record(z.string(), componentSchema),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof healthSchema>;
export type ComponentHealth = z.infer<typeof componentSchema>;

export const ticketSchema = z.object({
  ticket: z.string().describe('Opens one WebSocket at /ws?ticket=….'),
  expiresIn: z.number().int(),
});

/** Below the base path like every module; `/health`, `/healthz`, `/readyz` and `/metrics` stand outside it. */
export const operations = {
  health: route({
    method: 'GET',
    path: '/health',
    summary: 'How each part of the system is',
    reply: healthSchema,
    status: 200,
    errors: [],
    permission: 'public',
    envelope: 'raw',
    cursor: 'none',
    idempotency: 'natural',
    etag: 'none',
    audit: 'none',
    rate: 'none',
    cache: 'none',
  }),
  ticket: route({
    method: 'POST',
    path: '/events/ticket',
    summary: 'A one-time ticket that opens a WebSocket',
    reply: ticketSchema,
    status: 201,
    errors: [],
    permission: 'read',
    envelope: 'data',
    cursor: 'none',
    idempotency: 'none',
    etag: 'none',
    audit: 'none',
    rate: 'write',
    cache: 'none',
  }),
} as const;
