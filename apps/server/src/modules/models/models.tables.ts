import type { Metrics, ModelExplanation, ModelType, ModelVersion } from '@quadrax/contract';
import type { Reference } from '@quadrax/ml/tabular';
import type { OnnxSignature } from '@quadrax/ml/onnx';
import {
  bigint,
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
  deletedBy: uuid('deleted_by'),
});

/** The members of the transaction's tenant by name. */
export const people = pgSchema('auth')
  .view('people', { accountId: uuid('account_id').notNull(), name: text('name').notNull() })
  .existing();

/** What a version tells beside its own columns; shown whole and never searched. */
export type VersionReport = Omit<
  ModelVersion,
  'version' | 'status' | 'algorithm' | 'target' | 'metrics' | 'datakit' | 'trainedAt' | 'durationMs' | 'jobId'
> & {
  readonly datakitName?: string;
  /** Of an imported version: how rows go into its graph. */
  readonly onnx?: Pick<OnnxSignature, 'schema' | 'plan'>;
};

export const modelVersions = quadrax.table('model_versions', {
  tenantId: uuid('tenant_id').notNull(),
  modelId: uuid('model_id').notNull(),
  version: integer('version').notNull(),
  /** What the artifact is. */
  format: text('format').$type<'quadrax' | 'onnx'>().notNull().default('quadrax'),
  jobId: uuid('job_id'),
  datakitId: uuid('datakit_id'),
  datakitVersion: integer('datakit_version'),
  algorithm: text('algorithm').notNull(),
  target: text('target').notNull(),
  metrics: jsonb('metrics').$type<Metrics>().notNull(),
  report: jsonb('report').$type<VersionReport>().notNull(),
  artifactObject: uuid('artifact_object').notNull(),
  /** Null for versions that were imported, or trained before it was kept. */
  reference: jsonb('reference').$type<Reference>(),
  durationMs: doublePrecision('duration_ms').notNull(),
  trainedAt: at('trained_at').notNull().defaultNow(),
});

/** Held-out rows as they are kept: places in the datakit from 0; classes by their index. */
export interface HeldOutColumns {
  readonly rows: readonly number[];
  readonly actual: readonly number[];
  readonly predicted: readonly number[];
  readonly probability?: readonly number[];
}

export const modelExplanations = quadrax.table('model_explanations', {
  tenantId: uuid('tenant_id').notNull(),
  modelId: uuid('model_id').notNull(),
  version: integer('version').notNull(),
  explanation: jsonb('explanation').$type<ModelExplanation>(),
  heldOut: jsonb('held_out').$type<HeldOutColumns>().notNull(),
});

export const deployments = quadrax.table('deployments', {
  tenantId: uuid('tenant_id').notNull(),
  modelId: uuid('model_id').notNull(),
  alias: text('alias').notNull(),
  version: integer('version').notNull(),
  /** A version on trial, and its percentage of the requests; both or neither. */
  canaryVersion: integer('canary_version'),
  canaryShare: doublePrecision('canary_share'),
  deployedBy: uuid('deployed_by').notNull(),
  deployedAt: at('deployed_at').notNull().defaultNow(),
});

/** What an imported version is compared with, and how far it is gathered; see the migration. */
export const gatheredReferences = quadrax.table('gathered_references', {
  tenantId: uuid('tenant_id').notNull(),
  modelId: uuid('model_id').notNull(),
  version: integer('version').notNull(),
  rows: integer('rows').notNull().default(0),
  parts: text('parts').array().notNull().default([]),
  reference: jsonb('reference').$type<Reference>(),
});

/** What a version was asked in an hour; see the migration for what the lists count. */
export const modelTraffic = quadrax.table('model_traffic', {
  tenantId: uuid('tenant_id').notNull(),
  modelId: uuid('model_id').notNull(),
  version: integer('version').notNull(),
  hour: at('hour').notNull(),
  requests: bigint('requests', { mode: 'number' }).notNull(),
  errors: bigint('errors', { mode: 'number' }).notNull(),
  rows: bigint('rows', { mode: 'number' }).notNull(),
  latency: doublePrecision('latency').array().notNull(),
  tally: doublePrecision('tally').array().notNull(),
});
