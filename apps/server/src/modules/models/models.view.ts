import type { Metrics, Model, ModelVersion, ModelVersionSummary } from '@quadrax/contract';
import { statusOf } from './models.store.ts';
import type { ModelRecord, ModelVersionRow } from './models.store.ts';

/** The one number a list shows: what people of the field look at first. */
const headline = (metrics: Metrics): { name: string; value: number } | undefined => {
  for (const name of ['accuracy', 'rmse'] as const) {
    const value = metrics[name];
    if (value !== undefined) return { name, value };
  }
  return undefined;
};

export const modelView = (record: ModelRecord): Model => {
  const { model, latest, deployedVersion } = record;
  const metric = latest && headline(latest.metrics);
  return {
    id: model.id,
    name: model.name,
    description: model.description,
    type: model.type,
    framework: model.framework as Model['framework'],
    status: statusOf(record),
    createdAt: model.createdAt.toISOString(),
    updatedAt: model.updatedAt.toISOString(),
    ...(model.workstationId !== null && { workstationId: model.workstationId }),
    ...(model.latestVersion !== null && { latestVersion: model.latestVersion }),
    ...(deployedVersion !== null && { deployedVersion }),
    ...(latest && { target: latest.target, datakitId: latest.datakitId }),
    ...(metric && { metric }),
    ...(model.trainingJobId !== null && { trainingJobId: model.trainingJobId }),
  };
};

export const summaryView = (row: ModelVersionRow, deployedVersion: number | null): ModelVersionSummary => ({
  version: row.version,
  status: row.version === deployedVersion ? 'DEPLOYED' : 'TRAINED',
  algorithm: row.algorithm,
  target: row.target,
  datakit: { id: row.datakitId, version: row.datakitVersion, name: row.report.datakitName },
  metrics: row.metrics,
  trainedAt: row.trainedAt.toISOString(),
  durationMs: row.durationMs,
});

export const versionView = (row: ModelVersionRow, deployedVersion: number | null): ModelVersion => {
  const { datakitName: _name, ...report } = row.report;
  return { ...report, ...summaryView(row, deployedVersion), jobId: row.jobId };
};
