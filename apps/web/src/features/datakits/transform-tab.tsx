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
import { datakitRoute } from './routes.ts';
import { columnsAfter, leftText, remainText, stepFaults } from './transform-preview.ts';
import { TransformStep } from './transform-step.tsx';
import { type DraftStep, newDraft, stepForms, type StepKind, stepOf, tidyDraft } from './transform-steps.ts';

const kinds = Object.keys(stepForms) as StepKind[];

/** A list of steps, what they make of the first rows, and a way to keep it. */
export function TransformTab({ datakit }: { datakit: Datakit }) {
  const { tidy } = datakitRoute.useSearch();
  const base = datakit.columns.map(({ name }) => name);
  const [drafts, setDrafts] = useState<readonly DraftStep[]>(
    tidy !== undefined && base.includes(tidy) ? [tidyDraft(tidy, 0)] : [],
  );
  const [next, setNext] = useState(1);
  const steps = drafts.map(stepOf).filter((step): step is Step => step !== undefined);
  const written = JSON.stringify(steps);
  const [settled] = useDebouncedValue(written, 400);
  const shown = JSON.parse(settled) as Step[];
  const preview = useTransformPreview(datakit.id, shown.length > 0 ? { steps: shown, limit: 50 } : undefined);
  const faults = settled === written ? stepFaults(preview.error) : [];
  // Up to the step that cannot run, what is there to choose from is asked for alone.
  const sound = shown.slice(0, Math.min(...stepFaults(preview.error).map(({ index }) => index)));
  const upTo = useTransformPreview(
    datakit.id,
    preview.isError && sound.length > 0 && sound.length < shown.length
      ? { steps: sound, limit: 50 }
      : undefined,
  );
  const known = [preview.data, upTo.data].flatMap((one) =>
    one?.counts ? [{ steps: one.steps, counts: one.counts }] : [],
  );
  const add = (kind: StepKind): void => {
    setDrafts([...drafts, newDraft(kind, next)]);
    setNext(next + 1);
  };
  const complete = steps.length === drafts.length && settled === written;
  return (
    <>
      <ol className={styles.steps} aria-label="Steps">
        {drafts.map((draft, i) => {
          const before = drafts.slice(0, i).filter((one) => stepOf(one) !== undefined).length;
          const filled = stepOf(draft) !== undefined;
          return (
            <TransformStep
              key={draft.key}
              draft={draft}
              number={i + 1}
              columns={columnsAfter(base, steps, before, known)}
              left={filled ? leftText(steps, before + 1, known) : undefined}
              faults={filled ? faults.filter(({ index }) => index === before) : []}
              onChange={(changed) => setDrafts(drafts.with(i, changed))}
              onRemove={() => setDrafts(drafts.filter(({ key }) => key !== draft.key))}
            />
          );
        })}
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
      {shown.length > 0 && <Preview preview={preview} toldAbove={faults.length > 0} />}
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

function Preview(props: {
  preview: ReturnType<typeof useTransformPreview>;
  /** What is wrong stands at its step. */
  toldAbove: boolean;
}) {
  const { data, error, isPending, isPlaceholderData, refetch } = props.preview;
  if (error && props.toldAbove) return null;
  if (error)
    return <ErrorState error={error} title="These steps cannot run." onRetry={() => void refetch()} />;
  if (isPending || !data) return <SkeletonRows rows={6} />;
  return (
    <Section
      title="What comes of it"
      note={
        <output>
          {isPlaceholderData ? 'Counting …' : data.counts && remainText(data.counts, data.steps)}
        </output>
      }
    >
      {data.notes.length > 0 && (
        <ul className={styles.notes}>
          {data.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {data.rows.length === 0 ? (
        <EmptyState
          title="No rows are left"
          sentence="Loosen a filter, or check what the tables are joined on."
        />
      ) : (
        <ResultTable label="First rows after the steps" result={data} />
      )}
    </Section>
  );
}
