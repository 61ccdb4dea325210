import type { Datakit } from '@quadrax/contract';
import { Button, Select } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useAddSample, useDatakitSearch, useSamples } from '#features/datakits';
import { plural } from '#lib/format.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';

/** The data to learn from, found by typing its name. */
export function DatakitChoice(props: {
  datakit: Datakit | undefined;
  rows: number | undefined;
  onChoose: (id: string) => void;
}) {
  const { datakit, rows, onChoose } = props;
  const { shown, none, select } = useDatakitSearch(datakit, { status: 'READY' });
  if (none) return <NoData onChoose={onChoose} />;
  return (
    <Select
      {...select}
      label="Data"
      description={sizeOf(datakit, rows)}
      placeholder="Type a name"
      value={datakit?.id ?? null}
      onChange={(id) => id && onChoose(id)}
      data={shown.map((one) => ({ value: one.id, label: one.name }))}
      renderOption={({ option }) => {
        const one = shown.find((candidate) => candidate.id === option.value);
        return typeof one?.rows === 'number' ? `${option.label} · ${plural(one.rows, 'row')}` : option.label;
      }}
    />
  );
}

function sizeOf(datakit: Datakit | undefined, rows: number | undefined): string {
  if (datakit?.status !== 'READY') return 'The datakit to learn from';
  return `${plural(rows ?? datakit.rows ?? 0, 'row')}, ${plural(datakit.columns.length, 'column')}`;
}

function NoData({ onChoose }: { onChoose: (id: string) => void }) {
  const samples = useSamples();
  const add = useAddSample();
  const sample = samples.data?.[0];
  return (
    <>
      <EmptyState
        title="No data to learn from yet"
        sentence="A model learns from a datakit: data with one row for each thing you observed."
        action={<Button renderRoot={(props) => <Link {...props} to="/datakits" />}>Upload files</Button>}
        sample={
          sample && (
            <Button
              variant="default"
              loading={add.isPending}
              onClick={() => add.mutate(sample.name, { onSuccess: ({ id }) => onChoose(id) })}
            >
              Use the sample {sample.title}
            </Button>
          )
        }
      />
      {add.error && <ErrorState error={add.error} title="The sample could not be added." />}
    </>
  );
}
