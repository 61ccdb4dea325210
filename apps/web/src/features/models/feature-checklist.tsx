import { Button, Checkbox, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { formatInteger, formatPercent } from '#lib/format.ts';
import { rowWindow } from '#ui/row-window.ts';
import { StatusMark } from '#ui/status-mark.tsx';
import { leftOutBecause, type TrainColumn } from './train-columns.ts';
import styles from './train.module.css';

const ROW = 34;
/** Columns in sight at once, all of them whole; the rest is scrolled to. */
const MOST_ROWS = 12;

/** The columns to predict from: all but those that teach nothing are checked; found by typing. */
export function FeatureChecklist(props: {
  columns: readonly TrainColumn[];
  target: string;
  rows: number;
  chosen: readonly string[];
  error: string | undefined;
  onChange: (chosen: string[]) => void;
}) {
  const { columns, target, rows, chosen, error, onChange } = props;
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
        data-faulty={Boolean(error)}
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
                <Remark column={column} target={target} rows={rows} />
              </label>
            );
          })}
        </div>
        {shown.length === 0 && <p className={styles.quiet}>No column of that name.</p>}
      </div>
      {shown.length > MOST_ROWS && (
        <p className={styles.more}>
          {MOST_ROWS} of {formatInteger(shown.length)} columns are in sight; scroll the list for the others.
        </p>
      )}
      <Doubts columns={columns} chosen={set} target={target} />
      {error && (
        <p id={id} className={styles.error} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

const reasons = {
  empty: () => 'empty',
  constant: () => 'constant',
  identifier: () => 'identifier',
  leak: (target: string) => `likely leak of ${target}`,
};

/** What a column is, and why it is best left out. */
function Remark({ column, target, rows }: { column: TrainColumn; target: string; rows: number }) {
  const why = leftOutBecause(column, target);
  const missing = column.missing ?? 0;
  const parts = [
    ...(why === 'identifier' ? [] : [column.type]),
    ...(why === undefined ? [] : [reasons[why](target)]),
    ...(missing > 0 && rows > 0 && why !== 'empty' ? [`${formatPercent(missing / rows)} missing`] : []),
  ].join(' · ');
  return (
    <span className={styles.kind} title={parts}>
      {why === 'leak' && <StatusMark tone="warn" silent />} {parts}
    </span>
  );
}

/** Why columns are best left out, and what may go wrong with those that are chosen all the same. */
function Doubts(props: { columns: readonly TrainColumn[]; chosen: ReadonlySet<string>; target: string }) {
  const { columns, chosen, target } = props;
  const named = (reason: 'leak' | 'identifier', isChosen: boolean): string[] =>
    columns.flatMap((column) =>
      leftOutBecause(column, target) === reason && chosen.has(column.name) === isChosen ? [column.name] : [],
    );
  const [leaks, identifiers] = [named('leak', true), named('identifier', true)];
  const [leftLeaks, leftIdentifiers] = [named('leak', false), named('identifier', false)];
  return (
    <output className={styles.remarks}>
      {leaks.length > 0 && (
        <span className={styles.warning}>
          {listed(leaks)} likely {leaks.length === 1 ? 'gives' : 'give'} {target} away: the model would look
          better than it is. Leave out what is not known before {target} is.
        </span>
      )}
      {identifiers.length > 0 && (
        <span className={styles.warning}>
          {listed(identifiers)} {identifiers.length === 1 ? 'tells' : 'tell'} rows apart: what is learnt from
          that does not hold for new rows.
        </span>
      )}
      {leftLeaks.length > 0 && (
        <span className={styles.more}>
          Left out: {listed(leftLeaks)}, which likely {leftLeaks.length === 1 ? 'gives' : 'give'} {target}{' '}
          away.
        </span>
      )}
      {leftIdentifiers.length > 0 && (
        <span className={styles.more}>
          Left out: {listed(leftIdentifiers)}, which {leftIdentifiers.length === 1 ? 'tells' : 'tell'} rows
          apart and nothing else.
        </span>
      )}
    </output>
  );
}

const MOST_LISTED = 3;
const listed = (names: readonly string[]): string =>
  names.length > MOST_LISTED
    ? `${names.slice(0, MOST_LISTED).join(', ')} and ${names.length - MOST_LISTED} more`
    : names.join(', ');
