import { z } from 'zod';
import { readingOptions } from './datakit-reading.ts';
import { datakitSchema } from './datakit-shapes.ts';
import { descriptionSchema, idParamsSchema, idSchema, nameSchema, timestampSchema } from './paging.ts';
import { route } from './route.ts';

export const uploadModeSchema = z
  .enum(['create', 'append', 'replace'])
  .describe('What the file becomes: a datakit, or the next version of one.');

export const uploadSchema = z
  .object({
    id: idSchema,
    status: z.enum(['OPEN', 'COMPLETE']),
    mode: uploadModeSchema,
    name: z.string(),
    fileName: z.string(),
    bytes: z.number().int().positive().describe('How many the whole file has.'),
    offset: z.number().int().nonnegative().describe('How many of them are kept, whatever happens.'),
    chunkBytes: z.number().int().positive().describe('How many to send at once.'),
    sha256: z.string().optional().describe('Of the whole file, as it was announced.'),
    datakitId: idSchema.optional().describe('What it became, or is to become a version of.'),
    version: z.number().int().positive().optional().describe('The version that it became.'),
    expiresAt: timestampSchema.describe('When it is removed, unless more of it comes.'),
    createdAt: timestampSchema,
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof uploadSchema>;

const sha256Schema = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'A SHA-256 has 64 hexadecimal digits.')
  .transform((text) => text.toLowerCase());

const digestSchema = z
  .string()
  .regex(/^(?:[^,]+,\s*)*sha-256=:[A-Za-z0-9+/]{43}=:(?:\s*,.*)?$/, 'Give it as sha-256=:…: (RFC 9530).')
  .optional();

const write = { permission: 'write', cursor: 'none', etag: 'none', rate: 'write', cache: 'none' } as const;

const refusals = ['EMPTY_FILE', 'UNSUPPORTED_TYPE', 'UNREADABLE_FILE', 'TOO_LARGE', 'NO_SPACE'] as const;

/** A file in parts, after the IETF draft "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload). */
export const datakitUploads = {
  startUpload: route({
    ...write,
    method: 'POST',
    path: '/datakits/uploads',
    summary: 'Begin an upload that may be interrupted and taken up again',
    body: z
      .object({
        fileName: z.string().trim().min(1).max(255),
        bytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).describe('The size of the file.'),
        sha256: sha256Schema.optional().describe('Of the whole file: checked when all of it is there.'),
        name: nameSchema.optional().describe('Absent: the name of the file.'),
        description: descriptionSchema.optional(),
        mode: uploadModeSchema.default('create'),
        datakitId: idSchema.optional().describe('The datakit that gets a version, for append and replace.'),
        ...readingOptions,
      })
      .refine(({ mode, datakitId }) => (mode === 'create') === (datakitId === undefined), {
        path: ['datakitId'],
        message: 'Name the datakit for append and replace, and none for create.',
      }),
    reply: uploadSchema,
    status: 201,
    envelope: 'data',
    idempotency: 'key',
    errors: ['NOT_FOUND', 'NOT_READY', 'TOO_LARGE', 'NO_SPACE', 'UNAVAILABLE', 'CONFLICT'],
    audit: 'upload.started',
  }),
  getUpload: route({
    method: 'GET',
    path: '/datakits/uploads/:id',
    summary: 'How far an upload has come; `Upload-Offset` says it too, also to HEAD',
    params: idParamsSchema,
    reply: uploadSchema,
    status: 200,
    envelope: 'data',
    permission: 'write',
    cursor: 'none',
    idempotency: 'natural',
    etag: 'none',
    audit: 'none',
    rate: 'read',
    cache: 'none',
    errors: ['NOT_FOUND'],
  }),
  appendUpload: route({
    ...write,
    method: 'PATCH',
    path: '/datakits/uploads/:id',
    summary: 'Send the next bytes of an upload, as they stand',
    params: idParamsSchema,
    stream: ['application/octet-stream', 'application/partial-upload'],
    headers: z.looseObject({
      'upload-offset': z
        .string({ error: 'Say at which byte these begin.' })
        .regex(/^\d{1,15}$/, 'A whole number of bytes.')
        .transform(Number)
        .describe('At which byte these begin: what is kept so far.'),
      'content-digest': digestSchema.describe('SHA-256 of these bytes (RFC 9530): kept whole or not at all.'),
      'repr-digest': digestSchema.describe('The same.'),
    }),
    reply: uploadSchema,
    status: 200,
    envelope: 'data',
    idempotency: 'natural',
    errors: [
      ...refusals,
      'NOT_FOUND',
      'UPLOAD_INTERRUPTED',
      'OFFSET_MISMATCH',
      'UPLOAD_BUSY',
      'DIGEST_MISMATCH',
      'CONFLICT',
    ],
    audit: 'none',
  }),
  completeUpload: route({
    ...write,
    method: 'POST',
    path: '/datakits/uploads/:id/complete',
    summary: 'End an upload: the file is checked and becomes a datakit, or a version of one',
    params: idParamsSchema,
    reply: datakitSchema,
    status: 202,
    envelope: 'data',
    idempotency: 'key',
    errors: [
      ...refusals,
      'NOT_FOUND',
      'NOT_READY',
      'OFFSET_MISMATCH',
      'UPLOAD_BUSY',
      'DIGEST_MISMATCH',
      'COLUMNS_DIFFER',
      'VIRUS_FOUND',
      'UNAVAILABLE',
      'CONFLICT',
    ],
    audit: 'datakit.created',
  }),
  cancelUpload: route({
    ...write,
    method: 'DELETE',
    path: '/datakits/uploads/:id',
    summary: 'Give an upload up: what is kept of it is removed',
    params: idParamsSchema,
    reply: z.null(),
    status: 204,
    envelope: 'empty',
    idempotency: 'natural',
    errors: ['NOT_FOUND', 'UPLOAD_BUSY'],
    audit: 'upload.cancelled',
  }),
} as const;
