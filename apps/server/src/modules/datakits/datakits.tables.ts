import type { ColumnType, FileFormat, Profile } from '@quadrax/contract';
import { bigint, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { IntakeResult } from './data/intake-result.ts';

const quadrax = pgSchema('quadrax');
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const datakits = quadrax.table('datakits', {
  tenantId: uuid('tenant_id').notNull(),
  id: uuid('id').notNull(),
  name: text('name').notNull(),
  description: text('description').notNull(),
  sample: text('sample'),
  version: integer('version').notNull().default(1),
  createdBy: uuid('created_by').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
  deletedAt: at('deleted_at'),
});

export const datakitVersions = quadrax.table('datakit_versions', {
  tenantId: uuid('tenant_id').notNull(),
  datakitId: uuid('datakit_id').notNull(),
  version: integer('version').notNull(),
  status: text('status').$type<'PROCESSING' | 'READY' | 'FAILED'>().notNull(),
  format: text('format').$type<FileFormat>().notNull(),
  fileName: text('file_name').notNull(),
  sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
  sha256: text('sha256').notNull(),
  originalObject: uuid('original_object').notNull(),
  tableObject: uuid('table_object'),
  intake: jsonb('intake').$type<IntakeResult>().notNull(),
  rows: bigint('rows', { mode: 'number' }),
  columns: jsonb('columns').$type<{ name: string; type: ColumnType }[]>().notNull().default([]),
  profile: jsonb('profile').$type<Profile>(),
  jobId: uuid('job_id').notNull(),
  error: text('error'),
  createdAt: at('created_at').notNull().defaultNow(),
});
