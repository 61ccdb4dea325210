import { randomUUID } from 'node:crypto';
import { misfitsOf } from '@quadrax/contract';
import type { BatchPrediction, FitColumn, Job } from '@quadrax/contract';
import type { Database } from '#platform/db';
import { AppError, invalid, notFound } from '#platform/errors';
import type { Reach } from '#platform/faults';
import type { Caller, Change } from '#platform/http';
import { findJob, jobView } from '#platform/jobs';
import type { JobDefinition, Jobs } from '#platform/jobs';
import type { ObjectStore } from '#platform/objects';
import type { DatakitTable } from '#modules/datakits';
import type { BatchPayload } from './models.batch.jobs.ts';
import { listDeployments } from './models.deployments.store.ts';
import { findModel, findModelVersion } from './models.store.ts';
import type { ModelVersionRow } from './models.store.ts';

export interface BatchDeps {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly jobs: Jobs;
  readonly batchJob: JobDefinition<BatchPayload>;
  readonly table: (tenantId: string, id: string, version?: number) => Promise<DatakitTable>;
  readonly reach: Reach;
}

/** What the columns are called that are added. */
type AddedNames = BatchPayload['added'];

export interface BatchService {
  /** @throws AppError that says what of the datakit does not suit the model */
  predict(caller: Caller, change: Change, modelId: string, request: BatchPrediction): Promise<Job>;
}

/** As many as a file may have. */
const mostColumns = 4096;
const longestName = 255;

/** What is known of the columns beyond their types. */
const columnsOf = ({ profile: { columns, rows } }: DatakitTable): FitColumn[] =>
  columns.map(({ name, type, min, missing }) => ({
    name,
    type,
    empty: missing === rows,
    ...((type === 'identifier' || type === 'geographic') && {
      kept: typeof min === 'number' ? 'number' : 'word',
    }),
  }));

/** Refuses a datakit that the model cannot be asked about. @throws AppError COLUMNS_DIFFER naming every column */
const demandFit = (data: DatakitTable, { report: { features } }: ModelVersionRow): void => {
  const misfits = misfitsOf(features, columnsOf(data));
  const [first] = misfits;
  if (!first) return;
  const more = misfits.length === 1 ? '' : ` (${misfits.length} columns in all)`;
  throw new AppError('COLUMNS_DIFFER', {
    message: `"${data.name}" does not suit the model. ${first.message}${more}`,
    details: misfits.slice(0, 100).map(({ message }) => ({ field: 'datakitId', message })),
  });
};

/** The columns that are taken over. @throws AppError UNKNOWN_FIELD */
const keptOf = ({ columns }: DatakitTable, keep: readonly string[] | undefined): string[] => {
  const names = columns.map(({ name }) => name);
  if (!keep) return names;
  for (const [i, name] of keep.entries()) {
    if (names.includes(name)) continue;
    const message = `The datakit has no column "${name}".`;
    throw new AppError('UNKNOWN_FIELD', { message, details: [{ field: `keep[${i}]`, message }] });
  }
  return [...new Set(keep)];
};

/** A name that is not taken yet; it is from then on. */
const freeName = (wanted: string, taken: Set<string>): string => {
  const name = wanted.slice(0, longestName);
  for (let i = 1; ; i++) {
    const ending = i === 1 ? '' : `_${i}`;
    const candidate = name.slice(0, longestName - ending.length) + ending;
    if (taken.has(candidate)) continue;
    taken.add(candidate);
    return candidate;
  }
};

/** What is added is called. @throws AppError VALIDATION_FAILED where the model does not give it */
const addedOf = (
  { target, report: { classes = [], onnx } }: ModelVersionRow,
  add: BatchPrediction['add'],
  kept: readonly string[],
): AddedNames => {
  const gives = classes.length > 0 && (!onnx || onnx.plan.scores !== undefined);
  if (add?.includes('probabilities') && !gives)
    throw invalid('add', 'This model gives no probabilities. Leave them out.');
  const taken = new Set(kept);
  const all = add ?? (gives ? ['prediction', 'probabilities'] : ['prediction']);
  return {
    ...(all.includes('prediction') && { prediction: freeName(`${target}_predicted`, taken) }),
    ...(all.includes('probabilities') && {
      probabilities: classes.map((name) => freeName(`${target}_probability_${name}`, taken)),
    }),
  };
};

const widthOf = ({ prediction, probabilities = [] }: AddedNames): number =>
  (prediction === undefined ? 0 : 1) + probabilities.length;

export const createBatchService = (deps: BatchDeps): BatchService => {
  const { db, objects, jobs, table, reach } = deps;

  /** @throws AppError NOT_FOUND, NOT_DEPLOYED, NOT_READY, VALIDATION_FAILED */
  const versionFor = (tenantId: string, id: string, { version, alias }: BatchPrediction) =>
    db.tenant(tenantId, async (tx) => {
      const record = await findModel(tx, id);
      if (!record) throw notFound('model');
      if (version !== undefined && alias !== undefined)
        throw invalid('version', 'Ask for a version or for an alias, not for both.');
      const served =
        alias === undefined
          ? undefined
          : (await listDeployments(tx, id)).find((one) => one.alias === alias)?.version;
      if (alias !== undefined && served === undefined)
        throw new AppError('NOT_DEPLOYED', {
          message: `Nothing is deployed as "${alias}". Deploy a version under this alias first.`,
        });
      const chosen = version ?? served ?? record.deployedVersion ?? record.model.latestVersion;
      if (chosen === null)
        throw new AppError('NOT_READY', { message: 'The model has no version yet. Train it first.' });
      const row = await findModelVersion(tx, id, chosen);
      if (!row) throw notFound('version');
      return { name: record.model.name, row };
    });

  return {
    predict: async ({ tenantId, accountId }, change, modelId, request) => {
      const { name, row } = await versionFor(tenantId, modelId, request);
      const data = await table(tenantId, request.datakitId, request.datakitVersion);
      demandFit(data, row);
      const keep = keptOf(data, request.keep);
      const added = addedOf(row, request.add, keep);
      if (keep.length + widthOf(added) > mostColumns)
        throw invalid('keep', `A datakit has ${mostColumns} columns at most. Keep fewer of them.`);
      await objects.room.require(0);
      const payload: BatchPayload = {
        model: { id: modelId, version: row.version },
        datakit: { id: data.id, version: data.version },
        keep,
        added,
        made: {
          id: randomUUID(),
          name: request.name ?? `${data.name}, predicted by ${name}`.slice(0, longestName),
          description: request.description,
        },
        createdBy: accountId,
      };
      const job = await change.tenant(async (tx) => {
        const jobId = await jobs.enqueue(tx, deps.batchJob, {
          tenantId,
          payload,
          subject: { type: 'model', id: modelId },
          createdBy: accountId,
        });
        const queued = await findJob(tx, jobId);
        if (!queued) throw new Error('The job just queued is not there.');
        const { model, datakit, made } = payload;
        const after = { jobId, version: model.version, datakit, makes: made.name };
        return { reply: jobView(queued), resource: modelId, after };
      });
      reach('job.enqueued');
      return job;
    },
  };
};
