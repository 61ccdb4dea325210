import type { Datakit, Model, TrainSettings } from '@quadrax/contract';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useDatakit, useProfile, useSamples } from '#features/datakits';
import { failureOf } from '#lib/failure.ts';
import { useMayWrite } from '#lib/session.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { JobProgress } from '#ui/job-progress.tsx';
import { Page } from '#ui/page.tsx';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { DatakitChoice } from './datakit-choice.tsx';
import { useLastTraining, useModel, useTraining, useVersion } from './model-queries.ts';
import { trainRoute } from './routes.ts';
import { goneText, openingValues, settingsOfVersion } from './train-again.ts';
import { trainColumns } from './train-columns.ts';
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
        <WithData model={undefined} start={undefined} />
      </ForWriters>
    </Page>
  );
}

/** Settings to begin with, and where they are from. */
interface Start {
  readonly settings: TrainSettings;
  /** The version that was made with them; absent for a training that made none. */
  readonly version?: number;
}

/** What a new version of a model begins with: a training that is asked for, a version, or the training that failed. */
function useStart(modelId: string, model: Model | undefined) {
  const search = trainRoute.useSearch();
  const untrained = model !== undefined && model.latestVersion === undefined;
  const last = useLastTraining(modelId, untrained && search.jobId === undefined);
  // What another page has asked for before is there even where it is not asked for.
  const jobId = search.jobId ?? (untrained ? last.data?.id : undefined);
  const training = useTraining(modelId, jobId);
  // A training is forgotten some day.
  const forgotten = training.error && failureOf(training.error).code === 'NOT_FOUND';
  const wanted = jobId === undefined || forgotten ? (search.version ?? model?.latestVersion) : undefined;
  const version = useVersion(modelId, wanted);
  const start: Start | undefined = version.data
    ? { settings: settingsOfVersion(version.data), version: version.data.version }
    : training.data && { settings: training.data.settings };
  const waits = last.isLoading || training.isLoading || version.isLoading;
  return {
    start,
    ready: model !== undefined && !waits,
    error: version.error ?? (forgotten ? null : training.error),
  };
}

function NewVersion({ modelId }: { modelId: string }) {
  const { data: model, error } = useModel(modelId);
  const { start, ready, error: startError } = useStart(modelId, model);
  const failure = error ?? startError;
  const verb = model && model.latestVersion === undefined ? 'Train' : 'Retrain';
  return (
    <Page
      narrow
      title={model ? `${verb} ${model.name}` : verb}
      trail={
        <Link to="/models/$id" params={{ id: modelId }}>
          {model?.name ?? 'Model'}
        </Link>
      }
      state={model && ready && `${fromText(start)} ${makesText(model)}`}
    >
      <ForWriters>
        {failure && <ErrorState error={failure} title="The settings to begin with could not be read." />}
        {ready && !failure && <WithData model={model} start={start} />}
        {!ready && !failure && <SkeletonBlock height={420} />}
      </ForWriters>
    </Page>
  );
}

function fromText(start: Start | undefined): string {
  if (!start) return '';
  return start.version === undefined
    ? 'From the training that made no version: its settings are filled in.'
    : `From version ${start.version}: its settings are filled in.`;
}

const makesText = ({ latestVersion }: Model): string =>
  latestVersion === undefined
    ? 'Makes the first version.'
    : `Makes version ${latestVersion + 1}; the versions before it stay as they are.`;

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
function WithData({ model, start }: { model: Model | undefined; start: Start | undefined }) {
  const search = trainRoute.useSearch();
  const navigate = trainRoute.useNavigate();
  const id = search.datakitId ?? (start?.settings.datakitId || undefined);
  const datakit = useDatakit(id);
  const ready = datakit.data?.status === 'READY';
  const profile = useProfile(id, ready);
  const { sample, waitsForSample } = useSampleOf(datakit.data);
  const columns = useMemo(() => profile.data && trainColumns(profile.data), [profile.data]);
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
      {columns && start && <Gone text={goneText(start.settings, columns)} />}
      {datakit.data && columns && !waitsForSample && (
        <TrainForm
          key={[datakit.data.id, model?.id, start?.version, search.jobId].join(' ')}
          model={model}
          datakit={datakit.data}
          columns={columns}
          initial={openingValues({ datakit: datakit.data, columns, model, start, sample })}
        />
      )}
    </>
  );
}

/** What of the settings to begin with this datakit does not have. */
const Gone = ({ text }: { text: string | undefined }) =>
  text === undefined ? null : <p className={styles.warning}>{text}</p>;

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
