import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { trainRequestSchema } from '@quadrax/contract';
import type { Training, TrainRequest, TrainSettings } from '@quadrax/contract';
import { z } from 'zod';
import type { ComputePool } from '#platform/compute';
import type { Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import type { EventBus } from '#platform/events';
import { defineJob, JobError } from '#platform/jobs';
import type { JobContext, JobDefinition, JobRow } from '#platform/jobs';
import type { ObjectStore } from '#platform/objects';
import type { DatakitTable } from '#modules/datakits';
import { trainTask } from './models.compute.ts';
import type { CandidateEvent } from './models.compute.ts';
import { insertExplanation } from './models.explanations.store.ts';
import { baseMb } from './models.memory.ts';
import { optionsOf } from './models.options.ts';
import { readFinished } from './models.progress.ts';
import { endTraining, insertVersion, lockModel, updateModel } from './models.store.ts';

const trainPayloadSchema = z.object({
  modelId: z.uuid(),
  task: z.enum(['classification', 'regression']),
  datakitVersion: z.number().int().positive(),
  request: trainRequestSchema,
});
export type TrainPayload = z.infer<typeof trainPayloadSchema>;

export interface TrainJobDeps {
  readonly objects: ObjectStore;
  readonly compute: ComputePool;
  readonly events: EventBus;
  readonly table: (tenantId: string, id: string, version?: number) => Promise<DatakitTable>;
  /** Whether the datakit is there and not deleted, as the transaction sees it. */
  readonly hasDatakit: (tx: Tx, id: string) => Promise<boolean>;
  /** Of the product, which a version says it was made with. */
  readonly productVersion: string;
}

const settingsOf = ({ plan: _plan, ...settings }: TrainRequest): TrainSettings => settings;

/** What a job asked for as a training of this model. @throws AppError NOT_FOUND where it is no such thing */
export const trainingOf = (row: JobRow | undefined, modelId: string): Training => {
  const { data } = trainPayloadSchema.safeParse(row?.kind === 'model.train' ? row.payload.data : undefined);
  if (!row || data?.modelId !== modelId) throw notFound('training');
  return { jobId: row.id, datakitVersion: data.datakitVersion, settings: settingsOf(data.request) };
};

/** Trains a model version in a compute process; the version appears with the word that the job succeeded. */
export const createTrainJob = ({
  objects,
  compute,
  events,
  table,
  hasDatakit,
  productVersion,
}: TrainJobDeps): JobDefinition<TrainPayload> => {
  const announce = (candidate: CandidateEvent, modelId: string, context: JobContext): void => {
    const { tenantId, jobId, checkpoint } = context;
    checkpoint.keep(candidate);
    const { scores: _scores, mean: score, ...shown } = candidate;
    void events.hint(tenantId, 'model.candidate', { modelId, jobId, ...shown, score });
  };
  return defineJob({
    kind: 'model.train',
    version: 1,
    payload: trainPayloadSchema,
    run: async ({ modelId, task, datakitVersion, request }, context) => {
      const { tenantId, jobId, attempt, signal, progress, log } = context;
      const started = performance.now();
      const resumed = context.checkpoint.kept.length;
      if (resumed > 0) log(`Going on with ${resumed} candidates that an earlier attempt had judged.`);
      const data = await table(tenantId, request.datakitId, datakitVersion);
      const file = join(objects.scratch, `${jobId}-${attempt}.model`);
      try {
        const { algorithm, metrics, report, artifact, reference, explanation, heldOut } = await compute.run(
          trainTask,
          {
            parquet: data.parquet,
            columns: data.columns,
            options: {
              ...optionsOf(task, request),
              threads: compute.threads,
              memoryMb: compute.memoryMb - baseMb,
              finished: readFinished(context.checkpoint.kept),
            },
            artifact: file,
            memoryMb: compute.memoryMb,
          },
          {
            lane: 'batch',
            share: tenantId,
            signal,
            context: { progress, log, emit: (event) => announce(event as CandidateEvent, modelId, context) },
          },
        );
        const stored = await objects.put({ tenantId, category: 'models', file, ...artifact });
        context.unlessCommitted(() => objects.discard(stored));
        return async (tx) => {
          const model = await lockModel(tx, modelId);
          if (!model) throw new JobError('NOT_FOUND', 'The model was deleted while it was trained.');
          const version = (model.latestVersion ?? 0) + 1;
          await objects.commit(tx, stored);
          await insertVersion(tx, {
            tenantId,
            modelId,
            version,
            jobId,
            datakitId: data.id,
            datakitVersion,
            algorithm,
            target: request.target,
            metrics,
            report: {
              ...report,
              validation: request.validation,
              seed: request.seed,
              settings: settingsOf(request),
              madeWith: productVersion,
              datakitName: data.name,
            },
            artifactObject: stored.id,
            reference,
            durationMs: performance.now() - started,
          });
          await insertExplanation(tx, { tenantId, modelId, version, explanation, heldOut });
          await endTraining(tx, modelId, jobId, { failed: false, version });
          await events.publish(tx, tenantId, 'model.trained', { modelId, version });
          return { modelId, version };
        };
      } finally {
        await rm(file, { force: true });
      }
    },
    ended: async (tx, { jobId }, { modelId }, { status }) => {
      await endTraining(tx, modelId, jobId, { failed: status === 'FAILED' });
    },
    revived: async (tx, { jobId }, { modelId, request }) => {
      const refuse = (message: string) => new AppError('CONFLICT', { message });
      const model = await lockModel(tx, modelId);
      if (!model) throw refuse('The model was deleted. Restore it, then run the job again.');
      if (model.trainingJobId !== null)
        throw refuse('The model is being trained. Wait for it, or cancel that training.');
      if (!(await hasDatakit(tx, request.datakitId)))
        throw refuse('The datakit was deleted. Restore it, or train the model on another.');
      await updateModel(tx, modelId, { trainingJobId: jobId });
    },
  });
};
