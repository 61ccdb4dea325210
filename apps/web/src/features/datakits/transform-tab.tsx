import type { Datakit } from '@quadrax/contract';
import { Button, Menu } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Section } from '#ui/section.tsx';
import { SkeletonRows } from '#ui/skeletons.tsx';
import styles from './datakit-tabs.module.css';
import { type Step, useTransformPreview } from './datakit-work.ts';
import { ResultTable } from './result-table.tsx';
import { SaveResult } from './save-result.tsx';
import { TransformStep } from './transform-step.tsx';
import { type DraftStep, newDraft, stepForms, type StepKind, stepOf } from './transform-steps.ts';

const kinds = Object.keys(stepForms) as StepKind[];

/** A list of steps, what they make of the first rows, and a way to keep it. */
export function TransformTab({ datakit }: { datakit: Datakit }) {
  const [drafts, setDrafts] = useState<readonly DraftStep[]>([]);
  const [next, setNext] = useState(1);
  const steps = drafts.map(stepOf).filter((step): step is Step => step !== undefined);
  const [settled] = useDebouncedValue(JSON.stringify(steps), 400);
  const shown = JSON.parse(settled) as Step[];
  const preview = useTransformPreview(datakit.id, shown.length > 0 ? { steps: shown, limit: 50 } : undefined);
  const columns = [
    ...new Set([
      ...datakit.columns.map(({ name }) => name),
      ...(preview.data?.columns.map(({ name }) => name) ?? []),
    ]),
  ];
  const add = (kind: StepKind): void => {
    setDrafts([...drafts, newDraft(kind, next)]);
    setNext(next + 1);
  };
  const complete = steps.length === drafts.length && settled === JSON.stringify(steps);
  return (
    <>
      <ol className={styles.steps} aria-label="Steps">
        {drafts.map((draft, i) => (
          <TransformStep
            key={draft.key}
            draft={draft}
            number={i + 1}
            columns={columns}
            onChange={(changed) => setDrafts(drafts.with(i, changed))}
            onRemove={() => setDrafts(drafts.filter(({ key }) => key !== draft.key))}
          />
        ))}
      </ol>
      <div className={styles.bar}>
        <AddStep onAdd={add} />
      </div>
      {drafts.length === 0 ? (
        <EmptyState
          title="Make a new version"
          sentence="Add steps: what they make of the first rows is shown here at once. The version they begin with stays as it is."
        />
      ) : (
        <SaveResult
          datakit={datakit}
          recipe={{ steps }}
          disabled={!complete || steps.length === 0 || preview.isError}
          alwaysNew={steps.at(-1)?.step === 'split'}
        />
      )}
      {shown.length > 0 && <Preview preview={preview} />}
    </>
  );
}

function AddStep({ onAdd }: { onAdd: (kind: StepKind) => void }) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="default">Add a step</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => (
          <Menu.Item key={kind} onClick={() => onAdd(kind)}>
            {stepForms[kind].label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Preview({ preview }: { preview: ReturnType<typeof useTransformPreview> }) {
  const { data, error, isPending, refetch } = preview;
  if (error)
    return <ErrorState error={error} title="These steps cannot run." onRetry={() => void refetch()} />;
  if (isPending || !data) return <SkeletonRows rows={6} />;
  return (
    <Section
      title="What comes of it"
      note={data.sampled ? 'From the first 1,000 rows; saving runs over all of them.' : undefined}
    >
      {data.notes.length > 0 && (
        <ul className={styles.notes}>
          {data.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <ResultTable label="First rows after the steps" result={data} />
    </Section>
  );
}
