import type { Datakit } from '@quadrax/contract';
import { Button, Loader, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAddSample, useDatakits, useSamples } from '#features/datakits';
import { formatInteger, plural } from '#lib/format.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';

/** The data to learn from, found by typing its name. */
export function DatakitChoice(props: {
  datakit: Datakit | undefined;
  rows: number | undefined;
  onChoose: (id: string) => void;
}) {
  const { datakit, rows, onChoose } = props;
  const [typed, setTyped] = useState('');
  const [name] = useDebouncedValue(typed === datakit?.name ? '' : typed.trim(), 200);
  const list = useDatakits({ name: name || undefined, status: 'READY' });
  const found = list.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = datakit && !found.some((one) => one.id === datakit.id) ? [datakit, ...found] : found;
  if (!datakit && list.data && found.length === 0 && name === '') return <NoData onChoose={onChoose} />;
  return (
    <Select
      label="Data"
      description={sizeOf(datakit, rows)}
      placeholder="Type a name"
      searchable
      value={datakit?.id ?? null}
      onSearchChange={setTyped}
      onChange={(id) => id && onChoose(id)}
      // The server has searched already.
      filter={({ options }) => options}
      data={shown.map((one) => ({ value: one.id, label: one.name, rows: one.rows }))}
      renderOption={({ option }) => {
        const one = shown.find((candidate) => candidate.id === option.value);
        return `${option.label} · ${one?.rows === null || one === undefined ? '' : `${formatInteger(one.rows)} rows`}`;
      }}
      nothingFoundMessage={list.isFetching ? 'Searching' : 'No datakit of that name is ready'}
      rightSection={list.isFetching ? <Loader size={14} /> : undefined}
      allowDeselect={false}
      error={list.error ? 'The datakits could not be read. Reload the page to try again.' : undefined}
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
