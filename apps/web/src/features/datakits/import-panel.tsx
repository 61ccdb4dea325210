import type { Datakit } from '@quadrax/contract';
import { Button, Textarea, TextInput } from '@mantine/core';
import { useEffect, useEffectEvent } from 'react';
import { formatBytes, plural } from '#lib/format.ts';
import { ImportFindings } from './import-findings.tsx';
import { ImportReading } from './import-reading.tsx';
import { ImportProgress } from './import-progress.tsx';
import styles from './import-panel.module.css';
import { PARTS_FROM_BYTES } from './send-file.ts';
import type { UploadItem } from './upload-queue.ts';
import { commitUpload, pauseUpload, readUpload, removeUpload, renameUpload, useUploads } from './uploads.ts';

/** Every dropped file, from the look at it to the datakit. `onDone` hears of those that are through, once each. */
export function ImportPanel({ onDone }: { onDone: (datakit: Datakit, alone: boolean) => void }) {
  const items = useUploads();
  const tell = useEffectEvent(onDone);
  const done = items.find((item) => item.state === 'done');
  useEffect(() => {
    if (done?.state !== 'done') return;
    const alone = items.length === 1;
    removeUpload(done.id);
    tell(done.datakit, alone);
  }, [done, items]);

  const reviewed = items.filter((item) => item.state === 'review');
  if (items.length === 0) return null;
  return (
    <section className={styles.panel} aria-label="Import">
      {reviewed.length > 1 && (
        <div className={styles.all}>
          <span>{plural(reviewed.length, 'file')} to look at</span>
          <Button size="xs" onClick={() => reviewed.forEach((item) => commitUpload(item.id))}>
            Import all {reviewed.length}
          </Button>
        </div>
      )}
      {items.map((item) => (
        <ImportItem key={item.id} item={item} />
      ))}
    </section>
  );
}

function ImportItem({ item }: { item: UploadItem }) {
  if (item.state === 'sending' || item.state === 'waiting' || item.state === 'paused') {
    return (
      <ImportProgress
        item={item}
        onCancel={() => removeUpload(item.id)}
        {...(item.file.size > PARTS_FROM_BYTES && {
          onPause: () => pauseUpload(item.id),
          onResume: () => commitUpload(item.id),
        })}
      />
    );
  }
  return (
    <form
      className={styles.item}
      onSubmit={(event) => {
        event.preventDefault();
        if (item.name.trim() !== '') commitUpload(item.id);
      }}
    >
      <div className={styles.head}>
        <span className={styles.file}>{item.file.name}</span>
        <span className={styles.size}>{formatBytes(item.file.size)}</span>
      </div>
      {item.state === 'failed' && <Failure item={item} />}
      {item.file.size === 0 ? <Discard item={item} /> : <ImportFields item={item} />}
    </form>
  );
}

function Discard({ item }: { item: UploadItem }) {
  return (
    <Button variant="subtle" color="gray" onClick={() => removeUpload(item.id)}>
      Discard
    </Button>
  );
}

function ImportFields({ item }: { item: UploadItem }) {
  return (
    <div className={styles.body}>
      <div className={styles.fields}>
        <TextInput
          label="Name"
          value={item.name}
          maxLength={255}
          error={item.name.trim() === '' && 'Give it a name.'}
          onChange={(event) => renameUpload(item.id, { name: event.currentTarget.value })}
          data-autofocus
        />
        <Textarea
          label="Description"
          placeholder="Where the data comes from, what a row is"
          value={item.description}
          maxLength={10_000}
          autosize
          minRows={2}
          maxRows={6}
          onChange={(event) => renameUpload(item.id, { description: event.currentTarget.value })}
        />
        <div className={styles.buttons}>
          {!(item.state === 'failed' && item.failure.final) && (
            <Button type="submit" disabled={item.name.trim() === ''}>
              {item.state === 'failed' ? 'Try again' : 'Import'}
            </Button>
          )}
          <Discard item={item} />
        </div>
      </div>
      <div className={styles.findings}>
        <ImportReading item={item} onRead={(reading) => readUpload(item.id, reading)} />
        <ImportFindings file={item.file.name} look={item.look} />
      </div>
    </div>
  );
}

function Failure({ item }: { item: Extract<UploadItem, { state: 'failed' }> }) {
  // The one thing that is wrong is often the whole sentence already.
  const details = item.failure.details.filter(({ message }) => message !== item.failure.message);
  return (
    <div className={styles.failure} role="alert">
      <p>{item.failure.message}</p>
      {details.length > 0 && (
        <ul>
          {details.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              {field !== '' && field !== 'dataset' && <code>{field}</code>} {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
