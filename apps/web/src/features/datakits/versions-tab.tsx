import type { Datakit, DatakitVersion } from '@quadrax/contract';
import { Button, Menu } from '@mantine/core';
import { formatAgo, formatBytes, formatInteger, formatMoment, plural } from '#lib/format.ts';
import { useMayWrite } from '#lib/session.ts';
import { ErrorState } from '#ui/error-state.tsx';
import { JobProgress } from '#ui/job-progress.tsx';
import { SkeletonRows } from '#ui/skeletons.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import styles from './datakit-tabs.module.css';
import { AddVersion } from './add-version.tsx';
import {
  downloadFormats,
  useDownload,
  useRestoreVersion,
  useTransform,
  useVersions,
} from './datakit-work.ts';
import { inWords } from './transform-preview.ts';
import { madeWords, recipeText, schemaChange, stepsOf } from './version-words.ts';

/** Every version: how it was made, what changed, and the way back to it. */
export function VersionsTab({ datakit }: { datakit: Datakit }) {
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useVersions(
    datakit.id,
  );
  const mayWrite = useMayWrite();
  if (isPending) return <SkeletonRows rows={4} />;
  if (!data)
    return (
      <ErrorState error={error} title="The versions could not be read." onRetry={() => void refetch()} />
    );
  const versions = data.pages.flatMap(({ items }) => items);
  return (
    <>
      {mayWrite && datakit.status === 'READY' && (
        <AddVersion datakit={datakit} current={versions.find(({ current }) => current)} />
      )}
      <ul className={styles.versions} aria-label="Versions">
        {versions.map((version) => (
          <VersionItem
            key={version.version}
            datakit={datakit}
            version={version}
            before={versions.find(
              (one) => one.version === version.parents.find(({ id }) => id === datakit.id)?.version,
            )}
          />
        ))}
      </ul>
      {hasNextPage && (
        <Button
          variant="default"
          size="xs"
          mt={12}
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}

function VersionItem(props: {
  datakit: Datakit;
  version: DatakitVersion;
  /** The version it was made of, where that is one of this datakit. */
  before: DatakitVersion | undefined;
}) {
  const { datakit, version, before } = props;
  const recipe = recipeText(version.recipe);
  const facts = [
    `${madeWords[version.made]} ${formatAgo(version.createdAt)}${version.createdBy.name === undefined ? '' : ` by ${version.createdBy.name}`}`,
    ...(version.rows === null
      ? []
      : [`${formatInteger(version.rows)} rows, ${plural(version.columns.length, 'column')}`]),
    ...(version.sizeBytes > 0 ? [formatBytes(version.sizeBytes)] : []),
  ];
  return (
    <li className={styles.version}>
      <div>
        <h2>
          <StatusMark status={version.status} silent={version.status === 'READY'} /> Version {version.version}
          {version.current && ' · current'}
        </h2>
        <p title={formatMoment(version.createdAt)}>{facts.join(' · ')}</p>
        {before && version.status === 'READY' && <p>{schemaChange(before, version)}</p>}
        {version.error !== undefined && <p>{version.error}</p>}
        {version.notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
        {recipe !== undefined && <pre className={styles.recipe}>{recipe}</pre>}
        {version.status === 'PROCESSING' && <JobProgress jobId={version.jobId} />}
      </div>
      {version.status === 'READY' && <VersionActions datakit={datakit} version={version} />}
    </li>
  );
}

/** Does to the current version what was done to make another: to rows that came since, say. */
function ApplySteps({ datakit, version }: { datakit: Datakit; version: DatakitVersion }) {
  const mayWrite = useMayWrite();
  const transform = useTransform(datakit.id);
  const steps = stepsOf(version.recipe);
  if (!mayWrite || version.current || !steps) return null;
  return (
    <Button
      variant="default"
      size="xs"
      aria-label={`Apply the steps of version ${version.version} to version ${datakit.version}`}
      loading={transform.isPending}
      disabled={datakit.status !== 'READY'}
      onClick={() =>
        transform.mutate(
          // Of whatever is current by then: rows that another has added meanwhile are not left out.
          { steps },
          {
            onError: (error) =>
              showFailure(
                inWords(error, steps),
                `The steps could not be applied to version ${datakit.version}.`,
              ),
          },
        )
      }
    >
      Apply its steps to version {datakit.version}
    </Button>
  );
}

const formatNames = { original: 'Original', csv: 'CSV', parquet: 'Parquet', json: 'JSON' } as const;

function VersionActions({ datakit, version }: { datakit: Datakit; version: DatakitVersion }) {
  const mayWrite = useMayWrite();
  const restore = useRestoreVersion(datakit.id);
  const download = useDownload(datakit);
  const original = version.made !== 'transformed' && version.made !== 'predicted';
  return (
    <div className={styles.actions}>
      <ApplySteps datakit={datakit} version={version} />
      {mayWrite && !version.current && (
        <Button
          variant="default"
          size="xs"
          aria-label={`Make version ${version.version} current`}
          loading={restore.isPending}
          onClick={() =>
            restore.mutate(version.version, {
              onError: (error) => showFailure(error, `Version ${version.version} could not be restored.`),
            })
          }
        >
          Make version {version.version} current
        </Button>
      )}
      <Menu>
        <Menu.Target>
          <Button
            variant="default"
            size="xs"
            aria-label={`Download version ${version.version}`}
            loading={download.isPending}
          >
            Download version {version.version}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {downloadFormats
            .filter((format) => format !== 'original' || original)
            .map((format) => (
              <Menu.Item
                key={format}
                onClick={() =>
                  download.mutate({
                    version: version.version,
                    format,
                    ...(format === 'original' && { fileName: version.fileName }),
                  })
                }
              >
                {formatNames[format]}
              </Menu.Item>
            ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
