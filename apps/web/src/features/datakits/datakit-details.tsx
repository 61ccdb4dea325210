import type { Datakit, Profile } from '@quadrax/contract';
import { CopyButton, UnstyledButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { formatBytes, formatMoment, plural } from '#lib/format.ts';
import { useMayWrite } from '#lib/session.ts';
import { EditableText } from '#ui/editable-text.tsx';
import { SkeletonText } from '#ui/skeletons.tsx';
import { useUpdateDatakit } from './datakit-queries.ts';
import { useVersion } from './datakit-work.ts';
import styles from './datakit-view.module.css';
import { readingWords } from './reading-words.ts';
import { madeWords, predictionOf } from './version-words.ts';
import { WarningList } from './warning-list.tsx';

/** What a datakit is and where it came from. */
export function DatakitDetails({ datakit }: { datakit: Datakit }) {
  const mayWrite = useMayWrite();
  const update = useUpdateDatakit(datakit.id);
  return (
    <div>
      <div className={styles.description}>
        <EditableText
          value={datakit.description}
          label="Description"
          placeholder="Add a description: where the data comes from, what a row is"
          multiline
          maxLength={10_000}
          readOnly={!mayWrite}
          save={(description) => update.mutateAsync({ description })}
        />
      </div>
      <dl className={styles.facts}>
        <dt>File</dt>
        <dd title={datakit.fileName}>{datakit.fileName}</dd>
        <dt>Format</dt>
        <dd>{datakit.format.toUpperCase()}</dd>
        <dt>Size</dt>
        <dd>{formatBytes(datakit.sizeBytes)}</dd>
        <dt>Added</dt>
        <dd>{formatMoment(datakit.createdAt)}</dd>
        <dt>Version</dt>
        <dd>{datakit.version}</dd>
        <dt>SHA-256</dt>
        <dd>
          <CopyButton value={datakit.sha256}>
            {({ copied, copy }) => (
              <UnstyledButton className={styles.hash} onClick={copy} title={`${datakit.sha256}: copy`}>
                {copied ? 'Copied' : `${datakit.sha256.slice(0, 16)}…`}
              </UnstyledButton>
            )}
          </CopyButton>
        </dd>
        <HowRead datakit={datakit} />
        <dt>Made</dt>
        <dd className={styles.made}>
          <HowMade datakit={datakit} />
        </dd>
      </dl>
    </div>
  );
}

/** How the file of the current version was read, where it has one and that is known. */
function HowRead({ datakit }: { datakit: Datakit }) {
  const { data } = useVersion(datakit.id, datakit.version);
  const words = data?.reading && readingWords(data.reading);
  if (!words) return null;
  return (
    <>
      <dt>Read as</dt>
      <dd className={styles.made}>{words}</dd>
    </>
  );
}

/** How the current version came about: by a file, by steps, or by a model that predicted the rows of another. */
function HowMade({ datakit }: { datakit: Datakit }) {
  const { data } = useVersion(datakit.id, datakit.version);
  if (!data) return <SkeletonText width={12} />;
  const prediction = predictionOf(data.recipe);
  if (!prediction) return madeWords[data.made];
  const { model, datakit: source } = prediction;
  return (
    <>
      Predicted by{' '}
      <Link to="/models/$id" params={{ id: model.id }} search={{ version: model.version }}>
        {model.name}
      </Link>{' '}
      version {model.version} from{' '}
      <Link to="/datakits/$id" params={{ id: source.id }}>
        {source.name}
      </Link>
    </>
  );
}

/** The panel beside the table while no column is chosen. */
export function AboutPanel(props: {
  datakit: Datakit;
  profile: Profile | undefined;
  onWarning: (warning: Profile['warnings'][number]) => void;
}) {
  const { datakit, profile, onWarning } = props;
  return (
    <div className={styles.about}>
      <section>
        <h2 className={styles.heading}>
          {profile
            ? profile.warnings.length === 0
              ? 'Nothing stands out'
              : plural(profile.warnings.length, 'thing to know', 'things to know')
            : 'Reading the profile'}
        </h2>
        {profile ? (
          <WarningList datakitId={datakit.id} warnings={profile.warnings} onChoose={onWarning} />
        ) : (
          <SkeletonText width={32} />
        )}
        {profile?.exact === false && (
          <p className={styles.quiet}>Numbers of distinct values are estimates; all else counts every row.</p>
        )}
      </section>
      <section>
        <h2 className={styles.heading}>About</h2>
        <DatakitDetails datakit={datakit} />
      </section>
    </div>
  );
}
