import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatNumber } from '#lib/format.ts';
import styles from './stat.module.css';

export interface StatProps {
  label: string;
  /** A number is written with four significant digits; give text where another precision is right. */
  value: number | string | null | undefined;
  unit?: string;
  /** Such as "± 0.012 over 5 folds". */
  note?: ReactNode;
  /** What the term means, for a scientist of another field. */
  explain?: string;
}

/** A number with its name, unit and sensible precision. Lay several out in a `StatRow`. */
export function Stat({ label, value, unit, note, explain }: StatProps) {
  return (
    <div className={styles.stat}>
      <dt className={styles.label}>
        {explain ? (
          <Tooltip label={explain} multiline w={260} events={{ hover: true, focus: true, touch: true }}>
            <button type="button" className={styles.explained}>
              {label}
            </button>
          </Tooltip>
        ) : (
          label
        )}
      </dt>
      <dd className={styles.value} style={{ margin: 0 }}>
        {typeof value === 'string' ? value : formatNumber(value)}
        {unit && <span className={styles.unit}>{unit}</span>}
      </dd>
      {note && (
        <dd className={styles.note} style={{ margin: 0 }}>
          {note}
        </dd>
      )}
    </div>
  );
}

/** Numbers in a row. */
export function StatRow({ children }: { children: ReactNode }) {
  return (
    <dl className={styles.row} style={{ margin: 0 }}>
      {children}
    </dl>
  );
}
