import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { transformStepSchema } from '@quadrax/contract';
import { z } from 'zod';
import { TaskError } from '#platform/compute';
import { AppError } from '#platform/errors';
import { defineJob, JobError } from '#platform/jobs';
import type { JobDefinition } from '#platform/jobs';
import { transformTask, wrongQueryOf } from './datakits.compute.ts';
import type { ProfiledFile } from './datakits.compute.ts';
import { failVersion, jobMemoryMb, reviveVersion, roomAside, storeTable } from './datakits.jobs.ts';
import type { DatakitJobDeps } from './datakits.jobs.ts';
import type { ReadTable } from './datakits.reading.ts';

const number = z.number().int().positive();
const versionSchema = z.object({ datakitId: z.uuid(), version: number });

/** A recipe whose every version is named, so that it comes to the same whenever it runs. */
export const pinnedRecipeSchema = z.object({
  sql: z.string().optional(),
  steps: z.array(transformStepSchema).optional(),
  /** The first is the one that is transformed. */
  tables: z.array(versionSchema.extend({ names: z.array(z.string()) })).min(1),
  joined: z.array(versionSchema.extend({ key: z.string() })),
});
export type PinnedRecipe = z.infer<typeof pinnedRecipeSchema>;

const payloadSchema = z.object({ recipe: pinnedRecipeSchema, outputs: z.array(versionSchema).min(1).max(2) });
export type TransformPayload = z.infer<typeof payloadSchema>;

/** The files of a recipe's tables. */
export const openRecipe = async (table: ReadTable, tenantId: string, recipe: PinnedRecipe) => {
  const fileOf = async ({ datakitId, version }: { datakitId: string; version: number }) => {
    const { parquet, columns, profile } = await table(tenantId, datakitId, version);
    return { parquet, columns: columns.map(({ name }) => name), dateOrder: profile.dateOrder };
  };
  const { sql, steps } = recipe;
  return {
    sql,
    steps,
    tables: await Promise.all(
      recipe.tables.map(async (one) => ({ names: one.names, ...(await fileOf(one)) })),
    ),
    joined: await Promise.all(recipe.joined.map(async (one) => ({ key: one.key, ...(await fileOf(one)) }))),
  };
};

export interface TransformJobDeps extends DatakitJobDeps {
  readonly transformTimeoutMs: number;
}

/** A failure whose reason is the person's to mend. */
const asJobError = (error: unknown, timeoutMs: number): unknown => {
  if (error instanceof TaskError && error.code === 'TIMEOUT')
    return new JobError(
      'QUERY_LIMIT',
      `The transformation took longer than the ${timeoutMs / 1000} seconds that one may take here. Filter or aggregate earlier, or raise TRANSFORM_TIMEOUT_MS.`,
    );
  const wrong = wrongQueryOf(error);
  if (wrong) return new JobError(wrong.code, wrong.message);
  return error instanceof AppError && error.status < 500 ? new JobError(error.code, error.message) : error;
};

/** Makes versions of other versions; they appear with the word that the job succeeded. */
export const createTransformJob = (deps: TransformJobDeps): JobDefinition<TransformPayload> => {
  const { objects, compute, events, table, transformTimeoutMs: timeoutMs } = deps;
  return defineJob({
    kind: 'datakit.transform',
    version: 1,
    payload: payloadSchema,
    run: async ({ recipe, outputs }, context) => {
      const { tenantId, jobId, attempt, signal, progress, log } = context;
      const name = join(objects.scratch, `${jobId}-${attempt}`);
      const files = outputs.map((_, i) => `${name}-${i}.parquet`);
      const temp = `${name}-temp`;
      try {
        const tempBytes = await roomAside(objects);
        const opened = await openRecipe(table, tenantId, recipe);
        const { made, notes } = await compute.run(
          transformTask,
          { ...opened, outputs: files, temp, tempBytes, memoryMb: jobMemoryMb(compute), threads: 2 },
          { lane: 'batch', share: tenantId, signal, timeoutMs, context: { progress, log } },
        );
        // Rows that are put below it later are still written as those of the first table were.
        const dateOrder = opened.tables[0]?.dateOrder;
        const dated = (found: ProfiledFile): ProfiledFile =>
          dateOrder ? { ...found, profile: { ...found.profile, dateOrder } } : found;
        const commits: Awaited<ReturnType<typeof storeTable>>[] = [];
        for (const [i, found] of made.entries())
          commits.push(
            await storeTable(deps, context, files[i] ?? '', dated(found), {
              notes: [...notes],
              sealed: true,
            }),
          );
        return async (tx) => {
          for (const [i, target] of outputs.entries()) await commits[i]?.(tx, target);
          return { outputs, rows: made.map(({ rows }) => rows) };
        };
      } catch (error) {
        throw asJobError(error, timeoutMs);
      } finally {
        for (const file of files) await rm(file, { force: true });
        await rm(temp, { recursive: true, force: true });
      }
    },
    ended: async (tx, { tenantId }, { outputs }, end) => {
      for (const target of outputs)
        await failVersion(tx, events, tenantId, target, end, 'The transformation');
    },
    revived: async (tx, _job, { outputs }) => {
      for (const target of outputs) await reviveVersion(tx, target);
    },
  });
};
