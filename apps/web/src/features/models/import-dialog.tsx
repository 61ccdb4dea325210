import type { ImportFramework, Model } from '@quadrax/contract';
import { Button, FileButton, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { DragEvent, ReactNode } from 'react';
import { formatBytes } from '#lib/format.ts';
import { SendForm } from '#ui/send-form.tsx';
import styles from './import-dialog.module.css';
import { useImportModel } from './model-files.ts';

const frameworks: readonly { value: ImportFramework; label: string }[] = [
  { value: 'ONNX', label: 'Another tool' },
  { value: 'SKLEARN', label: 'scikit-learn' },
  { value: 'XGBOOST', label: 'XGBoost' },
  { value: 'PYTORCH', label: 'PyTorch' },
  { value: 'TENSORFLOW', label: 'TensorFlow' },
];

interface Values {
  /** The file, by the name of its field in the API. */
  model: File | null;
  name: string;
  framework: ImportFramework;
  features: string;
  classes: string;
}

/** What is wrong with the file itself is said beside it, until another is chosen. */
const ofTheFile = { TOO_LARGE: 'model', EMPTY_FILE: 'model' };

const namesOf = (text: string): string[] | undefined =>
  text.trim() === '' ? undefined : text.split(',').map((name) => name.trim());

const nameOf = (file: File): string => file.name.replace(/\.onnx$/i, '');

/** Takes a model that was trained elsewhere, as an ONNX file that is dropped or chosen. */
export function ImportDialog(props: { onClose: () => void; onImported: (model: Model) => void }) {
  const importing = useImportModel();
  const form = useForm<Values>({
    initialValues: { model: null, name: '', framework: 'ONNX', features: '', classes: '' },
    validate: { model: (file) => (file ? null : 'Choose an .onnx file.') },
  });
  const take = (file: File | null | undefined): void => {
    if (!file) return;
    // A name that nobody typed goes with its file.
    const { model: before, name } = form.getValues();
    if (name === '' || name === (before && nameOf(before))) form.setFieldValue('name', nameOf(file));
    form.setFieldValue('model', file);
    form.clearFieldError('model');
  };
  return (
    <Modal opened onClose={props.onClose} title="Import a model" size={520}>
      <SendForm
        form={form}
        send={({ model, name, framework, features, classes }) =>
          importing.mutateAsync({
            file: model ?? new File([], ''),
            name: name.trim() || undefined,
            framework,
            features: namesOf(features),
            classes: namesOf(classes),
          })
        }
        onDone={props.onImported}
        byCode={ofTheFile}
        verb="Import"
        place="dialog"
      >
        <FilePlace file={form.values.model} problem={form.errors['model']} take={take} />
        <TextInput label="Name" maxLength={255} {...form.getInputProps('name')} />
        <NativeSelect label="Made with" data={[...frameworks]} {...form.getInputProps('framework')} />
        <TextInput
          label="Columns"
          description="Where the file names none: in their order, with commas between."
          {...form.getInputProps('features')}
        />
        <TextInput
          label="Classes"
          description="Where the file names none: in the order of its outputs."
          {...form.getInputProps('classes')}
        />
      </SendForm>
    </Modal>
  );
}

/** Keeps what is dropped here from the rest of the page, which takes files for data. */
const own = (event: DragEvent): void => {
  event.preventDefault();
  event.stopPropagation();
};

function FilePlace(props: {
  file: File | null;
  problem: ReactNode;
  take: (file: File | null | undefined) => void;
}) {
  const { file, problem, take } = props;
  return (
    <div
      className={styles.place}
      onDragEnter={own}
      onDragLeave={own}
      onDragOver={own}
      onDrop={(event) => {
        own(event);
        take(event.dataTransfer.files[0]);
      }}
    >
      <FileButton onChange={take} accept=".onnx">
        {(button) => (
          <Button variant="default" data-autofocus {...button}>
            {file ? 'Choose another file' : 'Choose an .onnx file'}
          </Button>
        )}
      </FileButton>
      <span className={styles.words}>
        {file ? `${file.name}, ${formatBytes(file.size)}` : 'or drop one here'}
      </span>
      {problem && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
