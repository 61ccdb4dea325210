import { sentenceCase } from '#lib/words.ts';
import styles from './status-mark.module.css';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle';

const tones: Record<string, Tone> = {
  READY: 'good',
  SUCCEEDED: 'good',
  DEPLOYED: 'good',
  TRAINED: 'good',
  PROCESSING: 'busy',
  RUNNING: 'busy',
  TRAINING: 'busy',
  QUEUED: 'idle',
  DRAFT: 'idle',
  CANCELLED: 'idle',
  FAILED: 'bad',
};

/** What a status of the contract looks like. */
export const toneOf = (status: string): Tone => tones[status] ?? 'idle';

const shapes: Record<Tone, React.ReactNode> = {
  good: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  busy: (
    <g>
      <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 1.75a4.25 4.25 0 0 1 0 8.5z" fill="currentColor" />
    </g>
  ),
  warn: <path d="M6 0.8 11.6 11H0.4z" fill="currentColor" />,
  bad: <path d="M6 0.3 11.7 6 6 11.7 0.3 6z" fill="currentColor" />,
  idle: <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
};

export interface StatusMarkProps {
  /** A status of the contract ("READY", "RUNNING", …), which sets tone and label. */
  status?: string;
  tone?: Tone;
  label?: string;
  /** Only the shape; the label is left for screen readers. */
  bare?: boolean;
  /** Only the shape, and nothing for screen readers: words beside it say the same. */
  silent?: boolean;
}

/** A status as colour and shape: disc good, half disc at work, triangle warning, diamond failed, ring idle. */
export function StatusMark({ status = '', tone, label, bare, silent }: StatusMarkProps) {
  const shown = tone ?? toneOf(status);
  const words = label ?? sentenceCase(status);
  return (
    <span className={styles.mark}>
      <svg
        className={`${styles.shape} ${styles[shown]}`}
        width="12"
        height="12"
        viewBox="0 0 12 12"
        aria-hidden="true"
      >
        {shapes[shown]}
      </svg>
      {!silent && <span className={bare ? 'visually-hidden' : styles.label}>{words}</span>}
    </span>
  );
}
