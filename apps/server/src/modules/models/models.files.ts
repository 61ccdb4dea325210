import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clockText, modelContentTypes, models as routes } from '@quadrax/contract';
import type { Body, Feature, Model, Query } from '@quadrax/contract';
import type { OnnxSignature } from '@quadrax/ml/onnx';
import { TaskError } from '#platform/compute';
import type { ComputePool } from '#platform/compute';
import type { Database } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import type { Caller, Change, FileReply, Multipart } from '#platform/http';
import type { ObjectStore } from '#platform/objects';
import { safeFileName } from '#platform/text';
import { receiveModel } from './models.arrival.ts';
import type { Arrival } from './models.arrival.ts';
import { onnxRefusal } from './models.imported.ts';
import { exportModelTask, inspectOnnxTask } from './models.onnx.compute.ts';
import { findModel, findModelVersion, insertModel, insertVersion, updateModel } from './models.store.ts';
import { modelView } from './models.view.ts';

export interface ModelFilesDeps {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly compute: ComputePool;
  readonly maxUploadBytes: number;
  /** How long a model may take to load and to answer two rows. */
  readonly trialMs: number;
}

/** Models that come and go as files. */
export interface ModelFiles {
  /** @throws AppError for every file that is no ONNX model of a table; nothing is left behind then */
  import(caller: Caller, change: Change, multipart: Multipart, signal: AbortSignal): Promise<Model>;
  export(
    tenantId: string,
    id: string,
    query: Query<typeof routes.export>,
    signal: AbortSignal,
  ): Promise<FileReply>;
}

type Form = Body<typeof routes.import>;

const formOf = (fields: Readonly<Record<string, string>>): Form => {
  const form = routes.import.body.safeParse(fields);
  if (form.success) return form.data;
  const details = form.error.issues.map(({ path, message }) => ({
    field: path.join('.') || 'body',
    message,
  }));
  throw new AppError('VALIDATION_FAILED', { details });
};

const nameFrom = (fileName: string): string => fileName.replace(/\.onnx$/i, '').trim() || 'Imported model';

const featureOf = (feature: OnnxSignature['schema']['features'][number]): Feature => {
  const { name } = feature;
  if (feature.kind === 'text') return { name, type: 'text' };
  if (feature.kind !== 'categorical') {
    const { min, max } = feature;
    return { name, type: feature.kind, ...(min < max && { min, max }) };
  }
  return {
    name,
    type: 'categorical',
    ...(feature.categories.length > 0 && { categories: [...feature.categories] }),
  };
};

/** What is known of a version that was trained elsewhere. */
const reportOf = ({ schema, plan, producer, warnings }: OnnxSignature, arrival: Arrival) => ({
  parameters: {},
  features: schema.features.map(featureOf),
  ...(schema.classes.length > 0 && { classes: [...schema.classes] }),
  rowsUsed: 0,
  importance: [],
  curves: {},
  leaderboard: [],
  warnings: [...warnings],
  example: Object.fromEntries(
    schema.features.map(({ name, kind, example }) => [
      name,
      kind === 'time' ? clockText(example) : kind === 'datetime' ? new Date(example).toISOString() : example,
    ]),
  ),
  imported: {
    fileName: arrival.fileName.toWellFormed(),
    sizeBytes: arrival.bytes,
    sha256: arrival.sha256,
    producer,
  },
  onnx: { schema, plan },
});

export const createModelFiles = (deps: ModelFilesDeps): ModelFiles => {
  const { db, objects, compute, trialMs } = deps;

  const inspected = async (
    share: string,
    { file }: Arrival,
    { features, classes }: Form,
    signal: AbortSignal,
  ) => {
    try {
      return await compute.run(
        inspectOnnxTask,
        { file, wishes: { features, classes } },
        { lane: 'interactive', share, signal, timeoutMs: trialMs, retryFresh: true },
      );
    } catch (error) {
      throw onnxRefusal(error, 'The model cannot be served', 'model') ?? error;
    }
  };

  const keep = async (
    { tenantId, accountId }: Caller,
    change: Change,
    arrival: Arrival,
    form: Form,
    signature: OnnxSignature,
    durationMs: number,
  ): Promise<Model> => {
    const { schema } = signature;
    const { file, bytes, sha256 } = arrival;
    const stored = await objects.put({ tenantId, category: 'models', file, bytes, sha256 });
    const id = randomUUID();
    try {
      return await change.tenant(async (tx) => {
        await objects.commit(tx, stored);
        await insertModel(tx, {
          tenantId,
          id,
          name: form.name ?? nameFrom(arrival.fileName),
          description: form.description ?? '',
          type: schema.task === 'regression' ? 'REGRESSION' : 'CLASSIFICATION',
          framework: form.framework,
          createdBy: accountId,
        });
        await insertVersion(tx, {
          tenantId,
          modelId: id,
          version: 1,
          format: 'onnx',
          algorithm: 'onnx',
          target: schema.target,
          metrics: {},
          report: reportOf(signature, arrival),
          artifactObject: stored.id,
          durationMs,
        });
        await updateModel(tx, id, { latestVersion: 1 });
        const record = await findModel(tx, id);
        if (!record) throw new Error('The model just imported is not there.');
        const after = modelView(record);
        return { reply: after, after };
      });
    } catch (error) {
      await objects.discard(stored);
      throw error;
    }
  };

  const chosen = (tenantId: string, id: string, wanted: number | undefined) =>
    db.tenant(tenantId, async (tx) => {
      const record = await findModel(tx, id);
      if (!record) throw notFound('model');
      const version = wanted ?? record.deployedVersion ?? record.model.latestVersion;
      if (version === null)
        throw new AppError('NOT_READY', { message: 'The model has no version yet. Train it first.' });
      const row = await findModelVersion(tx, id, version);
      if (!row) throw notFound('version');
      return { name: record.model.name, row, object: await objects.find(tx, row.artifactObject) };
    });

  return {
    import: async (caller, change, multipart, signal) => {
      const started = performance.now();
      let arrival: Arrival | undefined;
      try {
        const { fields } = await multipart.receive('model', async (stream, fileName) => {
          arrival = await receiveModel(stream, fileName, deps);
          return arrival;
        });
        if (!arrival) throw new AppError('NO_FILE');
        const form = formOf(fields);
        const signature = await inspected(caller.tenantId, arrival, form, signal);
        return await keep(caller, change, arrival, form, signature, performance.now() - started);
      } finally {
        if (arrival) await rm(arrival.file, { force: true });
      }
    },
    export: async (tenantId, id, { format, version }, signal) => {
      const { name, row, object } = await chosen(tenantId, id, version);
      const fileName = safeFileName(`${name} v${row.version}`, format, 'model');
      const contentType = modelContentTypes[format];
      if (row.format === 'onnx') {
        if (format === 'onnx')
          return { stream: await objects.stream(object.key), fileName, contentType, bytes: object.bytes };
        throw new AppError('NOT_EXPORTABLE', {
          message: 'An imported model is kept as the ONNX file it came in. Export it as ONNX.',
        });
      }
      await objects.room.require(0);
      const file = join(objects.scratch, `${randomUUID()}.export`);
      const forget = (): void => void rm(file, { force: true }).catch(() => {});
      try {
        const about = { name, version: row.version };
        const bytes = await compute.run(
          exportModelTask,
          { artifact: objects.localPath(object.key), format, about, file },
          { lane: 'interactive', share: tenantId, signal },
        );
        return { stream: createReadStream(file).once('close', forget), fileName, contentType, bytes };
      } catch (error) {
        forget();
        if (error instanceof TaskError && error.code === 'NOT_EXPORTABLE')
          throw new AppError('NOT_EXPORTABLE', { message: error.message });
        throw error;
      }
    },
  };
};
