import type { Model, ModelVersionSummary } from '@quadrax/contract';
import { Button, Menu } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMayWrite } from '#lib/session.ts';
import { Confirm } from '#ui/confirm.tsx';
import { CopyAs } from '#ui/copy-as.tsx';
import { EditableText } from '#ui/editable-text.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Page } from '#ui/page.tsx';
import { SkeletonBlock, SkeletonPage } from '#ui/skeletons.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { showFailure, showUndo } from '#ui/undo-notice.tsx';
import { CompareVersions } from './compare-button.tsx';
import { Answering, DeployButton } from './deploy-button.tsx';
import { stoppingWords } from './deploy-words.ts';
import { useExportModel, whyNoOnnx } from './model-files.ts';
import {
  useDeploy,
  useModel,
  useRemoveModel,
  useRestoreModel,
  useTrainingEnds,
  useUpdateModel,
  useVersion,
  useVersions,
} from './model-queries.ts';
import { modelSentence } from './model-state.ts';
import styles from './model-page.module.css';
import { modelRoute } from './routes.ts';
import { LastTraining, TrainingPanel } from './training-panel.tsx';
import { VersionView } from './version-view.tsx';

const trail = <Link to="/models">Models</Link>;

/** One model: what it is worth, what it answers, and how it came about. */
export function ModelPage() {
  const { id } = modelRoute.useParams();
  const model = useModel(id);
  const versions = useVersions(id);
  useTrainingEnds();
  if (model.data && (versions.data || versions.error)) {
    return <Loaded model={model.data} versions={versions.data ?? []} />;
  }
  if (!model.error) return <SkeletonPage />;
  return (
    <Page title="Model" trail={trail}>
      <ErrorState
        error={model.error}
        title="This model cannot be shown."
        ifMissing="It may have been deleted, or belong to another workspace."
        onRetry={() => void model.refetch()}
      />
    </Page>
  );
}

function Loaded({ model, versions }: { model: Model; versions: readonly ModelVersionSummary[] }) {
  const search = modelRoute.useSearch();
  const mayWrite = useMayWrite();
  const update = useUpdateModel(model.id);
  const listed = versions.find((one) => one.version === search.version);
  // The list ends somewhere; whoever has the number of an earlier version gets to it all the same.
  const earlier = useVersion(model.id, listed || versions.length === 0 ? undefined : search.version);
  const chosen = earlier.isLoading ? undefined : (listed ?? earlier.data ?? versions[0]);
  const training = model.trainingJobId !== undefined && model.status === 'TRAINING';
  return (
    <Page
      title={model.name}
      heading={
        <EditableText
          value={model.name}
          label="Name of the model"
          maxLength={255}
          readOnly={!mayWrite}
          save={(name) => update.mutateAsync({ name })}
        />
      }
      trail={trail}
      state={
        <>
          <StatusMark status={model.status} silent /> {modelSentence(model, versions.length)}
        </>
      }
      copyAs={<CopyAs call={{ name: 'models.get', params: { id: model.id } }} />}
      secondary={
        <>
          <CompareVersions model={model} versions={versions} chosen={chosen} />
          {mayWrite && <Steps model={model} chosen={chosen} training={training} />}
        </>
      }
      action={
        mayWrite && !earlier.isLoading && <NextStep model={model} chosen={chosen} training={training} />
      }
    >
      {training && model.trainingJobId !== undefined && (
        <TrainingPanel model={model} jobId={model.trainingJobId} first={versions.length === 0} />
      )}
      {!training && (
        <LastTraining modelId={model.id} latest={versions[0]?.trainedAt} bare={versions.length === 0} />
      )}
      {chosen && (
        <VersionView
          model={model}
          versions={versions.includes(chosen) ? versions : [...versions, chosen]}
          chosen={chosen}
        />
      )}
      {earlier.isLoading && <SkeletonBlock height={420} />}
    </Page>
  );
}

interface StepsProps {
  model: Model;
  chosen: ModelVersionSummary | undefined;
  training: boolean;
}

/** The one next step: train, deploy what is shown, or try what is deployed. */
function NextStep({ model, chosen, training }: StepsProps) {
  const search = modelRoute.useSearch();
  if (training) return null;
  if (!chosen) {
    return (
      <Button renderRoot={(props) => <Link {...props} to="/models/new" search={{ modelId: model.id }} />}>
        Train
      </Button>
    );
  }
  if (model.deployedVersion !== chosen.version) {
    return <DeployButton model={model} version={chosen.version} />;
  }
  if (search.tab === 'predict') return null;
  return (
    <Button
      renderRoot={(props) => (
        <Link
          {...props}
          to="/models/$id"
          params={{ id: model.id }}
          search={{ ...search, tab: 'predict' }}
          resetScroll={false}
        />
      )}
    >
      Try a prediction
    </Button>
  );
}

function Steps({ model, chosen, training }: StepsProps) {
  const go = useNavigate();
  const deploy = useDeploy(model.id);
  const remove = useRemoveModel();
  const restore = useRestoreModel();
  const exporting = useExportModel(model);
  const version = useVersion(model.id, chosen?.version);
  const noOnnx = version.data && whyNoOnnx(version.data);
  const served = model.deployedVersion;
  const [stopping, setStopping] = useState(false);
  const undeploy = async (): Promise<void> => {
    await deploy.mutateAsync(undefined);
    if (served !== undefined)
      showUndo(`${model.name} is no longer served.`, () => deploy.mutateAsync(served));
  };
  const deleteIt = (): void =>
    remove.mutate(model.id, {
      onSuccess: () => {
        showUndo(`Deleted ${model.name}.`, () => restore.mutateAsync(model.id));
        void go({ to: '/models' });
      },
      onError: (error) => showFailure(error, `${model.name} could not be deleted.`),
    });
  return (
    <>
      {chosen && !chosen.imported && (
        <Button
          variant="default"
          disabled={training}
          renderRoot={(props) => (
            <Link
              {...props}
              to="/models/new"
              search={{ modelId: model.id, version: chosen.version }}
              disabled={training}
            />
          )}
        >
          Retrain
        </Button>
      )}
      <Menu>
        <Menu.Target>
          <Button variant="default" loading={deploy.isPending || remove.isPending || exporting.isPending}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {chosen && (
            <Menu.Item
              disabled={noOnnx !== undefined}
              onClick={() => exporting.mutate({ format: 'onnx', version: chosen.version })}
            >
              Export version {chosen.version} as ONNX
              {noOnnx !== undefined && <div className={styles.noOnnx}>{noOnnx}</div>}
            </Menu.Item>
          )}
          {chosen && !chosen.imported && (
            <Menu.Item onClick={() => exporting.mutate({ format: 'json', version: chosen.version })}>
              Export version {chosen.version} as JSON
            </Menu.Item>
          )}
          <Menu.Item disabled={served === undefined} onClick={() => setStopping(true)}>
            {served === undefined ? 'Stop serving' : `Stop serving version ${served}`}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="var(--bad)" onClick={deleteIt}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {stopping && served !== undefined && (
        <Confirm
          title={`Stop serving ${model.name}?`}
          verb="Stop serving"
          act={undeploy}
          onClose={() => setStopping(false)}
        >
          <Answering model={model} words={stoppingWords} />
        </Confirm>
      )}
    </>
  );
}
