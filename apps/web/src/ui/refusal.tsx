import { StatusMark } from './status-mark.tsx';
import styles from './refusal.module.css';

/** What is wrong with the form as a whole; the place is there before, so that readers hear it. */
export function Refusal({ message }: { message: string | undefined }) {
  return (
    <div role="alert">
      {message !== undefined && (
        <div className={styles.refusal}>
          <StatusMark tone="bad" label="Refused" bare />
          <span>{message}</span>
        </div>
      )}
    </div>
  );
}
