import { readFile } from 'node:fs/promises';
import type { ErrorDetail, Prediction } from '@quadrax/contract';
import { checkRecord, createPredictor, decodeModel } from '@quadrax/ml/tabular';
import type { Predictor } from '@quadrax/ml/tabular';
import type { Database } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import type { ObjectStore } from '#platform/objects';
import { findModel, findModelVersion } from './models.store.ts';

const channel = 'quadrax_deployments';
const mostKept = 100;
/** Of a wrong request, this many problems are named. */
const mostDetails = 50;

interface Served {
  readonly version: number;
  readonly predictor: Predictor;
}

type Row = Readonly<Record<string, unknown>>;

export interface Serving {
  /** @throws AppError NOT_FOUND, NOT_DEPLOYED, VALIDATION_FAILED naming every wrong field */
  predict(
    tenantId: string,
    modelId: string,
    inputs: Row | readonly Row[],
  ): Promise<{ version: number; predictions: Prediction[] }>;
}

const problemsOf = ({ schema }: Predictor, rows: readonly Row[], many: boolean): ErrorDetail[] => {
  const details: ErrorDetail[] = [];
  for (const [i, row] of rows.entries()) {
    for (const { field, message } of checkRecord(schema, row))
      details.push({ field: many ? `inputs[${i}].${field}` : field, message });
    if (details.length >= mostDetails) return details.slice(0, mostDetails);
  }
  return details;
};

/**
 * Deployed models, compiled and kept in the process. The database says when a deployment changes; while it cannot be
 * heard, every prediction asks.
 */
export const createServing = async (db: Database, objects: ObjectStore): Promise<Serving> => {
  const kept = new Map<string, Promise<Served>>();
  await db.listener.listen(channel, (modelId) => {
    for (const key of kept.keys()) if (key.endsWith(modelId)) kept.delete(key);
  });
  db.listener.onReconnect(() => kept.clear());

  const load = async (tenantId: string, modelId: string): Promise<Served> => {
    const { key, version } = await db.tenant(tenantId, async (tx) => {
      const record = await findModel(tx, modelId);
      if (!record) throw notFound('model');
      if (record.deployedVersion === null) throw new AppError('NOT_DEPLOYED');
      const row = await findModelVersion(tx, modelId, record.deployedVersion);
      if (!row) throw new AppError('NOT_DEPLOYED');
      return { version: row.version, ...(await objects.find(tx, row.artifactObject)) };
    });
    return { version, predictor: createPredictor(decodeModel(await readFile(objects.localPath(key)))) };
  };

  const served = (tenantId: string, modelId: string): Promise<Served> => {
    if (!db.listener.connected) {
      kept.clear();
      return load(tenantId, modelId);
    }
    const key = `${tenantId}/${modelId}`;
    const known = kept.get(key);
    if (known) return known;
    if (kept.size >= mostKept) kept.delete(kept.keys().next().value ?? '');
    const loading = load(tenantId, modelId);
    kept.set(key, loading);
    loading.catch(() => kept.delete(key));
    return loading;
  };

  return {
    predict: async (tenantId, modelId, inputs) => {
      const { version, predictor } = await served(tenantId, modelId);
      const many = Array.isArray(inputs);
      const rows = (many ? inputs : [inputs]) as readonly Row[];
      const details = problemsOf(predictor, rows, many);
      const [first] = details;
      if (first)
        throw new AppError('VALIDATION_FAILED', {
          details,
          message:
            details.length === 1 ? first.message : `${first.message} (${details.length} problems in all)`,
        });
      return { version, predictions: rows.map((row) => predictor.predictRow(row)) };
    },
  };
};
