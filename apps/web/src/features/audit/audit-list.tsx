import type { AuditEntry } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { formatMoment } from '#lib/format.ts';
import { Icon } from '#ui/icons.tsx';
import { Moment } from '#ui/moment.tsx';
import { SkeletonText } from '#ui/skeletons.tsx';
import { actorName, sentenceOf } from './audit-sentences.ts';
import type { Names } from './audit-sentences.ts';
import { AuditSubject } from './audit-subject.tsx';
import { differencesOf } from './audit-words.ts';
import type { useAuditLog } from './audit-queries.ts';
import type { AuditSearch } from './index.ts';
import styles from './audit-page.module.css';

export interface AuditListProps {
  list: ReturnType<typeof useAuditLog>;
  /** undefined while they are read. */
  entries: readonly AuditEntry[] | undefined;
  names: Names;
  search: AuditSearch;
}

/** The entries, each a sentence that opens to what changed. */
export function AuditList({ list, entries, names, search }: AuditListProps) {
  return (
    <>
      <ol className={styles.list} aria-label="Entries" aria-busy={entries === undefined}>
        {entries?.map((entry) => (
          <li key={entry.id}>
            <Entry entry={entry} names={names} search={search} />
          </li>
        ))}
        {entries === undefined && <Waiting />}
      </ol>
      {list.hasNextPage && (
        <div className={styles.foot}>
          <Button
            variant="default"
            size="xs"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

const Waiting = () =>
  Array.from({ length: 8 }, (_, row) => (
    <li key={row} aria-hidden="true" className={styles.waiting}>
      <SkeletonText width={28 + ((row * 5) % 12)} />
    </li>
  ));

function Entry({ entry, names, search }: { entry: AuditEntry; names: Names; search: AuditSearch }) {
  const { before, name, after } = sentenceOf(entry, names);
  return (
    <details className={styles.entry}>
      <summary>
        <span className={styles.fold}>
          <Icon name="down" size={14} />
        </span>
        <span className={styles.sentence}>
          <strong>{actorName(entry)}</strong> {before}
          {name !== undefined && <span className={styles.subject}>{name}</span>}
          {after}
        </span>
        <span className={styles.address}>{entry.address}</span>
        <Moment at={entry.at} />
      </summary>
      <div className={styles.body}>
        <Differences entry={entry} />
        <Facts entry={entry} names={names} search={search} />
      </div>
    </details>
  );
}

function Differences({ entry }: { entry: AuditEntry }) {
  const differences = differencesOf(entry);
  if (differences.length === 0) return null;
  return (
    <table className={styles.differences} aria-label="What changed">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ field, before, after }) => (
          <tr key={field}>
            <th scope="row">{field}</th>
            <Value text={before} className={styles.before} />
            <Value text={after} className={styles.after} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ text, className }: { text: string | undefined; className: string | undefined }) {
  return text === undefined ? (
    <td>
      <span className="visually-hidden">nothing</span>
    </td>
  ) : (
    <td className={className}>{text}</td>
  );
}

function Facts({ entry, names, search }: { entry: AuditEntry; names: Names; search: AuditSearch }) {
  const { name } = sentenceOf(entry, names);
  const { id, at, action, actor, resourceId, address, requestId, credentialId, hash } = entry;
  return (
    <dl className={styles.facts}>
      <dt>Entry</dt>
      <dd>
        {id} · {formatMoment(at)}
      </dd>
      <dt>Action</dt>
      <dd className="mono">{action}</dd>
      {actor && (
        <>
          <dt>By</dt>
          <dd>
            {actor.email ?? <span className="mono">{actor.id}</span>}{' '}
            <Link to="/audit" search={{ ...search, actor: actor.id }}>
              All they did
            </Link>
          </dd>
        </>
      )}
      {resourceId !== undefined && (
        <>
          <dt>On</dt>
          <dd>
            {name !== undefined && <AuditSubject entry={entry} name={name} names={names} />}{' '}
            <span className="mono">{resourceId}</span>{' '}
            <Link to="/audit" search={{ ...search, resource: resourceId }}>
              All that happened to it
            </Link>
          </dd>
        </>
      )}
      <dt>From</dt>
      <dd>{address}</dd>
      <dt>Request</dt>
      <dd className="mono">{requestId}</dd>
      {credentialId !== undefined && (
        <>
          <dt>Session or key</dt>
          <dd className="mono">{credentialId}</dd>
        </>
      )}
      <dt>Hash</dt>
      <dd className="mono">{hash}</dd>
    </dl>
  );
}
