import type { Job } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { saveFile } from '#lib/clipboard.ts';
import { formatInteger, plural } from '#lib/format.ts';
import { useSubjectNames } from '#lib/subject-names.ts';
import { beginningOf } from './job-words.ts';
import styles from './jobs-page.module.css';

type Result = NonNullable<Job['result']>;

/** What came of a job, with the way to it; as the API tells it, folded below. */
export function JobResult({ job, result }: { job: Job; result: Result }) {
  const names = useSubjectNames();
  const made = madeBy(job, result, names);
  return (
    <>
      {made && <p className={styles.made}>{made}</p>}
      <details className={styles.raw} open={!made}>
        <summary>As the API tells it</summary>
        <Raw id={job.id} result={result} />
      </details>
    </>
  );
}

function madeBy({ kind }: Job, result: Result, names: ReadonlyMap<string, string>): ReactNode {
  const { modelId, datakitId, version, rows } = result;
  if (kind === 'model.train' && typeof modelId === 'string' && typeof version === 'number')
    return (
      <>
        <Link to="/models/$id" params={{ id: modelId }} search={{ version }}>
          Version {version} of {names.get(modelId) ?? 'the model'}
        </Link>{' '}
        was trained.
      </>
    );
  if (kind === 'model.predict_batch' && typeof datakitId === 'string')
    return (
      <>
        <Link to="/datakits/$id" params={{ id: datakitId }}>
          {names.get(datakitId) ?? 'The datakit'}
        </Link>{' '}
        holds {plural(Number(rows), 'predicted row')}.
      </>
    );
  if (kind === 'datakit.profile' && typeof datakitId === 'string')
    return (
      <>
        <Link to="/datakits/$id" params={{ id: datakitId }}>
          {names.get(datakitId) ?? 'The datakit'}
        </Link>{' '}
        is ready{typeof rows === 'number' && `, with ${plural(rows, 'row')}`}.
      </>
    );
  return undefined;
}

/** The result as text; of a long one the beginning, and all of it as a file. */
function Raw({ id, result }: { id: string; result: Result }) {
  const text = JSON.stringify(result, null, 2);
  const { beginning, shown, lines } = beginningOf(text);
  return (
    <>
      <pre className={styles.result}>{beginning}</pre>
      {shown < lines && (
        <div className={styles.rest}>
          <p>
            The first {formatInteger(shown)} of {formatInteger(lines)} lines.
          </p>
          <Button
            variant="default"
            size="sm"
            onClick={() => {
              saveFile(`job-${id}.json`, new Blob([text], { type: 'application/json' }));
            }}
          >
            Download the result
          </Button>
        </div>
      )}
    </>
  );
}
