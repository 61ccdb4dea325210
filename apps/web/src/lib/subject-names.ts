import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';

/** The names of datakits and models, read once for a whole list; the newest 200 of each kind. */
export function useSubjectNames(): ReadonlyMap<string, string> {
  const { data } = useQuery({
    queryKey: ['jobs', 'subject-names'],
    queryFn: async ({ signal }) => {
      const query = { limit: 200 };
      const [datakits, models] = await Promise.all([
        api.datakits.list(query, { signal }),
        api.models.list(query, { signal }),
      ]);
      return new Map([...datakits.items, ...models.items].map(({ id, name }) => [id, name]));
    },
    staleTime: 30_000,
  });
  return data ?? none;
}
const none: ReadonlyMap<string, string> = new Map();
