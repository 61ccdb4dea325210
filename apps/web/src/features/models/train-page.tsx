import type { Datakit, Model, ModelVersion } from '@quadrax/contract';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useDatakit, useProfile, useSamples } from '#features/datakits';
import { useMayWrite } from '#lib/session.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { JobProgress } from '#ui/job-progress.tsx';
import { Page } from '#ui/page.tsx';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { DatakitChoice } from './datakit-choice.tsx';
import { useModel, useVersion } from './model-queries.ts';
import { trainRoute } from './routes.ts';
import {
  defaultTarget,
  emptyTrainValues,
  suggestedName,
  type TrainColumn,
  type TrainValues,
  valuesForTarget,
  valuesOfVersion,
} from './train-form.ts';
import { TrainForm } from './train-form-view.tsx';
import styles from './train.module.css';

/** Choose data and a column to predict, and train: a new model, or a new version of one. */
export function TrainPage() {
  const { modelId } = trainRoute.useSearch();
  return modelId === undefined ? <NewModel /> : <NewVersion modelId={modelId} />;
}

function NewModel() {
  return (
    <Page
      narrow
      title="Train a model"
      trail={<Link to="/models">Models</Link>}
      state="Every choice has a sensible answer already; change what you know better."
    >
      <ForWriters>
        <WithData model={undefined} settings={undefined} />
      </ForWriters>
    </Page>
  );
}

function NewVersion({ modelId }: { modelId: string }) {
  const search = trainRoute.useSearch();
  const { data: model, error } = useModel(modelId);
  const version = search.version ?? model?.latestVersion;
  const settings = useVersion(modelId, version);
  const failure = error ?? settings.error;
  const ready = model !== undefined && (version === undefined || settings.data !== undefined);
  return (
    <Page
      narrow
      title={model ? `Retrain ${model.name}` : 'Retrain'}
      trail={
        <Link to="/models/$id" params={{ id: modelId }}>
          {model?.name ?? 'Model'}
        </Link>
      }
      state={
        model && `Makes version ${(model.latestVersion ?? 0) + 1}. The versions before it stay as they are.`
      }
    >
      <ForWriters>
        {failure && <ErrorState error={failure} title="The model to train again could not be read." />}
        {ready && !failure && <WithData model={model} settings={settings.data} />}
        {!ready && !failure && <SkeletonBlock height={420} />}
      </ForWriters>
    </Page>
  );
}

function ForWriters({ children }: { children: ReactNode }) {
  if (useMayWrite()) return children;
  return (
    <EmptyState
      title="Your role reads only"
      sentence="Ask an administrator of the workspace for the right to change things, then come back."
    />
  );
}

/** Asks for the data first: without it nothing else can be chosen. */
function WithData({ model, settings }: { model: Model | undefined; settings: ModelVersion | undefined }) {
  const search = trainRoute.useSearch();
  const navigate = trainRoute.useNavigate();
  const id = search.datakitId ?? settings?.datakit?.id;
  const datakit = useDatakit(id);
  const ready = datakit.data?.status === 'READY';
  const profile = useProfile(id, ready);
  const { sample, waitsForSample } = useSampleOf(datakit.data);
  const columns: TrainColumn[] | undefined = profile.data?.columns;
  const failure = datakit.error ?? profile.error;
  return (
    <>
      <DatakitChoice
        datakit={datakit.data}
        rows={profile.data?.rows}
        onChoose={(datakitId) =>
          void navigate({ search: (before) => ({ ...before, datakitId }), replace: true })
        }
      />
      {failure && (
        <ErrorState error={failure} title="This datakit cannot be read." hint="Choose another one above." />
      )}
      {datakit.data && !ready && <Unready datakit={datakit.data} />}
      {ready && !columns && !profile.error && <SkeletonBlock height={420} />}
      {datakit.data && columns && !waitsForSample && (
        <TrainForm
          key={[datakit.data.id, model?.id, settings?.version].join(' ')}
          model={model}
          datakit={datakit.data}
          columns={columns}
          initial={initialOf({ datakit: datakit.data, columns, model, settings, sample })}
        />
      )}
    </>
  );
}

/** The shipped sample a datakit was made from: it knows what one would predict. */
function useSampleOf(datakit: Datakit | undefined) {
  const samples = useSamples();
  return {
    sample: samples.data?.find((one) => one.name === datakit?.sample),
    waitsForSample: datakit?.sample !== undefined && samples.isPending,
  };
}

function Unready({ datakit }: { datakit: Datakit }) {
  if (datakit.status === 'FAILED') {
    return (
      <ErrorState
        error={new Error(datakit.error ?? 'It could not be read as a table.')}
        title={`${datakit.name} cannot be learnt from.`}
        hint="Choose another datakit, or import the file again."
      />
    );
  }
  return (
    <div className={styles.waiting}>
      <p>{datakit.name} is being profiled. The form opens as soon as its columns are known.</p>
      {datakit.jobId !== undefined && <JobProgress jobId={datakit.jobId} />}
    </div>
  );
}

/** The form as it opens: as a version was trained if its columns are there, else by what the columns suggest. */
function initialOf(from: {
  datakit: Datakit;
  columns: readonly TrainColumn[];
  model: Model | undefined;
  settings: ModelVersion | undefined;
  sample: { target: string } | undefined;
}): TrainValues {
  const { datakit, columns, model, settings, sample } = from;
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  if (model && settings && has(settings.target)) {
    const values = valuesOfVersion(settings, model.type, model.name);
    return { ...values, datakitId: datakit.id, features: values.features.filter(has) };
  }
  const target = defaultTarget(columns, sample) ?? '';
  const chosen = valuesForTarget(columns, target);
  const fixed = model?.type === 'CLASSIFICATION' || model?.type === 'REGRESSION' ? model.type : chosen.task;
  return {
    ...emptyTrainValues,
    ...chosen,
    task: fixed,
    datakitId: datakit.id,
    name: model?.name ?? suggestedName(target, datakit.name),
  };
}
