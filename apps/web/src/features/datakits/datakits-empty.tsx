import type { Datakit, Sample } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { plural } from '#lib/format.ts';
import { useMayWrite } from '#lib/session.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { useAddSample, useDatakits, useSamples } from './datakit-queries.ts';
import styles from './datakits-page.module.css';
import { UploadButton } from './upload-button.tsx';

/** What is shown before there is any datakit: the place to drop a file, and data to try. */
export function DatakitsEmpty({ onAdded }: { onAdded: (datakit: Datakit) => void }) {
  const mayWrite = useMayWrite();
  const samples = useSamples();
  const deleted = useDatakits({ deleted: 'true' });
  const aside = deleted.data?.pages[0]?.items.length ? (
    <Link to="/datakits" search={{ deleted: 'true' }}>
      Show what was deleted
    </Link>
  ) : undefined;
  const add = useAddSample();
  if (!mayWrite) {
    return (
      <EmptyState
        title="No datakits yet"
        sentence="A datakit is data that models learn from. Your role reads only; ask a member of the workspace to add one."
        aside={aside}
      />
    );
  }
  return (
    <>
      <div className={styles.invite}>
        <EmptyState
          title="Drop a file here"
          sentence="A datakit is data to look at and to learn from: CSV, TSV, JSON, NDJSON, Parquet or Excel, with one row for each thing you observed. It is profiled as it arrives."
          action={<UploadButton variant="default">Choose files</UploadButton>}
          aside={aside}
        />
      </div>
      {samples.data && samples.data.length > 0 && (
        <section aria-label="Samples">
          <h2 className={styles.heading}>Or begin with a sample</h2>
          <ul className={styles.samples}>
            {samples.data.map((sample) => (
              <SampleRow
                key={sample.name}
                sample={sample}
                loading={add.isPending && add.variables === sample.name}
                // This goes as soon as there is a datakit, and with it what `mutate` would call back.
                onAdd={() => void add.mutateAsync(sample.name).then(onAdded, () => undefined)}
              />
            ))}
          </ul>
        </section>
      )}
      {add.error && <ErrorState error={add.error} title="The sample could not be added." />}
    </>
  );
}

function SampleRow({ sample, loading, onAdd }: { sample: Sample; loading: boolean; onAdd: () => void }) {
  return (
    <li className={styles.offer}>
      <div>
        <div className={styles.sample}>{sample.title}</div>
        <div className={styles.about}>{sample.description}</div>
        <div className={styles.quiet}>
          {plural(sample.rows, 'row')}, {plural(sample.columns, 'column')} · predicts {sample.target} ·{' '}
          {sample.licence}
        </div>
      </div>
      <Button variant="default" loading={loading} onClick={onAdd} aria-label={`Use it: ${sample.title}`}>
        Use it
      </Button>
    </li>
  );
}
