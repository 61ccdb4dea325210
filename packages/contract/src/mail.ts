import { z } from 'zod';
import { idParamsSchema, idSchema, sortedQuery, timestampSchema } from './paging.ts';
import { route } from './route.ts';

export const mailStateSchema = z
  .enum(['kept', 'waiting', 'sent', 'failed'])
  .describe('`kept`: written while no mail server was configured; `waiting`: to be sent, or tried again.');
export type MailState = z.infer<typeof mailStateSchema>;

export const mailSchema = z
  .object({
    id: idSchema,
    kind: z.string().describe('What it is for, such as `account.verification`.'),
    state: mailStateSchema,
    recipient: z.string(),
    subject: z.string(),
    attempts: z.number().int().nonnegative(),
    nextAttemptAt: timestampSchema.optional().describe('Only while it waits.'),
    error: z.string().optional().describe('Why the last attempt failed.'),
    createdAt: timestampSchema,
    sentAt: timestampSchema.optional(),
  })
  .meta({ id: 'Mail' });
export type Mail = z.infer<typeof mailSchema>;

export const mailMessageSchema = mailSchema
  .extend({ text: z.string(), html: z.string() })
  .meta({ id: 'MailMessage' });
export type MailMessage = z.infer<typeof mailMessageSchema>;

const read = {
  method: 'GET',
  permission: 'platform',
  status: 200,
  idempotency: 'natural',
  audit: 'none',
  rate: 'read',
  cache: 'none',
} as const;

/** Mails that the platform has written. They may hold links that open an account, so they are the operator's alone. */
export const mail = {
  list: route({
    ...read,
    path: '/outbox',
    summary: 'Mails, newest first unless sorted otherwise',
    query: sortedQuery(['createdAt']).extend({
      state: mailStateSchema.optional(),
      recipient: z
        .string()
        .trim()
        .min(1)
        .max(320)
        .optional()
        .describe('Only mails to an address that has this in it, in any case.'),
    }),
    reply: mailSchema,
    envelope: 'list',
    cursor: 'sorted',
    etag: 'none',
    errors: ['INVALID_CURSOR'],
  }),
  get: route({
    ...read,
    path: '/outbox/:id',
    summary: 'One mail with its text; that it was read is written down',
    audit: 'mail.read',
    params: idParamsSchema,
    reply: mailMessageSchema,
    envelope: 'data',
    cursor: 'none',
    etag: 'send',
    errors: ['NOT_FOUND'],
  }),
  send: route({
    method: 'POST',
    path: '/outbox/:id/send',
    summary: 'Send a mail, also one that was sent before',
    params: idParamsSchema,
    reply: mailSchema,
    status: 200,
    errors: ['NOT_FOUND', 'NOT_CONFIGURED'],
    permission: 'platform',
    envelope: 'data',
    cursor: 'none',
    idempotency: 'none',
    etag: 'none',
    audit: 'mail.resent',
    rate: 'write',
    cache: 'none',
  }),
} as const;
