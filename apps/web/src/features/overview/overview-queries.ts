import type { Datakit, Job, Model } from '@quadrax/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';

const SHOWN = 6;

/** The newest datakits, models and ended jobs. */
export function useLatest() {
  const datakits = useQuery({
    queryKey: ['datakits', 'latest'],
    queryFn: ({ signal }) => api.datakits.list({ limit: SHOWN }, { signal }),
  });
  const models = useQuery({
    queryKey: ['models', 'latest'],
    queryFn: ({ signal }) => api.models.list({ limit: SHOWN }, { signal }),
  });
  const done = useQuery({
    queryKey: ['jobs', 'latest', 'SUCCEEDED'],
    queryFn: ({ signal }) => api.jobs.list({ status: 'SUCCEEDED', limit: SHOWN }, { signal }),
  });
  const failed = useQuery({
    queryKey: ['jobs', 'latest', 'FAILED'],
    queryFn: ({ signal }) => api.jobs.list({ status: 'FAILED', limit: SHOWN }, { signal }),
  });
  return { datakits, models, done, failed };
}

/** Makes a datakit from a shipped sample. */
export function useAddSample() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (sample: string) => api.datakits.addSample(sample),
    onSuccess: () => client.invalidateQueries({ queryKey: ['datakits'] }),
  });
}

/** The data sets that ship with the product. */
export function useSamples() {
  return useQuery({
    queryKey: ['datakits', 'samples'],
    queryFn: ({ signal }) => api.datakits.samples({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Something a person should look at. */
export interface Attention {
  key: string;
  sentence: string;
  reason: string | undefined;
  at: string;
  to: { noun: 'job' | 'datakit'; id: string };
}

const WEEK = 7 * 86_400_000;

/**
 * What failed in the last week and was not made good since, newest first. A datakit that failed is told once, not
 * again by its job; a training is made good by a later version of the same model.
 */
export function attentionOf(
  known: {
    datakits: readonly Datakit[];
    models: readonly Model[];
    failed: readonly Job[];
    done: readonly Job[];
  },
  now: number,
): Attention[] {
  const datakits = known.datakits
    .filter((datakit) => datakit.status === 'FAILED')
    .map((datakit): Attention => ({
      key: datakit.id,
      sentence: `${datakit.name} could not be read`,
      reason: datakit.error,
      at: datakit.updatedAt,
      to: { noun: 'datakit', id: datakit.id },
    }));
  const told = new Set(datakits.map(({ to }) => to.id));
  const madeGood = (job: Job) =>
    known.done.some((later) => later.subject?.id === job.subject?.id && later.createdAt > job.createdAt);
  const nameOf = (id: string | undefined) =>
    [...known.models, ...known.datakits].find((thing) => thing.id === id)?.name;
  const jobs = known.failed
    .filter((job) => !told.has(job.subject?.id ?? '') && !madeGood(job))
    .map((job): Attention => {
      const name = nameOf(job.subject?.id);
      const what = job.kind === 'model.train' ? 'Training' : 'A job';
      return {
        key: job.id,
        sentence: name === undefined ? `${what} failed` : `${what} of ${name} failed`,
        reason: job.error?.message,
        at: job.finishedAt ?? job.createdAt,
        to: { noun: 'job', id: job.id },
      };
    });
  return [...datakits, ...jobs]
    .filter(({ at }) => now - Date.parse(at) < WEEK)
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}
