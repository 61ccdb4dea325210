import type { Model, ModelVersion, TrainRequest } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { useDatakit } from '#features/datakits';
import { useMayWrite } from '#lib/session.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Section } from '#ui/section.tsx';
import { useTrainExactly } from './model-queries.ts';
import styles from './model-page.module.css';
import { exactRequest } from './train-again.ts';

interface TrainExactlyProps {
  model: Model;
  version: ModelVersion;
}

/** Repeats a training with its settings, its seed and, of a search, just the candidates that it tried. */
export function TrainExactly({ model, version }: TrainExactlyProps) {
  const request = exactRequest(version);
  return useMayWrite() && request ? <Repeat model={model} version={version} request={request} /> : null;
}

function Repeat({ model, version, request }: TrainExactlyProps & { request: TrainRequest }) {
  const datakit = useDatakit(request.datakitId);
  const train = useTrainExactly(model.id);
  const running = model.trainingJobId !== undefined;
  return (
    <Section title="Once more" note={noteOf(version, datakit.data?.version)}>
      <Button
        variant="default"
        size="xs"
        disabled={running || datakit.data?.status !== 'READY'}
        loading={train.isPending}
        onClick={() => train.mutate(request)}
      >
        Train again exactly
      </Button>
      <div className={styles.copy}>
        <CopyAs
          label="Copy this training as"
          call={{ name: 'models.train', params: { id: model.id }, body: request }}
        />
      </div>
      {train.error && <ErrorState error={train.error} title="The training could not be started." />}
    </Section>
  );
}

/** What comes of it, and why it might not be the same. */
function noteOf({ plan, datakit }: ModelVersion, current: number | undefined): string {
  const what = plan
    ? 'Makes a new version with the same settings and seed, of the candidates that this search tried, whatever the time.'
    : 'Makes a new version with the same settings and seed.';
  if (current === undefined || current === datakit?.version)
    return `${what} On the same rows it comes to the same.`;
  return `${what} The data is at version ${current} by now and this version learnt from version ${datakit?.version}, so it will differ.`;
}
