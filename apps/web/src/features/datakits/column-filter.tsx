import type { ColumnProfile } from '@quadrax/contract';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import styles from './datakit-view.module.css';
import {
  operandOf,
  type Operator,
  operators,
  operatorsOf,
  operatorWord,
  type PreviewFilter,
} from './preview-filter.ts';

/** A condition on one column; what does not fit its type is said at the field. */
export function ColumnFilter({
  column,
  onAdd,
}: {
  column: ColumnProfile;
  onAdd: (filter: PreviewFilter) => void;
}) {
  const choices = operatorsOf(column.type);
  const [operator, setOperator] = useState<Operator>(choices[0] ?? '=');
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const add = (): void => {
    if (operator === 'missing') return onAdd({ column: column.name, operator });
    const operand = operandOf(column.type, text);
    if ('error' in operand) return setProblem(operand.error);
    setProblem(undefined);
    onAdd({ column: column.name, operator, value: operand.value });
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <NativeSelect
        aria-label="Condition"
        value={operator}
        data={choices.map((value) => ({ value, label: operatorWord(value) }))}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setOperator(operators.find((one) => one === value) ?? '=');
        }}
      />
      <TextInput
        aria-label="Value"
        value={text}
        disabled={operator === 'missing'}
        error={problem}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setProblem(undefined);
        }}
      />
      <Button type="submit" variant="default">
        Apply
      </Button>
    </form>
  );
}
