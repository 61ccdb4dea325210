import { algorithmSchema, rungSchema } from '@quadrax/contract';
import type { Candidate } from '@quadrax/contract';
import { z } from 'zod';

/** What a training keeps of a candidate that it has judged on a rung. */
const keptSchema = z.object({
  algorithm: algorithmSchema.exclude(['auto']),
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  metric: z.string(),
  mean: z.number(),
  std: z.number(),
  scores: z.array(z.number()),
  elapsedMs: z.number(),
  rung: rungSchema,
});

/** What of it can be read: an older program may have kept something else. */
const readKept = (kept: readonly unknown[]): z.infer<typeof keptSchema>[] =>
  kept.flatMap((part) => keptSchema.safeParse(part).data ?? []);

/** What the next attempt need not judge again. */
export const readFinished = (kept: readonly unknown[]) =>
  readKept(kept).map(({ algorithm, parameters, rung, scores, elapsedMs }) => ({
    algorithm,
    parameters,
    rung: rung.index,
    scores,
    elapsedMs,
  }));

/** The same as a page shows them, in the order in which they were judged. */
export const candidatesOf = (kept: readonly unknown[]): Candidate[] =>
  readKept(kept).map(({ algorithm, parameters, metric, mean, std, elapsedMs, rung }) => ({
    algorithm,
    parameters,
    metric,
    score: mean,
    std,
    elapsedMs,
    rung,
    chosen: false,
  }));
