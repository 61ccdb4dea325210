import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import { notANumber, readNumber } from '#lib/numbers.ts';

export interface NumberFieldProps extends Omit<
  TextInputProps,
  'value' | 'defaultValue' | 'onChange' | 'type' | 'min' | 'max' | 'step'
> {
  /** '' where there is none; NaN where what was typed is no number. */
  value: number | '';
  onChange: (value: number | '') => void;
  /** What is counted, behind the number: "%", "s", "folds". */
  unit?: string;
  min?: number;
  max?: number;
  /** What an arrow key adds. */
  step?: number;
}

const same = (a: number | '', b: number | ''): boolean => Object.is(a, b);
const textOf = (value: number | ''): string => (Number.isNaN(value) ? '' : String(value));

/**
 * A number to type, with a point or a comma before its decimals. What is no number stays as it was typed and is said
 * to be none: it never becomes another number.
 */
export function NumberField(props: NumberFieldProps) {
  const { value, onChange, unit, min = -Infinity, max = Infinity, step = 1, error, onBlur, ...rest } = props;
  const [text, setText] = useState(textOf(value));
  const read = readNumber(text);
  // What was typed stands as long as it says what the form holds.
  const shown = same(read, value) ? text : textOf(value);
  const put = (typed: string): void => {
    setText(typed);
    onChange(readNumber(typed));
  };
  const stepBy = (sign: number): void => {
    const from = typeof value === 'number' && !Number.isNaN(value) ? value : Math.max(0, min);
    const next = Math.min(max, Math.max(min, from + sign * step));
    put(String(Number(next.toPrecision(12))));
  };
  return (
    <TextInput
      inputMode="decimal"
      autoComplete="off"
      {...rest}
      value={shown}
      error={error ?? (Number.isNaN(value) ? notANumber : undefined)}
      {...(unit !== undefined && {
        rightSection: <span aria-hidden="true">{unit}</span>,
        rightSectionWidth: `calc(${unit.length}ch + 20px)`,
        rightSectionPointerEvents: 'none',
      })}
      onChange={(event) => put(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
        event.preventDefault();
        stepBy(event.key === 'ArrowUp' ? 1 : -1);
      }}
      onBlur={(event) => {
        // "0,10" is shown as the number that it was read as.
        if (read !== '' && !Number.isNaN(read)) setText(String(read));
        onBlur?.(event);
      }}
    />
  );
}
