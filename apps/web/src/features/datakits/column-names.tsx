import { Button } from '@mantine/core';
import { useState } from 'react';
import { formatInteger } from '#lib/format.ts';
import styles from './column-names.module.css';
import { quotedAmong } from './sql-name.ts';

const shown = 16;

/** The columns that an expression may name: a click puts one in, in quotes where it needs them. */
export function ColumnNames(props: {
  columns: readonly string[];
  /** What they are put into, for those who do not see it. */
  into: string;
  onInsert: (text: string) => void;
}) {
  const { columns, into, onInsert } = props;
  const [all, setAll] = useState(false);
  const quotedOne = columns.map((name) => quotedAmong(name, columns)).find((name) => name.startsWith('"'));
  return (
    <div className={styles.names}>
      <ul className={styles.list} aria-label={`Columns to put into ${into}`} data-all={all || undefined}>
        {(all ? columns : columns.slice(0, shown)).map((name) => (
          <li key={name}>
            <button
              type="button"
              title={`Put ${quotedAmong(name, columns)} into ${into}`}
              // The caret stays where it was.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onInsert(quotedAmong(name, columns))}
            >
              {name}
            </button>
          </li>
        ))}
      </ul>
      {columns.length > shown && (
        <Button variant="subtle" size="compact-xs" onClick={() => setAll(!all)}>
          {all ? 'Fewer columns' : `All ${formatInteger(columns.length)} columns`}
        </Button>
      )}
      <p className={styles.hint}>
        Click a column to put it in. A name with a space or another sign is written in double quotes, such as{' '}
        <code>{quotedOne ?? '"body mass"'}</code>; text in single ones, such as <code>&apos;Bern&apos;</code>.
      </p>
    </div>
  );
}
