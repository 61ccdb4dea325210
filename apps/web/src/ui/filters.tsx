import type { ReactNode } from 'react';
import styles from './filters.module.css';

/** The controls that narrow a list, in a line that wraps; the first, the search, takes the room. */
export function Filters({ children }: { children: ReactNode }) {
  return <search className={styles.filters}>{children}</search>;
}
