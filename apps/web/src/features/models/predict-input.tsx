import { Autocomplete, Textarea, TextInput } from '@mantine/core';
import type { PredictField } from './predict-form.ts';
import styles from './predict.module.css';

const placeholders: Partial<Record<PredictField['kind'], string>> = {
  datetime: '2024-05-17T08:30:00Z',
  time: '08:30',
};

/** One feature to fill in: what was seen in training stands below it, what is wrong in its place. */
export function PredictInput(props: {
  field: PredictField;
  value: string;
  error: string | undefined;
  /** A gentle word about a value that training never saw. */
  remark: string | undefined;
  onChange: (value: string) => void;
}) {
  const { field, value, error, remark, onChange } = props;
  const shared = {
    label: <span title={field.name}>{field.name}</span>,
    'aria-label': field.name,
    error,
    description: remark ? <span className={styles.remark}>{remark}</span> : field.seen || '\u00a0',
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as (
      | 'label'
      | 'input'
      | 'description'
      | 'error'
    )[],
    classNames: { label: styles.label },
  };
  if (field.kind === 'choice') {
    return (
      <Autocomplete
        {...shared}
        value={value}
        data={[...field.options]}
        // A category that is there already hides none of the others.
        filter={({ options, search, limit }) => {
          const part = field.options.includes(search) ? '' : search.trim().toLowerCase();
          return options
            .filter((one) => 'label' in one && one.label.toLowerCase().includes(part))
            .slice(0, limit);
        }}
        clearable
        placeholder="missing"
        limit={200}
        onChange={onChange}
      />
    );
  }
  if (field.kind === 'text') {
    return (
      <Textarea
        {...shared}
        value={value}
        autosize
        minRows={2}
        maxRows={8}
        placeholder="missing"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...shared}
      value={value}
      type={field.kind === 'date' ? 'date' : 'text'}
      inputMode={field.kind === 'number' ? 'decimal' : 'text'}
      placeholder={placeholders[field.kind] ?? 'missing'}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
