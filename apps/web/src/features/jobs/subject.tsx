import type { Job } from '@quadrax/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { shorten } from '#lib/format.ts';
import { sentenceCase } from '#lib/words.ts';

type Subject = NonNullable<Job['subject']>;

/** The names of what jobs work on, read once for a whole list; the newest 200 of each kind. */
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

/** Leads to what a job works on. */
export function SubjectLink({
  subject,
  names,
}: {
  subject: Subject | undefined;
  names: ReadonlyMap<string, string>;
}) {
  if (subject === undefined) return null;
  const words = shorten(
    names.get(subject.id) ?? `${sentenceCase(subject.type)} ${subject.id.slice(0, 8)}`,
    60,
  );
  const params = { id: subject.id };
  if (subject.type === 'datakit') {
    return (
      <Link to="/datakits/$id" params={params}>
        {words}
      </Link>
    );
  }
  if (subject.type === 'model') {
    return (
      <Link to="/models/$id" params={params}>
        {words}
      </Link>
    );
  }
  return <span>{words}</span>;
}
