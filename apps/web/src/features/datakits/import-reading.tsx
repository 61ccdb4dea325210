import type { StatedReading } from '@quadrax/contract';
import { textEncodings } from '@quadrax/contract/text-encodings';
import { NativeSelect, TextInput } from '@mantine/core';
import styles from './import-panel.module.css';
import { encodingWords } from './quick-decode.ts';
import { delimiterChoices, delimiterName, type QuickLook } from './quick-look.ts';
import type { UploadItem } from './upload-queue.ts';

const guess = (found: string | undefined): Choice => ({
  value: '',
  label: found === undefined ? 'Found by itself' : `Found: ${found}`,
});

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

interface Choice {
  readonly value: string;
  readonly label: string;
}

const encodings: readonly Choice[] = Object.entries(textEncodings).map(([value, label]) => ({
  value,
  label,
}));
const delimiters: readonly Choice[] = delimiterChoices.map((value) => ({
  value,
  label: capital(delimiterName(value)),
}));
const headers: readonly Choice[] = [
  { value: 'yes', label: 'Names of the columns' },
  { value: 'no', label: 'Values' },
];
const orders: readonly Choice[] = [
  { value: 'month-first', label: '6 February: month first' },
  { value: 'day-first', label: '2 June: day first' },
];

/** What is found of a file by its bytes, and the choice to state it instead. The look at it follows at once. */
export function ImportReading(props: { item: UploadItem; onRead: (reading: StatedReading) => void }) {
  const { reading, look } = props.item;
  if (!look || look.format === 'parquet') return null;
  const state = (name: keyof StatedReading, value: string): void => {
    const { [name]: _before, ...others } = reading;
    props.onRead(value === '' ? others : { ...others, [name]: value });
  };
  const choice = (
    name: keyof StatedReading,
    label: string,
    found: string | undefined,
    data: readonly Choice[],
  ) => (
    <NativeSelect
      label={label}
      value={reading[name] ?? ''}
      data={[guess(name in reading ? undefined : found), ...data]}
      onChange={(event) => state(name, event.currentTarget.value)}
    />
  );
  const text = look.format !== 'xlsx';
  const delimited = look.format === 'csv';
  return (
    <fieldset className={styles.reading} aria-label="How it is read">
      {text && choice('encoding', 'Encoding', look.encoding && encodingWords(look.encoding), encodings)}
      {delimited && choice('delimiter', 'Between cells', delimiterOf(look), delimiters)}
      {(delimited || !text) && choice('header', 'First row', headerOf(look), headers)}
      {choice('dateOrder', 'Dates such as 02/06', undefined, orders)}
      {!text && (
        <TextInput
          label="Sheet"
          placeholder="The first with a table"
          value={reading.sheet ?? ''}
          maxLength={255}
          onChange={(event) => state('sheet', event.currentTarget.value)}
        />
      )}
    </fieldset>
  );
}

const delimiterOf = ({ delimiter }: QuickLook) =>
  delimiter === undefined ? undefined : delimiterName(delimiter);
const headerOf = ({ header }: QuickLook) => (header === undefined ? undefined : header ? 'names' : 'values');
