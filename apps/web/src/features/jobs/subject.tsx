import type { Job } from '@quadrax/contract';
import { Link } from '@tanstack/react-router';
import { shorten } from '#lib/format.ts';
import { sentenceCase } from '#lib/words.ts';

type Subject = NonNullable<Job['subject']>;

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
