import type { Model, ModelVersion } from '@quadrax/contract';
import { formatBytes, formatMoment } from '#lib/format.ts';
import { sentenceCase } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { Section } from '#ui/section.tsx';
import styles from './model-page.module.css';

/** A version that was trained elsewhere: what it takes and gives, and the file it came as. */
export function VersionImported({ model, version }: { model: Model; version: ModelVersion }) {
  const { imported, features, classes, warnings } = version;
  return (
    <>
      {warnings.length > 0 && (
        <ul className={styles.warnings}>
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <div className={styles.provenance}>
        <Section title="What it takes">
          <dl className={styles.facts}>
            {features.map(({ name, type, categories }) => (
              <Fact
                key={name}
                name={name}
                value={categories ? `${sentenceCase(type)}: ${categories.join(', ')}` : sentenceCase(type)}
              />
            ))}
          </dl>
        </Section>
        <div>
          <Section title="What it gives">
            <dl className={styles.facts}>
              <Fact name="Predicts" value={version.target} />
              <Fact name="As" value={classes ? `A class: ${classes.join(', ')}` : 'A number'} />
            </dl>
          </Section>
          {imported && (
            <Section title="Where it is from">
              <dl className={styles.facts}>
                <Fact name="File" value={`${imported.fileName}, ${formatBytes(imported.sizeBytes)}`} />
                <Fact name="Written by" value={imported.producer || 'It does not say'} />
                <Fact name="SHA-256" value={imported.sha256} />
                <Fact name="Imported" value={formatMoment(version.trainedAt)} />
              </dl>
            </Section>
          )}
          <div className={styles.copy}>
            <CopyAs
              label="Copy this version as"
              call={{ name: 'models.version', params: { id: model.id, version: version.version } }}
            />
          </div>
        </div>
      </div>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
