import { readNumber } from '#lib/numbers.ts';
import type { Step } from './datakit-work.ts';

export type StepKind = Step['step'];

/** A field of a step's form. */
export interface StepField {
  readonly name: string;
  readonly label: string;
  /** `columnThere` is one of the chosen datakit, `expression` is SQL over the columns. */
  readonly kind:
    | 'column'
    | 'columns'
    | 'columnThere'
    | 'text'
    | 'expression'
    | 'number'
    | 'choice'
    | 'datakit';
  readonly choices?: readonly string[];
  readonly placeholder?: string;
  readonly optional?: boolean;
}

export interface StepForm {
  readonly label: string;
  readonly fields: readonly StepField[];
}

/** What is typed into a step's form, by field. */
export type StepValues = Readonly<Record<string, string | readonly string[]>>;

const column: StepField = { name: 'column', label: 'Column', kind: 'column' };
const columns: StepField = { name: 'columns', label: 'Columns', kind: 'columns' };
const seed: StepField = { name: 'seed', label: 'Seed', kind: 'number', placeholder: '1', optional: true };

/** The form of every step, in the order they are offered. */
export const stepForms: Readonly<Record<StepKind, StepForm>> = {
  filter: {
    label: 'Filter rows',
    fields: [{ name: 'where', label: 'Rows stay where', kind: 'expression', placeholder: 'age > 30' }],
  },
  derive: {
    label: 'Derive a column',
    fields: [
      { name: 'name', label: 'New column', kind: 'text' },
      { name: 'expression', label: 'Expression', kind: 'expression', placeholder: 'price * 1.2' },
    ],
  },
  rename: { label: 'Rename', fields: [column, { name: 'to', label: 'New name', kind: 'text' }] },
  cast: {
    label: 'Change type',
    fields: [
      column,
      {
        name: 'type',
        label: 'Type',
        kind: 'choice',
        choices: ['numeric', 'integer', 'text', 'datetime', 'time', 'boolean'],
      },
      { name: 'onFailure', label: 'What does not fit', kind: 'choice', choices: ['null', 'refuse'] },
      { name: 'format', label: 'Date format', kind: 'text', placeholder: '%d.%m.%Y', optional: true },
    ],
  },
  impute: {
    label: 'Fill missing values',
    fields: [
      columns,
      { name: 'method', label: 'By', kind: 'choice', choices: ['median', 'mean', 'mode', 'constant'] },
      { name: 'value', label: 'Constant', kind: 'text', optional: true },
    ],
  },
  tidy: {
    label: 'Tidy text',
    fields: [
      column,
      { name: 'spaces', label: 'Spaces at the ends', kind: 'choice', choices: ['trim', 'leave'] },
      { name: 'case', label: 'Case', kind: 'choice', choices: ['keep', 'common', 'lower', 'upper'] },
    ],
  },
  drop: { label: 'Drop columns', fields: [columns] },
  keep: { label: 'Keep columns', fields: [columns] },
  encode: {
    label: 'Encode',
    fields: [column, { name: 'method', label: 'As', kind: 'choice', choices: ['one_hot', 'ordinal'] }],
  },
  join: {
    label: 'Join',
    fields: [
      { name: 'datakitId', label: 'Datakit', kind: 'datakit' },
      { ...column, name: 'left', label: 'Column here' },
      { name: 'right', label: 'Column there', kind: 'columnThere' },
      { name: 'type', label: 'Rows', kind: 'choice', choices: ['left', 'inner'] },
      { name: 'prefix', label: 'Prefix', kind: 'text', optional: true },
    ],
  },
  sort: {
    label: 'Sort',
    fields: [column, { name: 'order', label: 'Order', kind: 'choice', choices: ['ascending', 'descending'] }],
  },
  deduplicate: { label: 'Drop repeated rows', fields: [{ ...columns, optional: true }] },
  sample: { label: 'Sample', fields: [{ name: 'rows', label: 'Rows', kind: 'number' }, seed] },
  split: {
    label: 'Split in two',
    fields: [
      { name: 'testShare', label: 'Share kept back', kind: 'number', placeholder: '0.2' },
      seed,
      { name: 'stratify', label: 'Same shares of', kind: 'column', optional: true },
    ],
  },
};

/** How a choice reads. */
export const choiceWords: Readonly<Record<string, string>> = {
  null: 'Make it missing',
  refuse: 'Refuse',
  one_hot: 'A column for each value',
  ordinal: 'Numbers in order',
  trim: 'Take away',
  leave: 'Leave',
  keep: 'Leave as it is',
  common: 'As most rows write it',
  lower: 'all small letters',
  upper: 'ALL CAPITALS',
  left: 'All of here',
  inner: 'Only those that match',
};

export interface DraftStep {
  /** Tells the forms apart; no meaning beyond. */
  readonly key: number;
  readonly kind: StepKind;
  readonly values: StepValues;
}

/** A form as it opens: the first of every choice is chosen. */
export const newDraft = (kind: StepKind, key: number, values: StepValues = {}): DraftStep => ({
  key,
  kind,
  values: {
    ...Object.fromEntries(
      stepForms[kind].fields.flatMap(({ name, choices }) => (choices ? [[name, choices[0] ?? '']] : [])),
    ),
    ...values,
  },
});

/** Makes one value of those of a column that differ only in case or in spaces. */
export const tidyDraft = (name: string, key: number): DraftStep =>
  newDraft('tidy', key, { column: name, case: 'common' });

const isEmpty = (value: string | readonly string[] | undefined): boolean =>
  value === undefined || value.length === 0;

/** The step that a form says, as the API takes it; undefined while something is still to be filled in. */
export function stepOf({ kind, values }: DraftStep): Step | undefined {
  const { fields } = stepForms[kind];
  if (fields.some(({ name, optional }) => optional !== true && isEmpty(values[name]))) return undefined;
  const filled = fields.flatMap(({ name, kind: field }): [string, unknown][] => {
    const value = values[name];
    if (isEmpty(value)) return [];
    return [[name, field === 'number' ? readNumber(String(value)) : value]];
  });
  const given = Object.fromEntries(filled);
  if (kind === 'sort')
    return {
      step: 'sort',
      by: [{ column: String(given['column']), descending: given['order'] === 'descending' }],
    };
  if (kind === 'join') {
    const { left, right, ...rest } = given;
    return { step: 'join', on: [{ left, right }], ...rest } as Step;
  }
  if (kind === 'tidy') {
    const { spaces, ...rest } = given;
    return { step: 'tidy', trim: spaces === 'trim', ...rest } as Step;
  }
  return { step: kind, ...given } as Step;
}
