import { Button, NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './filters.module.css';

/** The controls that narrow a list, in a line that wraps; a search among them takes the room. */
export function Filters({ children }: { children: ReactNode }) {
  return <search className={styles.filters}>{children}</search>;
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

export interface FilterChoiceProps<T extends string> {
  label: string;
  /** The choice that narrows nothing: "Any state". */
  any: string;
  value: T | undefined;
  choices: readonly Choice<T>[];
  onChoose: (value: T | undefined) => void;
}

/** One of a few values, or any. */
export function FilterChoice<T extends string>(props: FilterChoiceProps<T>) {
  const { label, any, value, choices, onChoose } = props;
  return (
    <NativeSelect
      aria-label={label}
      value={value ?? ''}
      data={[{ value: '', label: any }, ...choices]}
      onChange={({ currentTarget }) =>
        onChoose(choices.find((choice) => choice.value === currentTarget.value)?.value)
      }
    />
  );
}

/** Says that the list is about one thing only, and takes that back. */
export function FilterOnly({ name, onClear }: { name: string; onClear: () => void }) {
  return (
    <Button variant="default" onClick={onClear}>
      Only {name} · Show all
    </Button>
  );
}
