import { Button, Progress } from '@mantine/core';
import { formatBytes, formatTimeLeft } from '#lib/format.ts';
import styles from './import-panel.module.css';
import type { UploadItem } from './upload-queue.ts';
import { speedOf } from './upload-speed.ts';

function stateWords(state: UploadItem['state'], sent: boolean): string {
  if (state === 'paused') return 'Paused: what has arrived is kept for 24 hours';
  if (state !== 'sending') return 'Waits for the file before it';
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
  const loaded = item.state === 'sending' || item.state === 'paused' ? item.loaded : 0;
  const share = item.file.size > 0 ? loaded / item.file.size : 0;
  const sent = !paused && share >= 1;
  const speed = sending && !sent ? speedOf(sending.samples, sending.total) : undefined;
  return (
    <div className={styles.item}>
      <div className={styles.head}>
        <span className={styles.file}>{item.name}</span>
        {sending && !sent && onPause && (
          <Button variant="subtle" size="compact-sm" onClick={onPause}>
            Pause
          </Button>
        )}
        {paused && onResume && (
          <Button variant="subtle" size="compact-sm" onClick={onResume}>
            Resume
          </Button>
        )}
        <Button variant="subtle" color="gray" size="compact-sm" onClick={onCancel}>
          Cancel
        </Button>
      </div>
      <Progress
        value={share * 100}
        size="sm"
        aria-label={`Upload of ${item.file.name}`}
        animated={sent}
        striped={sent}
      />
      <div className={styles.figures}>
        <span>{stateWords(item.state, sent)}</span>
        <span>
          {formatBytes(loaded)} of {formatBytes(item.file.size)}
        </span>
        <span>{speed ? `${formatBytes(speed.bytesPerSecond)}/s` : ''}</span>
        <span>{speed ? formatTimeLeft(speed.secondsLeft) : ''}</span>
      </div>
    </div>
  );
}
