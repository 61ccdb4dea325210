import type { Job } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { jobKey } from '#lib/jobs.ts';
import { useMayWrite } from '#lib/session.ts';
import { jobKindLabel } from '#lib/words.ts';

/** Queues a job again that failed or was cancelled. */
export function useRunAgain(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api.jobs.retry(id),
    onSuccess: (queued) => {
      queryClient.setQueryData(jobKey(id), queued);
      // The button goes away with this; who pressed it by the keyboard stays on the page.
      document.querySelector<HTMLElement>('[data-page-title]')?.focus();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['jobs'] }),
  });
}

/** The button for it; nothing for viewers and for jobs that cannot run again. */
export function RunAgain({ job, again }: { job: Job; again: ReturnType<typeof useRunAgain> }) {
  const mayWrite = useMayWrite();
  if (!job.retryable || !mayWrite) return null;
  return (
    <Button
      loading={again.isPending}
      onClick={() => {
        again.mutate();
      }}
      aria-label={`Run again: ${jobKindLabel(job.kind)}`}
    >
      Run again
    </Button>
  );
}
