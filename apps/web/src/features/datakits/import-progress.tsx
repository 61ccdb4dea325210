import { Button, Progress } from '@mantine/core';
import { formatBytes, formatTimeLeft } from '#lib/format.ts';
import styles from './import-panel.module.css';
import type { UploadItem } from './upload-queue.ts';
import { speedOf } from './upload-speed.ts';

/** A file on its way: bytes, speed and time left, in places that do not move. */
export function ImportProgress({ item, onCancel }: { item: UploadItem; onCancel: () => void }) {
  const sending = item.state === 'sending' ? item : undefined;
  const share = sending && sending.total > 0 ? sending.loaded / sending.total : 0;
  const sent = share >= 1;
  const speed = sending && !sent ? speedOf(sending.samples, sending.total) : undefined;
  return (
    <div className={styles.item}>
      <div className={styles.head}>
        <span className={styles.file}>{item.name}</span>
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
        <span>
          {!sending && 'Waits for the file before it'}
          {sending && !sent && 'Uploading'}
          {sent && 'Arrived; the server is storing it'}
        </span>
        <span>
          {formatBytes(sending?.loaded ?? 0)} of {formatBytes(item.file.size)}
        </span>
        <span>{speed ? `${formatBytes(speed.bytesPerSecond)}/s` : ''}</span>
        <span>{speed ? formatTimeLeft(speed.secondsLeft) : ''}</span>
      </div>
    </div>
  );
}
