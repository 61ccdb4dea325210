import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BatchResult } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError } from '#platform/errors';
import { defineJob, JobError } from '#platform/jobs';
import type { JobDefinition } from '#platform/jobs';
import { jobMemoryMb, keepPredicted, roomAside, widenTask } from '#modules/datakits';
import { sentencesOf } from './data/piece-remarks.ts';
import { predictTableTask } from './models.batch.compute.ts';
import { onnxRefusal } from './models.imported.ts';
import type { TrainJobDeps } from './models.jobs.ts';
import { findModel, findModelVersion } from './models.store.ts';

const versionNumber = z.number().int().positive();

const payloadSchema = z.object({
  model: z.object({ id: z.uuid(), version: versionNumber }),
  datakit: z.object({ id: z.uuid(), version: versionNumber }),
  keep: z.array(z.string()),
  added: z.object({ prediction: z.string().optional(), probabilities: z.array(z.string()).optional() }),
  /** The datakit that comes of it: there is nothing of it before. */
  made: z.object({ id: z.uuid(), name: z.string(), description: z.string() }),
  createdBy: z.uuid(),
});
export type BatchPayload = z.infer<typeof payloadSchema>;

export interface BatchJobDeps extends TrainJobDeps {
  readonly db: Database;
}

/** What the process holds beside DuckDB and the model, in MB: DuckDB's own excess, the program, pieces under way. */
const overheadMb = 320;
/** An artifact unpacked is so many times as large at most. */
const unpacked = 3;

/** What DuckDB may take beside the model, in MB. It puts aside on the disk what does not fit. */
const memoryBeside = (processMb: number, artifactBytes: number): number =>
  Math.max(128, Math.floor(processMb - overheadMb - (unpacked * artifactBytes) / 1024 ** 2));

/** How much of the work predicting is; the rest is writing and profiling the new table. */
const predictingShare = 0.6;

/** Predicts every row of a datakit in compute processes; the new one appears with the word that the job succeeded. */
export const createBatchJob = (deps: BatchJobDeps): JobDefinition<BatchPayload> => {
  const { db, objects, compute, table, hasDatakit } = deps;

  /** A version and its artifact. @throws JobError NOT_FOUND */
  const versionOf = ({ model: { id, version } }: BatchPayload, tenantId: string) =>
    db.tenant(tenantId, async (tx) => {
      const record = await findModel(tx, id);
      const row = record && (await findModelVersion(tx, id, version));
      if (!row) throw new JobError('NOT_FOUND', 'The model was deleted before it could predict.');
      const { key, bytes } = await objects.find(tx, row.artifactObject);
      return { name: record.model.name, onnx: row.report.onnx, artifact: objects.localPath(key), bytes };
    });

  return defineJob({
    kind: 'model.predict_batch',
    version: 1,
    payload: payloadSchema,
    run: async (payload, context) => {
      const { tenantId, jobId, attempt, signal, progress, log } = context;
      const { model, datakit, keep, added, made, createdBy } = payload;
      const { name, onnx, artifact, bytes } = await versionOf(payload, tenantId);
      const data = await table(tenantId, datakit.id, datakit.version);
      const scratch = join(objects.scratch, `${jobId}-${attempt}`);
      const [filled, output, temp] = [`${scratch}-filled.parquet`, `${scratch}.parquet`, `${scratch}-temp`];
      const { parquet, columns } = data;
      const step = (from: number, to: number) => ({
        lane: 'batch' as const,
        share: tenantId,
        signal,
        context: {
          log,
          progress: (done: number, total: number, stage: string) =>
            progress(from + ((to - from) * done) / total, 1, stage),
        },
      });
      try {
        const { labels, remarks } = await compute.run(
          predictTableTask,
          {
            parquet,
            columns,
            rows: data.profile.rows,
            artifact,
            onnx,
            prediction: added.prediction !== undefined,
            probabilities: added.probabilities !== undefined,
            filled,
            temp,
            tempBytes: await roomAside(objects),
            memoryMb: memoryBeside(compute.memoryMb, bytes),
            threads: 1,
          },
          step(0, predictingShare),
        );
        const { prediction, probabilities = [] } = added;
        const found = await compute.run(
          widenTask,
          {
            parquet,
            columns,
            keep,
            added: [
              ...(prediction === undefined ? [] : [{ name: prediction, words: labels }]),
              ...probabilities.map((name) => ({ name })),
            ],
            filled,
            output,
            temp,
            tempBytes: await roomAside(objects),
            memoryMb: jobMemoryMb(compute),
            threads: 2,
          },
          step(predictingShare, 1),
        );
        const notes = sentencesOf(remarks);
        for (const note of notes) log(note, 'warn');
        const commit = await keepPredicted(deps, context, output, found, {
          ...made,
          jobId,
          createdBy,
          notes,
          recipe: { model: { ...model, name }, datakit: { ...datakit, name: data.name } },
        });
        return async (tx: Tx) => {
          await commit(tx);
          return {
            datakitId: made.id,
            version: 1,
            rows: found.rows,
            modelId: model.id,
            modelVersion: model.version,
            unseen: [...remarks.unseen],
            unusable: [...remarks.unusable],
          } satisfies BatchResult;
        };
      } catch (error) {
        const refusal = onnx && onnxRefusal(error, 'The model could not answer');
        throw refusal ? new JobError(refusal.code, refusal.message) : error;
      } finally {
        for (const file of [filled, output]) await rm(file, { force: true });
        await rm(temp, { recursive: true, force: true });
      }
    },
    // Nothing is seen of it before it is whole, and scratch files go with the attempt.
    ended: async () => {},
    revived: async (tx, _job, { model, datakit }) => {
      const refuse = (message: string) => new AppError('CONFLICT', { message });
      if (!(await findModel(tx, model.id)))
        throw refuse('The model was deleted. Restore it, then run the job again.');
      if (!(await hasDatakit(tx, datakit.id)))
        throw refuse('The datakit was deleted. Restore it, or predict another.');
    },
  });
};
