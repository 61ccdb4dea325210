import type { Model, ModelVersion } from '@quadrax/contract';
import { Link } from '@tanstack/react-router';
import { formatDuration, formatInteger, formatMoment, plural } from '#lib/format.ts';
import { algorithmLabel } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { Section } from '#ui/section.tsx';
import { decisionText, featureUseText, positiveOf } from './feature-use.ts';
import { byMember, classWeightsText, parameterLabel, parameterText, validationText } from './metrics.ts';
import styles from './model-page.module.css';
import { TrainExactly } from './train-exactly.tsx';
import { TrainingLog } from './training-log.tsx';

/** How a version came about: data, settings, seed, log; enough to make it again. */
export function VersionTraining({ model, version }: { model: Model; version: ModelVersion }) {
  const { datakit } = version;
  if (!datakit) return null;
  const positive = positiveOf(version);
  const weights = classWeightsText(version.settings?.classWeights);
  const parameters = Object.entries(version.parameters).toSorted(([a], [b]) => byMember(a, b));
  return (
    <div className={styles.provenance}>
      <div>
        <Section title="How it was trained">
          <dl className={styles.facts}>
            <dt>Data</dt>
            <dd>
              <Link to="/datakits/$id" params={{ id: datakit.id }}>
                {datakit.name ?? datakit.id}
              </Link>
              , version {datakit.version}
            </dd>
            <dt>Target</dt>
            <dd>
              <Link to="/datakits/$id" params={{ id: datakit.id }} search={{ column: version.target }}>
                {version.target}
              </Link>
            </dd>
            <dt>Features</dt>
            <dd>
              <FeatureUses features={version.features} />
            </dd>
            <dt>Rows used</dt>
            <dd>{formatInteger(version.rowsUsed)}</dd>
            <dt>Algorithm</dt>
            <dd>{algorithmLabel(version.algorithm)}</dd>
            <dt>Validation</dt>
            <dd>{version.validation && validationText(version.validation)}</dd>
            {positive !== undefined && <Fact name="Positive class" text={positive} />}
            {version.decision && <Fact name="Labels" text={decisionText(version.decision, positive)} />}
            {weights !== undefined && <Fact name="Class weights" text={weights} />}
            <dt>Seed</dt>
            <dd>{version.seed}</dd>
            <dt>Trained</dt>
            <dd>
              {formatMoment(version.trainedAt)}, in {formatDuration(version.durationMs / 1000)}
            </dd>
            {version.madeWith !== undefined && (
              <>
                <dt>Made with</dt>
                <dd>Quadrax {version.madeWith}</dd>
              </>
            )}
          </dl>
        </Section>
        <TrainExactly model={model} version={version} />
        <Section title="Parameters">
          {parameters.length === 0 ? (
            <p className={styles.quiet}>{algorithmLabel(version.algorithm)} has none.</p>
          ) : (
            <dl className={styles.facts}>
              {parameters.map(([name, value]) => (
                <Parameter key={name} name={name} value={value} />
              ))}
            </dl>
          )}
        </Section>
        <div className={styles.copy}>
          <CopyAs
            label="Copy this version as"
            call={{
              name: 'models.version',
              params: { id: model.id, version: version.version },
            }}
          />
        </div>
      </div>
      <Section title="Training log">
        <TrainingLog source={{ modelId: model.id, version: version.version }} running={false} />
      </Section>
    </div>
  );
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  );
}

/** Every column and how it was used, behind their number. */
function FeatureUses({ features }: Pick<ModelVersion, 'features'>) {
  return (
    <details>
      <summary>{plural(features.length, 'column')}</summary>
      <ul>
        {features.map((feature) => (
          <li key={feature.name}>
            {feature.name}
            <span className={styles.quiet}>, {featureUseText(feature)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Parameter({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>{parameterLabel(name)}</dt>
      <dd className="mono">{parameterText(value)}</dd>
    </>
  );
}
