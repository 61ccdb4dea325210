import type { UpkeepRoutine } from '@quadrax/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { showFailure } from '#ui/undo-notice.tsx';

const noun = ['platform', 'upkeep'] as const;

export const useUpkeep = () =>
  useQuery({
    queryKey: noun,
    queryFn: ({ signal }): Promise<UpkeepRoutine[]> => api.upkeep.list({ signal }),
    refetchInterval: 15_000,
  });

/** Runs a routine now, beside its times. */
export function useRunRoutine() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api.upkeep.run(name),
    onError: (error) => {
      showFailure(error, 'The routine did not run.');
    },
    onSettled: () => queries.invalidateQueries({ queryKey: noun }),
  });
}
