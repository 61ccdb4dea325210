import { Button, MultiSelect, NativeSelect, TextInput } from '@mantine/core';
import { useDatakits } from './datakit-queries.ts';
import styles from './datakit-tabs.module.css';
import { choiceWords, type DraftStep, type StepField, stepForms } from './transform-steps.ts';

interface StepProps {
  draft: DraftStep;
  /** Which step it is, from 1. */
  number: number;
  /** Columns that a step may name here. */
  columns: readonly string[];
  onChange: (draft: DraftStep) => void;
  onRemove: () => void;
}

/** One step of a transformation, with its fields. */
export function TransformStep({ draft, number, columns, onChange, onRemove }: StepProps) {
  const { label, fields } = stepForms[draft.kind];
  return (
    <li className={styles.step} aria-label={`Step ${number}: ${label}`}>
      <strong>
        {number}. {label}
      </strong>
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={draft.values[field.name]}
          columns={columns}
          onChange={(value) => onChange({ ...draft, values: { ...draft.values, [field.name]: value } })}
        />
      ))}
      <Button variant="subtle" color="gray" size="sm" aria-label={`Remove step ${number}`} onClick={onRemove}>
        Remove
      </Button>
    </li>
  );
}

interface FieldProps {
  field: StepField;
  value: string | readonly string[] | undefined;
  columns: readonly string[];
  onChange: (value: string | readonly string[]) => void;
}

function Field({ field, value, columns, onChange }: FieldProps) {
  const label = field.optional === true ? `${field.label} (optional)` : field.label;
  const text = typeof value === 'string' ? value : '';
  if (field.kind === 'columns')
    return (
      <MultiSelect
        label={label}
        data={[...columns]}
        searchable
        value={Array.isArray(value) ? [...(value as readonly string[])] : []}
        onChange={onChange}
      />
    );
  if (field.kind === 'datakit') return <DatakitField label={label} value={text} onChange={onChange} />;
  if (field.kind === 'column' || field.kind === 'choice') {
    const choices = field.kind === 'column' ? columns : (field.choices ?? []);
    const options = choices.map((one) => ({
      value: one,
      label: field.kind === 'choice' ? (choiceWords[one] ?? one) : one,
    }));
    return (
      <NativeSelect
        label={label}
        value={text}
        data={field.kind === 'column' ? [{ value: '', label: 'Choose' }, ...options] : options}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      label={label}
      value={text}
      placeholder={field.placeholder}
      inputMode={field.kind === 'number' ? 'decimal' : 'text'}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function DatakitField(props: { label: string; value: string; onChange: (value: string) => void }) {
  const { data } = useDatakits({ status: 'READY', sort: 'name' });
  const known = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <NativeSelect
      label={props.label}
      value={props.value}
      data={[{ value: '', label: 'Choose' }, ...known.map(({ id, name }) => ({ value: id, label: name }))]}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}
