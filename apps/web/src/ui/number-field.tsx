import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import { numberFault, type NumberSteps, readNumber, steppedNumber } from '#lib/numbers.ts';

export interface NumberFieldProps
  extends
    NumberSteps,
    Omit<TextInputProps, 'value' | 'defaultValue' | 'onChange' | 'type' | keyof NumberSteps> {
  /** '' where there is none; NaN where what was typed is no number. */
  value: number | '';
  onChange: (value: number | '') => void;
  /** What is counted, behind the number: "%", "s", "folds". */
  unit?: string;
}

const same = (a: number | '', b: number | ''): boolean => Object.is(a, b);
const textOf = (value: number | ''): string => (Number.isNaN(value) ? '' : String(value));

/**
 * A number to type, with a point or a comma before its decimals. What is no number stays as it was typed and is said
 * to be none: it never becomes another number. One outside the bounds is said to be so; whether it may be sent is the
 * form's to decide.
 */
export function NumberField(props: NumberFieldProps) {
  const { value, onChange, unit, min, max, whole, step, stepFrom, error, onBlur, ...rest } = props;
  const [text, setText] = useState(textOf(value));
  const read = readNumber(text);
  // What was typed stands as long as it says what the form holds.
  const shown = same(read, value) ? text : textOf(value);
  const put = (typed: string): void => {
    setText(typed);
    onChange(readNumber(typed));
  };
  return (
    <TextInput
      inputMode="decimal"
      autoComplete="off"
      {...rest}
      value={shown}
      error={error ?? (rest.disabled ? undefined : numberFault(value, { min, max, whole }))}
      {...(unit !== undefined && {
        rightSection: <span aria-hidden="true">{unit}</span>,
        rightSectionWidth: `calc(${unit.length}ch + 20px)`,
        rightSectionPointerEvents: 'none',
      })}
      onChange={(event) => put(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
        event.preventDefault();
        put(String(steppedNumber(value, event.key === 'ArrowUp' ? 1 : -1, { min, max, step, stepFrom })));
      }}
      onBlur={(event) => {
        // "0,10" is shown as the number that it was read as.
        if (read !== '' && !Number.isNaN(read)) setText(String(read));
        onBlur?.(event);
      }}
    />
  );
}
