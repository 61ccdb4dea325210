import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';

export type BatchBody = Parameters<typeof api.models.predictBatch>[1];

/** So many of the last batch predictions are shown. */
const shown = 5;

/** The last batch predictions of a model, the newest first; under `jobs`, so that events of jobs renew them. */
export function useBatchJobs(modelId: string) {
  return useQuery({
    queryKey: ['jobs', 'batch', modelId],
    queryFn: ({ signal }) =>
      api.jobs.list({ subject: modelId, kind: 'model.predict_batch', limit: shown }, { signal }),
    select: (page) => page.items,
  });
}

export function usePredictBatch(modelId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BatchBody) => api.models.predictBatch(modelId, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  });
}
