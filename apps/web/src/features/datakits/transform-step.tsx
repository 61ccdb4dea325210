import { Button, MultiSelect, NativeSelect, Select, TextInput } from '@mantine/core';
import { useRef } from 'react';
import { flushSync } from 'react-dom';
import { ColumnNames } from './column-names.tsx';
import { useDatakit } from './datakit-queries.ts';
import { useDatakitSearch } from './datakit-search.tsx';
import styles from './datakit-tabs.module.css';
import { putBetween } from './sql-name.ts';
import { faultText, type StepFault } from './transform-preview.ts';
import {
  choiceWords,
  type DraftStep,
  type StepField,
  stepForms,
  type StepValues,
} from './transform-steps.ts';

interface StepProps {
  draft: DraftStep;
  /** Which step it is, from 1. */
  number: number;
  /** The columns as they are after the steps before it. */
  columns: readonly string[];
  /** What it leaves, where that is known: "60 rows, 3 columns after it". */
  left: string | undefined;
  faults: readonly StepFault[];
  onChange: (draft: DraftStep) => void;
  onRemove: () => void;
}

/** One step of a transformation, with its fields, what it leaves and what is wrong with it. */
export function TransformStep({ draft, number, columns, left, faults, onChange, onRemove }: StepProps) {
  const { label, fields } = stepForms[draft.kind];
  return (
    <li className={styles.step} aria-label={`Step ${number}: ${label}`}>
      <div className={styles.stephead}>
        <div>
          <strong>
            {number}. {label}
          </strong>
          {left !== undefined && <span className={styles.quiet}>{left}</span>}
        </div>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          aria-label={`Remove step ${number}`}
          onClick={onRemove}
        >
          Remove
        </Button>
      </div>
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          values={draft.values}
          columns={columns}
          wrong={faults.some((fault) => fault.field === field.name)}
          onChange={(value) => onChange({ ...draft, values: { ...draft.values, [field.name]: value } })}
        />
      ))}
      {faults.length > 0 && (
        <div className={styles.faults} role="alert">
          {faults.map((fault) => (
            <p key={fault.message}>{faultText(draft.kind, number, fault)}</p>
          ))}
        </div>
      )}
    </li>
  );
}

interface FieldProps {
  field: StepField;
  values: StepValues;
  columns: readonly string[];
  /** What is wrong with it is said below the step. */
  wrong: boolean;
  onChange: (value: string | readonly string[]) => void;
}

function Field(props: FieldProps) {
  const { field, values, columns, wrong, onChange } = props;
  const value = values[field.name];
  const label = field.optional === true ? `${field.label} (optional)` : field.label;
  const text = typeof value === 'string' ? value : '';
  const chosen = Array.isArray(value) ? (value as readonly string[]) : [];
  switch (field.kind) {
    case 'columns':
      return (
        <MultiSelect
          label={label}
          data={[...new Set([...columns, ...chosen])].map((name) => ({
            value: name,
            label: columns.includes(name) ? name : `${name} (no longer here)`,
          }))}
          searchable
          error={wrong}
          value={[...chosen]}
          onChange={onChange}
        />
      );
    case 'datakit':
      return <DatakitField label={label} value={text} wrong={wrong} onChange={onChange} />;
    case 'column':
      return <ColumnField {...{ label, value: text, columns, wrong, onChange }} />;
    case 'columnThere':
      return <ColumnThere {...{ label, value: text, wrong, onChange }} datakitId={values['datakitId']} />;
    case 'expression':
      return <ExpressionField {...props} label={label} value={text} />;
    case 'choice':
      return (
        <NativeSelect
          label={label}
          error={wrong}
          value={text}
          data={(field.choices ?? []).map((one) => ({ value: one, label: choiceWords[one] ?? one }))}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'text':
    case 'number':
      return (
        <TextInput
          label={label}
          error={wrong}
          value={text}
          placeholder={field.placeholder}
          inputMode={field.kind === 'number' ? 'decimal' : 'text'}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

interface ChoiceProps {
  label: string;
  value: string;
  wrong: boolean;
  onChange: (value: string) => void;
}

/** One of the columns. One that an earlier step has taken away since stays chosen, and says so. */
function ColumnField(props: ChoiceProps & { columns: readonly string[]; disabled?: boolean }) {
  const { label, value, columns, wrong, onChange } = props;
  const gone = value !== '' && !columns.includes(value);
  return (
    <NativeSelect
      label={label}
      error={wrong}
      value={value}
      disabled={props.disabled}
      data={[
        { value: '', label: 'Choose' },
        ...(gone ? [{ value, label: `${value} (no longer here)` }] : []),
        ...columns.map((name) => ({ value: name, label: name })),
      ]}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** A column of the datakit that is joined. */
function ColumnThere(props: ChoiceProps & { datakitId: string | readonly string[] | undefined }) {
  const { datakitId, ...rest } = props;
  const id = typeof datakitId === 'string' && datakitId !== '' ? datakitId : undefined;
  const { data } = useDatakit(id);
  const columns = data?.columns.map(({ name }) => name) ?? (rest.value === '' ? [] : [rest.value]);
  return <ColumnField {...rest} columns={columns} disabled={id === undefined} />;
}

function ExpressionField(props: FieldProps & { label: string; value: string }) {
  const { field, label, value, columns, wrong, onChange } = props;
  const input = useRef<HTMLInputElement>(null);
  /** In place of what is selected, clear of the words beside it; the caret goes behind it. */
  const insert = (name: string): void => {
    const element = input.current;
    const start = element?.selectionStart ?? value.length;
    const end = element?.selectionEnd ?? start;
    const [before, after] = [value.slice(0, start), value.slice(end)];
    const text = putBetween(before, name, after);
    // At once, so that what is typed next is typed behind it.
    flushSync(() => onChange(before + text + after));
    element?.focus();
    element?.setSelectionRange(start + text.length, start + text.length);
  };
  return (
    <>
      <TextInput
        ref={input}
        label={label}
        error={wrong}
        value={value}
        placeholder={field.placeholder}
        spellCheck={false}
        className={styles.expression}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <ColumnNames columns={columns} into={`“${field.label}”`} onInsert={insert} />
    </>
  );
}

function DatakitField({ label, value, wrong, onChange }: ChoiceProps) {
  const { data: chosen } = useDatakit(value === '' ? undefined : value);
  const { shown, select } = useDatakitSearch(chosen, { status: 'READY' });
  return (
    <Select
      {...select}
      label={label}
      placeholder="Type a name"
      error={wrong || select.error}
      value={value === '' ? null : value}
      data={shown.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={(id) => id !== null && onChange(id)}
    />
  );
}
