import type { Datakit } from '@quadrax/contract';
import { Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { saveFile } from '#lib/clipboard.ts';
import { useMayWrite } from '#lib/session.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { EditableText } from '#ui/editable-text.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Page } from '#ui/page.tsx';
import { SkeletonPage } from '#ui/skeletons.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { showFailure, showUndo } from '#ui/undo-notice.tsx';
import { DatakitTabs } from './datakit-tabs.tsx';
import {
  useDatakit,
  useProfile,
  useRemoveDatakit,
  useRestoreDatakit,
  useUpdateDatakit,
} from './datakit-queries.ts';
import { datakitSentence } from './datakit-state.ts';
import { DatakitUnready } from './datakit-unready.tsx';
import { datakitRoute } from './routes.ts';

const trail = <Link to="/datakits">Datakits</Link>;

/** One datakit: its rows, what its columns hold, and the way to a model. */
export function DatakitPage() {
  const { id } = datakitRoute.useParams();
  const { data: datakit, error, refetch } = useDatakit(id);
  if (datakit) return <Loaded datakit={datakit} />;
  if (!error) return <SkeletonPage />;
  return (
    <Page title="Datakit" trail={trail}>
      <ErrorState
        error={error}
        title="This datakit cannot be shown."
        ifMissing="It may have been deleted, or belong to another workspace."
        onRetry={() => void refetch()}
      />
    </Page>
  );
}

function Loaded({ datakit }: { datakit: Datakit }) {
  const mayWrite = useMayWrite();
  const ready = datakit.status === 'READY';
  const profile = useProfile(datakit.id, ready);
  const update = useUpdateDatakit(datakit.id);
  return (
    <Page
      title={datakit.name}
      heading={
        <EditableText
          value={datakit.name}
          label="Name of the datakit"
          maxLength={255}
          readOnly={!mayWrite}
          save={(name) => update.mutateAsync({ name })}
        />
      }
      trail={trail}
      state={
        <>
          <StatusMark status={datakit.status} silent /> {datakitSentence(datakit, profile.data)}
        </>
      }
      copyAs={<CopyAs call={{ name: 'datakits.get', params: { id: datakit.id } }} />}
      secondary={<MoreMenu datakit={datakit} />}
      action={
        mayWrite && (
          <Button
            disabled={!ready}
            renderRoot={(props) => (
              <Link {...props} to="/models/new" search={{ datakitId: datakit.id }} disabled={!ready} />
            )}
          >
            Train a model
          </Button>
        )
      }
    >
      {ready ? <DatakitTabs datakit={datakit} profile={profile} /> : <DatakitUnready datakit={datakit} />}
    </Page>
  );
}

function MoreMenu({ datakit }: { datakit: Datakit }) {
  const mayWrite = useMayWrite();
  const go = useNavigate();
  const remove = useRemoveDatakit();
  const restore = useRestoreDatakit();
  const download = useMutation({
    mutationFn: () => api.datakits.download(datakit.id),
    onSuccess: (blob) => saveFile(datakit.fileName, blob),
    onError: (error) => showFailure(error, `${datakit.fileName} could not be downloaded.`),
  });
  const deleteIt = (): void =>
    remove.mutate(datakit.id, {
      onSuccess: () => {
        showUndo(`Deleted ${datakit.name}.`, () => restore.mutateAsync(datakit.id));
        void go({ to: '/datakits' });
      },
      onError: (error) => showFailure(error, `${datakit.name} could not be deleted.`),
    });
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" loading={download.isPending || remove.isPending}>
          More
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => download.mutate()}>Download the original</Menu.Item>
        <Menu.Item
          renderRoot={(props) => <Link {...props} to="/models" search={{ datakitId: datakit.id }} />}
        >
          Models trained on it
        </Menu.Item>
        {mayWrite && (
          <>
            <Menu.Divider />
            <Menu.Item
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/datakits/$id"
                  params={{ id: datakit.id }}
                  search={{ tab: 'versions' }}
                />
              )}
            >
              Add rows, or replace by a file
            </Menu.Item>
            <Menu.Item color="var(--bad)" onClick={deleteIt}>
              Delete
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
