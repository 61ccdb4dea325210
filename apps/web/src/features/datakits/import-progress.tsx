import { Button, Progress } from '@mantine/core';
import { formatBytes, formatTimeLeft } from '#lib/format.ts';
import styles from './import-panel.module.css';
import { heldWords, loadedOf, type UploadItem } from './upload-queue.ts';
import { speedOf } from './upload-speed.ts';

function stateWords(item: UploadItem, sent: boolean): string {
  if (item.state === 'paused') return 'Paused: what has arrived is kept for 24 hours';
  if (item.state !== 'sending') return 'Waits for the file before it';
  if (item.held) return heldWords;
  return sent ? 'Arrived; the server is storing it' : 'Uploading';
}

/** A file on its way: bytes, speed and time left, in places that do not move. */
export function ImportProgress({
  item,
  onCancel,
  onPause,
  onResume,
}: {
  item: UploadItem;
  onCancel: () => void;
  /** Absent where the file goes in one piece. */
  onPause?: () => void;
  onResume?: () => void;
}) {
  const sending = item.state === 'sending' ? item : undefined;
  const paused = item.state === 'paused';
  const loaded = loadedOf(item);
  const share = item.file.size > 0 ? loaded / item.file.size : 0;
  const sent = !paused && share >= 1;
  const speed = sending && !sent ? speedOf(sending.samples, sending.total) : undefined;
  // One button for both, so that the focus stays on it.
  const turn = paused ? onResume : sending && !sent ? onPause : undefined;
  return (
    <div className={styles.item}>
      <div className={styles.head}>
        <span className={styles.file}>{item.name}</span>
        <span className={styles.acts}>
          {turn && (
            <Button variant="subtle" size="compact-sm" onClick={turn}>
              {paused ? 'Resume' : 'Pause'}
            </Button>
          )}
          <Button variant="subtle" color="gray" size="compact-sm" onClick={onCancel}>
            Cancel
          </Button>
        </span>
      </div>
      <Progress
        value={share * 100}
        size="sm"
        aria-label={`Upload of ${item.file.name}`}
        animated={sent}
        striped={sent}
      />
      <div className={styles.figures}>
        <output data-held={sending?.held || undefined}>{stateWords(item, sent)}</output>
        <span>
          {formatBytes(loaded)} of {formatBytes(item.file.size)}
        </span>
        <span>{speed ? `${formatBytes(speed.bytesPerSecond)}/s` : ''}</span>
        <span>{speed ? formatTimeLeft(speed.secondsLeft) : ''}</span>
      </div>
    </div>
  );
}
