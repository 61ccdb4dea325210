import { restorableDays } from '@quadrax/contract';
import type { Deletion, Metrics, Model, ModelVersion, ModelVersionSummary } from '@quadrax/contract';
import { statusOf } from './models.store.ts';
import type { ModelRecord, ModelVersionRow } from './models.store.ts';

/** The one number a list shows: what people of the field look at first. */
const headline = (metrics: Metrics): { name: string; value: number } | undefined => {
  // Those of a goal are there only where it was asked for.
  for (const name of ['accuracy', 'pinball', 'poissonDeviance', 'rmse'] as const) {
    const value = metrics[name];
    if (value !== undefined) return { name, value };
  }
  return undefined;
};

const dayMs = 86_400_000;

/** What is told of a deletion, while it can be undone. */
const deletionOf = ({ model: { deletedAt, deletedBy }, deleter }: ModelRecord): Deletion | undefined =>
  deletedAt === null
    ? undefined
    : {
        at: deletedAt.toISOString(),
        restorableUntil: new Date(deletedAt.getTime() + restorableDays * dayMs).toISOString(),
        ...(deletedBy !== null && { by: { id: deletedBy, ...(deleter !== null && { name: deleter }) } }),
      };

export const modelView = (record: ModelRecord): Model => {
  const { model, latest, deployedVersion } = record;
  const deletion = deletionOf(record);
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
    ...(latest && { target: latest.target }),
    ...(latest && latest.datakitId !== null && { datakitId: latest.datakitId }),
    ...(metric && { metric }),
    ...(model.trainingJobId !== null && { trainingJobId: model.trainingJobId }),
    ...(deletion && { deletion }),
  };
};

export const summaryView = (
  row: ModelVersionRow,
  served: ModelRecord['servedVersions'],
  keptDatakits: ReadonlySet<string>,
): ModelVersionSummary => ({
  version: row.version,
  status: served.includes(row.version) ? 'DEPLOYED' : 'TRAINED',
  algorithm: row.algorithm,
  target: row.target,
  ...(row.datakitId !== null &&
    row.datakitVersion !== null && {
      datakit: {
        id: row.datakitId,
        version: row.datakitVersion,
        name: row.report.datakitName,
        ...(!keptDatakits.has(row.datakitId) && { gone: true as const }),
      },
    }),
  ...(row.report.imported && { imported: row.report.imported }),
  metrics: row.metrics,
  trainedAt: row.trainedAt.toISOString(),
  durationMs: row.durationMs,
});

export const versionView = (
  row: ModelVersionRow,
  served: ModelRecord['servedVersions'],
  keptDatakits: ReadonlySet<string>,
): ModelVersion => {
  const { datakitName: _name, onnx: _onnx, ...report } = row.report;
  return {
    ...report,
    ...summaryView(row, served, keptDatakits),
    ...(row.jobId !== null && { jobId: row.jobId }),
  };
};
