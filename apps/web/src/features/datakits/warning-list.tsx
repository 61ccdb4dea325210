import type { ProfileWarning } from '@quadrax/contract';
import styles from './datakit-view.module.css';

/** What stands out in the data. A warning about a column leads to it, and to the rows it speaks of. */
export function WarningList(props: {
  warnings: readonly ProfileWarning[];
  onChoose: (warning: ProfileWarning) => void;
}) {
  if (props.warnings.length === 0) {
    return <p className={styles.quiet}>No constant, leaking or repeated columns, no rows twice.</p>;
  }
  return (
    <ul className={styles.warnings}>
      {props.warnings.map((warning) => (
        <li key={`${warning.code} ${warning.column ?? ''} ${warning.message}`}>
          {warning.column === undefined ? (
            <span>{warning.message}</span>
          ) : (
            <button type="button" onClick={() => props.onChoose(warning)}>
              {!warning.message.includes(warning.column) && <strong>{warning.column}: </strong>}
              {warning.message}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
