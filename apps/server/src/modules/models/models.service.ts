import { randomUUID } from 'node:crypto';
import type {
  Body,
  Candidate,
  Comparison,
  Job,
  JobLogLine,
  Model,
  ModelVersion,
  ModelVersionSummary,
  models as routes,
  PageQuery,
  Query,
  Training,
  TrainRequest,
} from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import type { EventBus } from '#platform/events';
import type { Reach } from '#platform/faults';
import { numberedPageOf, sortedPageOf } from '#platform/http';
import type { Caller, Change, Cursors, ListPage } from '#platform/http';
import { findJob, jobView, readCheckpoints } from '#platform/jobs';
import type { JobDefinition, Jobs } from '#platform/jobs';
import type { DatakitTable } from '#modules/datakits';
import { deleteDeployments } from './models.deployments.store.ts';
import { trainingOf } from './models.jobs.ts';
import type { TrainPayload } from './models.jobs.ts';
import { compareVersions } from './models.compare.ts';
import type { Compared } from './models.compare.ts';
import { checkMemory } from './models.memory.ts';
import { checkTraining } from './models.preflight.ts';
import { candidatesOf } from './models.progress.ts';
import {
  deleteModel,
  findModel,
  findModelVersion,
  insertModel,
  listModels,
  listVersions,
  lockModel,
  restoreModel,
  updateModel,
} from './models.store.ts';
import type { ModelRecord, ModelVersionRow } from './models.store.ts';
import { modelView, summaryView, versionView } from './models.view.ts';

export interface ModelsDeps {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly events: EventBus;
  readonly cursors: Cursors;
  readonly trainJob: JobDefinition<TrainPayload>;
  readonly table: (tenantId: string, id: string, version?: number) => Promise<DatakitTable>;
  /** Which of some datakits there still are. */
  readonly keptDatakits: (tx: Tx, ids: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly logs: (tenantId: string, jobId: string, query: PageQuery) => Promise<ListPage<JobLogLine>>;
  readonly reach: Reach;
  /** What one compute process may use. */
  readonly memoryMb: number;
}

export interface ModelsService {
  list(tenantId: string, query: Query<typeof routes.list>): Promise<ListPage<Model>>;
  create(caller: Caller, change: Change, form: Body<typeof routes.create>): Promise<Model>;
  get(tenantId: string, id: string): Promise<Model>;
  update(
    change: Change,
    id: string,
    changes: { name?: string | undefined; description?: string | undefined },
    unchangedSince: readonly Date[] | undefined,
  ): Promise<Model>;
  remove(caller: Caller, change: Change, id: string): Promise<void>;
  restore(change: Change, id: string): Promise<Model>;
  train(caller: Caller, change: Change, id: string, request: TrainRequest): Promise<Job>;
  training(tenantId: string, id: string, jobId: string): Promise<Training>;
  versions(
    tenantId: string,
    id: string,
    query: Query<typeof routes.versions>,
  ): Promise<ListPage<ModelVersionSummary>>;
  version(tenantId: string, id: string, version: number): Promise<ModelVersion>;
  candidates(tenantId: string, id: string): Promise<Candidate[]>;
  compare(
    tenantId: string,
    items: readonly { readonly modelId: string; readonly version: number }[],
  ): Promise<Comparison>;
  log(tenantId: string, id: string, version: number, query: PageQuery): Promise<ListPage<JobLogLine>>;
}

const tasks = { CLASSIFICATION: 'classification', REGRESSION: 'regression' } as const;

const taskOf = ({ type, framework }: Pick<Model, 'type' | 'framework'>): 'classification' | 'regression' => {
  const refuse = (field: string, message: string) =>
    new AppError('UNTRAINABLE', { message, details: [{ field, message }] });
  if (framework !== 'QUADRAX')
    throw refuse(
      'framework',
      `A model of the framework ${framework} is not trained here. Train it where it was made and import it again, or create one with the framework QUADRAX.`,
    );
  const task = type in tasks ? tasks[type as keyof typeof tasks] : undefined;
  if (!task)
    throw refuse(
      'type',
      `Models of the type ${type} are not trained from a table with a target. Create a CLASSIFICATION or a REGRESSION.`,
    );
  return task;
};

/** Imported versions have no datakit. */
const isThere = (id: string | null): id is string => id !== null;

export const createModelsService = (deps: ModelsDeps): ModelsService => {
  const { db, jobs, cursors, table, reach } = deps;

  const foundIn = async (tx: Tx, id: string): Promise<ModelRecord> => {
    const record = await findModel(tx, id);
    if (!record) throw notFound('model');
    return record;
  };
  const found = (tenantId: string, id: string): Promise<ModelRecord> =>
    db.tenant(tenantId, (tx) => foundIn(tx, id));

  const versionOf = (
    tenantId: string,
    id: string,
    version: number,
  ): Promise<{ record: ModelRecord; row: ModelVersionRow; kept: ReadonlySet<string> }> =>
    db.tenant(tenantId, async (tx) => {
      const record = await findModel(tx, id);
      if (!record) throw notFound('model');
      const row = await findModelVersion(tx, id, version);
      if (!row) throw notFound('version');
      return { record, row, kept: await deps.keptDatakits(tx, [row.datakitId].filter(isThere)) };
    });

  return {
    list: (tenantId, query) =>
      sortedPageOf(cursors, query, modelView, (page) =>
        db.tenant(tenantId, (tx) => listModels(tx, query, page)),
      ),
    create: ({ tenantId, accountId }, change, form) =>
      change.tenant(async (tx) => {
        const id = randomUUID();
        await insertModel(tx, { ...form, tenantId, id, createdBy: accountId });
        const after = modelView(await foundIn(tx, id));
        return { reply: after, after };
      }),
    get: async (tenantId, id) => modelView(await found(tenantId, id)),
    update: (change, id, changes, unchangedSince) =>
      change.tenant(async (tx) => {
        const before = modelView(await foundIn(tx, id));
        if (!(await updateModel(tx, id, changes, unchangedSince))) throw new AppError('PRECONDITION_FAILED');
        const after = modelView(await foundIn(tx, id));
        return { reply: after, before, after };
      }),
    remove: ({ accountId }, change, id) =>
      change.tenant(async (tx) => {
        const before = modelView(await foundIn(tx, id));
        if (!(await deleteModel(tx, id, accountId))) throw notFound('model');
        await deleteDeployments(tx, id);
        return { reply: undefined, before };
      }),
    restore: (change, id) =>
      change.tenant(async (tx) => {
        await restoreModel(tx, id);
        const after = modelView(await foundIn(tx, id));
        return { reply: after, after };
      }),
    train: async ({ tenantId, accountId }, change, id, request) => {
      const task = taskOf(modelView(await found(tenantId, id)));
      const data = await table(tenantId, request.datakitId);
      checkTraining(data, request, task);
      checkMemory(data, request, deps.memoryMb);
      const job = await change.tenant(async (tx) => {
        const model = await lockModel(tx, id);
        if (!model) throw notFound('model');
        if (model.trainingJobId !== null)
          throw new AppError('CONFLICT', {
            message: 'The model is being trained. Wait for it, or cancel that training.',
          });
        const payload = { modelId: id, task, datakitVersion: data.version, request };
        const jobId = await jobs.enqueue(tx, deps.trainJob, {
          tenantId,
          payload,
          subject: { type: 'model', id },
          createdBy: accountId,
        });
        await updateModel(tx, id, { trainingJobId: jobId });
        const row = await findJob(tx, jobId);
        if (!row) throw new Error('The job just queued is not there.');
        return { reply: jobView(row), resource: id, after: { jobId, ...request } };
      });
      reach('job.enqueued');
      return job;
    },
    training: (tenantId, id, jobId) =>
      db.tenant(tenantId, async (tx) => {
        await foundIn(tx, id);
        return trainingOf(await findJob(tx, jobId), id);
      }),
    versions: (tenantId, id, query) =>
      numberedPageOf(
        cursors,
        query,
        (item: ModelVersionSummary) => item,
        ({ version }) => version,
        async (page) => {
          const { servedVersions } = await found(tenantId, id);
          return db.tenant(tenantId, async (tx) => {
            const { rows, total } = await listVersions(tx, id, page);
            const kept = await deps.keptDatakits(tx, rows.map(({ datakitId }) => datakitId).filter(isThere));
            return { rows: rows.map((row) => summaryView(row, servedVersions, kept)), total };
          });
        },
      ),
    version: async (tenantId, id, version) => {
      const { record, row, kept } = await versionOf(tenantId, id, version);
      return versionView(row, record.servedVersions, kept);
    },
    compare: (tenantId, items) =>
      db.tenant(tenantId, async (tx) => {
        const compared: Compared[] = [];
        for (const { modelId, version } of items) {
          const { model } = await foundIn(tx, modelId);
          const row = await findModelVersion(tx, modelId, version);
          if (!row) throw notFound('version');
          compared.push({ name: model.name, row });
        }
        return compareVersions(compared);
      }),
    candidates: (tenantId, id) =>
      db.tenant(tenantId, async (tx) => {
        const { model } = await foundIn(tx, id);
        if (model.trainingJobId === null) return [];
        return candidatesOf(await readCheckpoints(tx, { tenantId, jobId: model.trainingJobId }));
      }),
    log: async (tenantId, id, version, query) => {
      const { row } = await versionOf(tenantId, id, version);
      // What was imported was trained elsewhere, if it was.
      if (row.jobId === null) return { items: [], nextCursor: undefined, total: 0 };
      return deps.logs(tenantId, row.jobId, query);
    },
  };
};
