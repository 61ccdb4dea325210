import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { failureOf } from '#lib/failure.ts';
import { StatusMark } from './status-mark.tsx';
import styles from './error-state.module.css';

export interface ErrorStateProps {
  /** Anything thrown; a `QuadraxError` brings details and a request id. */
  error: unknown;
  /** What was being done: "The datakit could not be read." Absent: the error's own sentence leads. */
  title?: string;
  /** What to do about it. */
  hint?: ReactNode;
  /** The same, where the server knows nothing of what was asked for. */
  ifMissing?: string;
  onRetry?: () => void;
}

/** A failure where it happened: what is wrong, what to do, the request id to ask about, and a way to try again. */
export function ErrorState({ error, title, hint, ifMissing, onRetry }: ErrorStateProps) {
  const failure = failureOf(error);
  // What the sentence says is not said a second time.
  const details = failure.details.filter(({ message }) => message !== failure.message);
  return (
    <div className={styles.error} role="alert">
      <div className={styles.title}>
        <StatusMark tone="bad" label="Failed" bare />
        <span>{title ?? failure.message}</span>
      </div>
      {title && <p className={styles.hint}>{failure.message}</p>}
      {details.length > 0 && (
        <ul className={styles.list}>
          {details.map((detail) => (
            <li key={`${detail.field} ${detail.message}`}>
              {detail.field !== '' && <span className="mono">{detail.field}</span>} {detail.message}
            </li>
          ))}
        </ul>
      )}
      {hint && <p className={styles.hint}>{hint}</p>}
      {ifMissing && failure.code === 'NOT_FOUND' && <p className={styles.hint}>{ifMissing}</p>}
      {(onRetry ?? failure.requestId) !== undefined && (
        <div className={styles.foot}>
          {onRetry && (
            <Button variant="default" size="xs" onClick={onRetry}>
              Try again
            </Button>
          )}
          {failure.requestId && (
            <span className={styles.request}>
              Request <span className="mono">{failure.requestId}</span>
            </span>
          )}
        </div>
      )}
    </div>
  );
}
