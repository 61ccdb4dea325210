import type { ReactNode } from 'react';
import styles from './empty-state.module.css';

export interface EmptyStateProps {
  title: string;
  /** What this place is for, in one sentence. */
  sentence: ReactNode;
  /** The button to begin. */
  action?: ReactNode;
  /** The sample to try. */
  sample?: ReactNode;
  /** Under the buttons, quietly: another way that is open from here. */
  aside?: ReactNode;
}

/** Empty is an invitation: what this place is for, the button to begin, the sample to try. */
export function EmptyState({ title, sentence, action, sample, aside }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      <div>
        <h2 className={styles.title}>{title}</h2>
        <p className={styles.sentence}>{sentence}</p>
      </div>
      {(action ?? sample) !== undefined && (
        <div className={styles.actions}>
          {action}
          {sample}
        </div>
      )}
      {aside !== undefined && <p className={styles.aside}>{aside}</p>}
    </div>
  );
}
