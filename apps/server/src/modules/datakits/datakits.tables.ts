import type { ColumnType, FileFormat, Made, Profile, StatedReading, TransformStep } from '@quadrax/contract';
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
  deletedBy: uuid('deleted_by'),
});

/** How a version was made, as the request said it. */
export interface VersionRecipe {
  readonly sql?: string;
  readonly steps?: readonly TransformStep[];
  readonly prediction?: PredictionRecipe;
}

/** By which version of which model rows were predicted; its name as it was then. */
export interface PredictionRecipe {
  readonly model: { readonly id: string; readonly version: number; readonly name: string };
  readonly datakit: { readonly id: string; readonly version: number; readonly name: string };
}

export const datakitVersions = quadrax.table('datakit_versions', {
  tenantId: uuid('tenant_id').notNull(),
  datakitId: uuid('datakit_id').notNull(),
  version: integer('version').notNull(),
  status: text('status').$type<'PROCESSING' | 'READY' | 'FAILED'>().notNull(),
  format: text('format').$type<FileFormat>().notNull(),
  fileName: text('file_name').notNull(),
  sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
  sha256: text('sha256').notNull(),
  /** null: it was made here, and no file stands behind it. */
  originalObject: uuid('original_object'),
  tableObject: uuid('table_object'),
  intake: jsonb('intake').$type<IntakeResult>().notNull(),
  rows: bigint('rows', { mode: 'number' }),
  columns: jsonb('columns').$type<{ name: string; type: ColumnType }[]>().notNull().default([]),
  profile: jsonb('profile').$type<Profile>(),
  jobId: uuid('job_id').notNull(),
  error: text('error'),
  made: text('made').$type<Made>().notNull(),
  createdBy: uuid('created_by').notNull(),
  recipe: jsonb('recipe').$type<VersionRecipe>(),
  notes: jsonb('notes').$type<string[]>().notNull().default([]),
  createdAt: at('created_at').notNull().defaultNow(),
});

/** A file that arrives in parts. */
export const uploads = quadrax.table('uploads', {
  tenantId: uuid('tenant_id').notNull(),
  id: uuid('id').notNull(),
  objectId: uuid('object_id'),
  mode: text('mode').$type<'create' | 'append' | 'replace'>().notNull(),
  name: text('name').notNull(),
  description: text('description').notNull(),
  fileName: text('file_name').notNull(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  sha256: text('sha256'),
  reading: jsonb('reading').$type<StatedReading>(),
  offsetBytes: bigint('offset_bytes', { mode: 'number' }).notNull().default(0),
  datakitId: uuid('datakit_id'),
  datakitVersion: integer('datakit_version'),
  writer: uuid('writer'),
  turn: uuid('turn'),
  createdBy: uuid('created_by').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  expiresAt: at('expires_at').notNull(),
  completedAt: at('completed_at'),
});

/** What a version was made of. */
export const datakitParents = quadrax.table('datakit_parents', {
  tenantId: uuid('tenant_id').notNull(),
  datakitId: uuid('datakit_id').notNull(),
  version: integer('version').notNull(),
  parentKind: text('parent_kind').$type<'datakit' | 'model'>().notNull(),
  parentId: uuid('parent_id').notNull(),
  parentVersion: integer('parent_version').notNull(),
});

/** The members of the transaction's tenant by name. */
export const people = pgSchema('auth')
  .view('people', { accountId: uuid('account_id').notNull(), name: text('name').notNull() })
  .existing();
