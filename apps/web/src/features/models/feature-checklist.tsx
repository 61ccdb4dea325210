import { Button, Checkbox, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { formatInteger, formatPercent } from '#lib/format.ts';
import { rowWindow } from '#ui/row-window.ts';
import { leftOutBecause, type TrainColumn } from './train-form.ts';
import styles from './train.module.css';

const ROW = 34;
/** Columns in sight at once; the rest is scrolled to. */
const MOST_ROWS = 9;

/** The columns to predict from: all but those that teach nothing are checked; found by typing. */
export function FeatureChecklist(props: {
  columns: readonly TrainColumn[];
  rows: number;
  chosen: readonly string[];
  error: string | undefined;
  onChange: (chosen: string[]) => void;
}) {
  const { columns, rows, chosen, error, onChange } = props;
  const [typed, setTyped] = useState('');
  const id = useId();
  const [scrolled, setScrolled] = useState(0);
  const set = new Set(chosen);
  const shown = columns.filter((column) => column.name.toLowerCase().includes(typed.trim().toLowerCase()));
  const names = shown.map((column) => column.name);
  // In the order of the table, whatever was clicked first.
  const keep = (next: ReadonlySet<string>): void =>
    onChange(columns.map((column) => column.name).filter((name) => next.has(name)));
  const height = Math.min(columns.length, MOST_ROWS) * ROW + 2;
  const sight = rowWindow(shown.length, ROW, scrolled, height);
  return (
    <fieldset className={styles.features} aria-describedby={error ? id : undefined}>
      <legend>Columns to predict from</legend>
      <div className={styles.tools}>
        <TextInput
          type="search"
          size="xs"
          placeholder="Find a column"
          aria-label="Find a column"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button variant="subtle" size="compact-xs" onClick={() => keep(new Set([...chosen, ...names]))}>
          All
        </Button>
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => keep(new Set(chosen.filter((name) => !names.includes(name))))}
        >
          None
        </Button>
        <span className={styles.quiet}>
          {formatInteger(chosen.length)} of {formatInteger(columns.length)}
        </span>
      </div>
      <div
        className={styles.list}
        style={{ height }}
        data-error={Boolean(error)}
        tabIndex={-1}
        onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
      >
        <div style={{ height: shown.length * ROW, position: 'relative' }}>
          {shown.slice(sight.from, sight.to).map((column, place) => {
            const start = (sight.from + place) * ROW;
            return (
              <label
                key={column.name}
                className={styles.feature}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Checkbox
                  size="xs"
                  checked={set.has(column.name)}
                  onChange={(event) => {
                    const next = new Set(set);
                    if (event.currentTarget.checked) next.add(column.name);
                    else next.delete(column.name);
                    keep(next);
                  }}
                />
                <span className={styles.column} title={column.name}>
                  {column.name}
                </span>
                <span className={styles.kind}>{remark(column, rows)}</span>
              </label>
            );
          })}
        </div>
        {shown.length === 0 && <p className={styles.quiet}>No column of that name.</p>}
      </div>
      {error && (
        <p id={id} className={styles.error} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function remark(column: TrainColumn, rows: number): string {
  const why = leftOutBecause(column);
  const missing = column.missing ?? 0;
  const parts = [why === 'identifier' ? 'identifier, tells rows apart and nothing else' : column.type];
  if (why === 'constant') parts.push('constant');
  if (missing > 0 && rows > 0) parts.push(`${formatPercent(missing / rows)} missing`);
  return parts.join(' · ');
}
