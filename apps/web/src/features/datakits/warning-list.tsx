import type { ProfileWarning } from '@quadrax/contract';
import { Link } from '@tanstack/react-router';
import { useMayWrite } from '#lib/session.ts';
import styles from './datakit-view.module.css';

/** What stands out in the data. A warning about a column leads to it, and to the rows it speaks of. */
export function WarningList(props: {
  datakitId: string;
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
              {!warning.message.includes(`"${warning.column}"`) && <strong>{warning.column}: </strong>}
              {warning.message}
            </button>
          )}
          <TidyLink datakitId={props.datakitId} warning={warning} />
        </li>
      ))}
    </ul>
  );
}

/** Of values that are spelt in several ways: the way to a step that makes one of them. */
export function TidyLink({ datakitId, warning }: { datakitId: string; warning: ProfileWarning }) {
  const mayWrite = useMayWrite();
  const { code, column } = warning;
  if (!mayWrite || code !== 'SPELLINGS' || column === undefined) return null;
  return (
    <Link
      className={styles.tidy}
      to="/datakits/$id"
      params={{ id: datakitId }}
      search={{ tab: 'transform', tidy: column }}
      resetScroll={false}
    >
      Tidy {column}
    </Link>
  );
}
