import type { Datakit, Model, ModelVersion } from '@quadrax/contract';
import { Button, Checkbox, MultiSelect, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useDatakitSearch } from '#features/datakits';
import { formatInteger } from '#lib/format.ts';
import { useMayWrite } from '#lib/session.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Section } from '#ui/section.tsx';
import { unfitReason } from './batch-fit.ts';
import { type BatchBody, usePredictBatch } from './batch-queries.ts';
import { BatchRuns } from './batch-runs.tsx';
import styles from './predict.module.css';

/** Every row of a datakit, predicted by one version: a new datakit comes of it. */
export function BatchPredict({ model, version }: { model: Model; version: ModelVersion }) {
  const mayWrite = useMayWrite();
  return (
    <Section
      title="Predict a whole datakit"
      note={`Version ${version.version} predicts every row. What comes of it is a new datakit.`}
    >
      {mayWrite && <BatchForm model={model} version={version} />}
      <BatchRuns modelId={model.id} />
    </Section>
  );
}

/** Lists open where they belong in the page, not at its end outside every landmark. */
const inPlace = { withinPortal: false };

function BatchForm({ model, version }: { model: Model; version: ModelVersion }) {
  const predict = usePredictBatch(model.id);
  const [datakit, setDatakit] = useState<Datakit>();
  const [name, setName] = useState<string>();
  const [keep, setKeep] = useState<string[]>([]);
  const [shares, setShares] = useState(true);
  const classes = version.classes !== undefined;
  const choose = (chosen: Datakit): void => {
    predict.reset();
    setDatakit(chosen);
    setKeep([]);
  };
  const suggested = datakit ? `${datakit.name}, predicted by ${model.name}`.slice(0, 255) : '';
  const body: BatchBody | undefined = datakit && {
    datakitId: datakit.id,
    version: version.version,
    name: (name ?? suggested).trim() || suggested,
    ...(keep.length > 0 && { keep }),
    ...(classes && !shares && { add: ['prediction'] }),
  };
  return (
    <form
      className={styles.whole}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (body) predict.mutate(body, { onSuccess: () => setName(undefined) });
      }}
    >
      <div className={styles.fields}>
        <FittingDatakit version={version} datakit={datakit} onChoose={choose} />
        <TextInput
          label="Name of the new datakit"
          maxLength={255}
          disabled={!datakit}
          value={name ?? suggested}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <MultiSelect
          label="Columns to keep"
          placeholder={keep.length === 0 ? 'All' : undefined}
          searchable
          comboboxProps={inPlace}
          clearable
          limit={100}
          disabled={!datakit}
          value={keep}
          onChange={setKeep}
          data={datakit?.columns.map((column) => column.name) ?? []}
        />
      </div>
      {classes && (
        <Checkbox
          label="Add the probability of each class"
          checked={shares}
          onChange={(event) => setShares(event.currentTarget.checked)}
        />
      )}
      {predict.error && <ErrorState error={predict.error} title="This datakit could not be predicted." />}
      <div className={styles.act}>
        <Button type="submit" variant="default" disabled={!body} loading={predict.isPending}>
          Predict the datakit
        </Button>
        {body && <CopyAs call={{ name: 'models.predictBatch', params: { id: model.id }, body }} />}
      </div>
    </form>
  );
}

/** The datakits of the workspace; those that the version cannot predict say why. */
function FittingDatakit(props: {
  version: ModelVersion;
  datakit: Datakit | undefined;
  onChoose: (datakit: Datakit) => void;
}) {
  const { version, datakit, onChoose } = props;
  const { shown, select } = useDatakitSearch(datakit);
  const options = shown
    .map((one) => ({ one, reason: unfitReason(one, version) }))
    .toSorted((a, b) => Number(a.reason !== undefined) - Number(b.reason !== undefined));
  return (
    <Select
      {...select}
      label="Datakit"
      placeholder="Type a name"
      comboboxProps={inPlace}
      classNames={{ option: styles.choice }}
      value={datakit?.id ?? null}
      onChange={(id) => {
        const chosen = shown.find((one) => one.id === id);
        if (chosen) onChoose(chosen);
      }}
      data={options.map(({ one, reason }) => ({
        value: one.id,
        label: one.name,
        disabled: reason !== undefined,
      }))}
      renderOption={({ option }) => {
        const known = options.find(({ one }) => one.id === option.value);
        return (
          <div className={styles.option}>
            <span>{option.label}</span>
            <span className={styles.why}>
              {known?.reason ?? `${formatInteger(known?.one.rows ?? Number.NaN)} rows`}
            </span>
          </div>
        );
      }}
    />
  );
}
