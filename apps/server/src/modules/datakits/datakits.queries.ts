import { randomUUID } from 'node:crypto';
import type {
  Body,
  datakits as routes,
  QueryRequest,
  QueryResult,
  Transformed,
  TransformPreview,
  TransformRequest,
  TransformStep,
} from '@quadrax/contract';
import type { ComputePool, Task } from '#platform/compute';
import { TaskError } from '#platform/compute';
import type { Database } from '#platform/db';
import { AppError, invalid } from '#platform/errors';
import type { Caller, Change } from '#platform/http';
import type { JobDefinition, Jobs } from '#platform/jobs';
import type { ObjectStore } from '#platform/objects';
import { beginning } from '#platform/text';
import { previewTransformTask, queryTask, wrongQueryOf } from './datakits.compute.ts';
import { insertMade } from './datakits.making.ts';
import { datakitAt } from './datakits.reading.ts';
import type { DatakitTable, ReadTable } from './datakits.reading.ts';
import { demandSuccession } from './datakits.succession.ts';
import { createTurns } from './datakits.turns.ts';
import { openRecipe } from './datakits.transform.jobs.ts';
import type { PinnedRecipe, TransformPayload } from './datakits.transform.jobs.ts';
import { readyVersions } from './datakits.versions.store.ts';
import type { Parent } from './datakits.versions.store.ts';

export interface QueriesDeps {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly compute: ComputePool;
  readonly jobs: Jobs;
  readonly transformJob: JobDefinition<TransformPayload>;
  readonly table: ReadTable;
  readonly queryTimeoutMs: number;
}

type PreviewRequest = Body<typeof routes.previewTransform>;

export interface QueriesService {
  query(tenantId: string, id: string, request: QueryRequest, signal: AbortSignal): Promise<QueryResult>;
  preview(
    tenantId: string,
    id: string,
    request: PreviewRequest,
    signal: AbortSignal,
  ): Promise<TransformPreview>;
  transform(
    caller: Caller,
    change: Change,
    id: string,
    request: TransformRequest,
    signal: AbortSignal,
  ): Promise<Transformed>;
}

/** A query's memory, in MB: several people ask at the same time. */
const queryMemoryMb = 256;
/** How long beyond its own time a process is waited for before it is ended. */
const graceMs = 5000;
/** Other versions that one statement may name. */
const mostVersions = 8;

interface Sources {
  readonly sql?: string | undefined;
  readonly steps?: readonly TransformStep[] | undefined;
  readonly version?: number | undefined;
  readonly with: QueryRequest['with'];
}

const isMissing = (error: unknown): error is AppError =>
  error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'NOT_READY');

/** Says at which field of the request a datakit is missing. */
const at = async <T>(field: string, read: Promise<T>): Promise<T> => {
  try {
    return await read;
  } catch (error) {
    if (!isMissing(error)) throw error;
    const { code, message } = error;
    throw new AppError(code, { message, details: [{ field, message }] });
  }
};

/** Whose turn it is, and whether they still wait. */
interface Asker {
  readonly tenantId: string;
  readonly signal: AbortSignal;
}

export const createQueriesService = (deps: QueriesDeps): QueriesService => {
  const { db, objects, compute, jobs, table, queryTimeoutMs } = deps;

  /** The other versions that a statement names: `data_v1`, `data_v2` … */
  const namedVersions = async (tenantId: string, id: string, sql: string): Promise<number[]> => {
    const wanted = [
      ...new Set([...sql.matchAll(/\bdata_v(\d{1,6})\b/gi)].map(([, number]) => Number(number))),
    ];
    if (wanted.length > mostVersions)
      throw invalid('sql', `A query reads at most ${mostVersions} other versions.`);
    const ready = await db.tenant(tenantId, (tx) => readyVersions(tx, id, wanted));
    return ready.map(({ version }) => version);
  };

  /** Names every version that a request draws on. @throws AppError NOT_FOUND, NOT_READY, VALIDATION_FAILED */
  const pin = async (
    tenantId: string,
    id: string,
    request: Sources,
  ): Promise<{ recipe: PinnedRecipe; base: DatakitTable }> => {
    const { sql, steps } = request;
    const base = await table(tenantId, id, request.version);
    const versions = sql === undefined ? [] : await namedVersions(tenantId, id, sql);
    const others = await Promise.all(
      request.with.map(async ({ datakitId, as, version }, i) => {
        if (/^data(_v\d+)?$/i.test(as) || /^(duckdb_|pg_|sqlite_|pragma_|information_schema)/i.test(as))
          throw invalid(`with.${i}.as`, `The name "${as}" is taken. Choose another.`);
        const other = await at(`with.${i}.datakitId`, table(tenantId, datakitId, version));
        return { datakitId, version: other.version, names: [as] };
      }),
    );
    const pinned = await Promise.all(
      (steps ?? []).map(async (step, i) => {
        if (step.step !== 'join') return step;
        const other = await at(`steps.${i}.datakitId`, table(tenantId, step.datakitId, step.version));
        return { ...step, version: other.version };
      }),
    );
    const joined = pinned.flatMap((step) =>
      step.step === 'join'
        ? [
            {
              key: `${step.datakitId} ${step.version}`,
              datakitId: step.datakitId,
              version: step.version ?? 1,
            },
          ]
        : [],
    );
    const recipe: PinnedRecipe = {
      ...(sql !== undefined && { sql }),
      ...(steps && { steps: pinned }),
      tables: [
        { datakitId: id, version: base.version, names: ['data', base.name] },
        ...others,
        ...versions.map((version) => ({ datakitId: id, version, names: [`data_v${version}`] })),
      ],
      joined,
    };
    return { recipe, base };
  };

  const turns = createTurns();

  /** Runs a task that a person waits for, and says in their words what was wrong with what they asked. */
  const ask = async <Input, Output>(
    task: Task<Input, Output>,
    input: Input,
    { tenantId, signal }: Asker,
  ): Promise<Output> => {
    try {
      return await turns.take(tenantId, signal, () =>
        compute.run(task, input, {
          lane: 'query',
          share: tenantId,
          signal,
          timeoutMs: queryTimeoutMs + graceMs,
        }),
      );
    } catch (error) {
      const wrong = wrongQueryOf(error);
      if (wrong) {
        const { code, field, message } = wrong;
        throw new AppError(code, { message, details: [{ field, message }] });
      }
      if (error instanceof TaskError && ['MEMORY', 'DIED', 'TIMEOUT'].includes(error.code))
        throw new AppError('QUERY_LIMIT');
      throw error;
    }
  };

  const limits = { timeoutMs: queryTimeoutMs, memoryMb: queryMemoryMb };

  const previewOf = async (
    tenantId: string,
    recipe: PinnedRecipe,
    wanted: { readonly limit: number; readonly brief?: boolean },
    signal: AbortSignal,
  ): Promise<TransformPreview> =>
    ask(
      previewTransformTask,
      { ...(await openRecipe(table, tenantId, recipe)), ...limits, ...wanted },
      { tenantId, signal },
    );

  return {
    query: async (tenantId, id, request, signal) => {
      const { recipe } = await pin(tenantId, id, request);
      const { tables } = await openRecipe(table, tenantId, recipe);
      return ask(
        queryTask,
        { sql: request.sql, tables, limit: request.limit, ...limits },
        { tenantId, signal },
      );
    },
    preview: async (tenantId, id, request, signal) => {
      const { recipe } = await pin(tenantId, id, request);
      return previewOf(tenantId, recipe, { limit: request.limit }, signal);
    },
    transform: async (caller, change, id, request, signal) => {
      const { recipe, base } = await pin(caller.tenantId, id, request);
      await objects.room.require(0);
      // What is wrong with it shows on the first rows: it is refused here, whole, and leaves nothing behind.
      await previewOf(caller.tenantId, recipe, { limit: 1, brief: true }, signal);
      const split = recipe.steps?.at(-1)?.step === 'split';
      const name = request.as?.name ?? base.name;
      const description = request.as?.description ?? '';
      const jobId = randomUUID();
      const parents: Parent[] = [...recipe.tables, ...recipe.joined].map(({ datakitId, version }) => ({
        kind: 'datakit',
        id: datakitId,
        version,
      }));
      const asked = {
        ...(recipe.sql !== undefined && { sql: recipe.sql }),
        ...(recipe.steps && { steps: recipe.steps }),
      };
      const common = { made: 'transformed' as const, jobId, recipe: asked, parents };
      const fresh = (part: string) => ({
        ...common,
        datakitId: randomUUID(),
        name: `${beginning(name, 240)}${part}`,
        fresh: { description },
      });
      return change.tenant(async (tx) => {
        if (!split && !request.as)
          await demandSuccession(tx, id, request.version === undefined ? base.version : undefined);
        const outputs = split
          ? [await insertMade(tx, caller, fresh(' (train)')), await insertMade(tx, caller, fresh(' (test)'))]
          : [
              await insertMade(
                tx,
                caller,
                request.as ? fresh('') : { ...common, datakitId: id, name: base.name },
              ),
            ];
        const [first, second] = outputs;
        if (!first) throw new TypeError('A transformation makes at least one version.');
        await jobs.enqueue(tx, deps.transformJob, {
          tenantId: caller.tenantId,
          payload: { recipe, outputs },
          id: jobId,
          subject: { type: 'datakit', id: first.datakitId },
          createdBy: caller.accountId,
        });
        const reply = await datakitAt(tx, first.datakitId, first.version);
        const test = second && (await datakitAt(tx, second.datakitId, second.version));
        const made: Transformed = { ...reply, ...(test && { test }) };
        return { reply: made, after: made };
      });
    },
  };
};
