import type { Metrics, ModelType, ModelVersion } from '@quadrax/contract';
import {
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

export const models = quadrax.table('models', {
  tenantId: uuid('tenant_id').notNull(),
  id: uuid('id').notNull(),
  name: text('name').notNull(),
  description: text('description').notNull(),
  type: text('type').$type<ModelType>().notNull(),
  framework: text('framework').notNull(),
  workstationId: uuid('workstation_id'),
  latestVersion: integer('latest_version'),
  trainingJobId: uuid('training_job_id'),
  trainingFailed: boolean('training_failed').notNull().default(false),
  createdBy: uuid('created_by').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
  deletedAt: at('deleted_at'),
});

/** What a version tells beside its own columns; shown whole and never searched. */
export type VersionReport = Omit<
  ModelVersion,
  'version' | 'status' | 'algorithm' | 'target' | 'metrics' | 'datakit' | 'trainedAt' | 'durationMs' | 'jobId'
> & { readonly datakitName: string };

export const modelVersions = quadrax.table('model_versions', {
  tenantId: uuid('tenant_id').notNull(),
  modelId: uuid('model_id').notNull(),
  version: integer('version').notNull(),
  jobId: uuid('job_id').notNull(),
  datakitId: uuid('datakit_id').notNull(),
  datakitVersion: integer('datakit_version').notNull(),
  algorithm: text('algorithm').notNull(),
  target: text('target').notNull(),
  metrics: jsonb('metrics').$type<Metrics>().notNull(),
  report: jsonb('report').$type<VersionReport>().notNull(),
  artifactObject: uuid('artifact_object').notNull(),
  durationMs: doublePrecision('duration_ms').notNull(),
  trainedAt: at('trained_at').notNull().defaultNow(),
});

export const deployments = quadrax.table('deployments', {
  tenantId: uuid('tenant_id').notNull(),
  modelId: uuid('model_id').notNull(),
  alias: text('alias').notNull(),
  version: integer('version').notNull(),
  deployedBy: uuid('deployed_by').notNull(),
  deployedAt: at('deployed_at').notNull().defaultNow(),
});
