import type { ModelVersion, Prediction } from '@quadrax/contract';
import { formatDuration, formatNumber, formatPercent } from '#lib/format.ts';
import { categoryScale } from '#ui/palette.ts';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { rankedProbabilities } from './predict-form.ts';
import styles from './predict.module.css';

const MOST_CLASSES = 8;

/** A prediction: the class with the probabilities of all, or the value with how far off it usually is. */
export function PredictionResult(props: {
  prediction: Prediction | undefined;
  version: ModelVersion;
  served: number | undefined;
  ms: number | undefined;
  /** It belongs to what was typed before. */
  stale: boolean;
}) {
  const { prediction, version, served, ms, stale } = props;
  if (!prediction) return <SkeletonBlock height={150} />;
  const { rmse } = version.metrics;
  return (
    <div className={stale ? `${styles.result} ${styles.stale}` : styles.result} aria-live="polite">
      <output className={styles.big}>
        {prediction.value === undefined ? prediction.label : formatNumber(prediction.value, 5)}
      </output>
      {prediction.value !== undefined && rmse !== undefined && (
        <p className={styles.quiet}>± {formatNumber(rmse, 3)}, the usual error on held-out rows (RMSE)</p>
      )}
      {prediction.probabilities && (
        <Probabilities probabilities={prediction.probabilities} classes={version.classes ?? []} />
      )}
      <p className={styles.quiet}>
        {served !== undefined && `Version ${served}`}
        {ms !== undefined && `, answered in ${formatDuration(ms / 1000)}`}
      </p>
    </div>
  );
}

function Probabilities(props: {
  probabilities: Readonly<Record<string, number>>;
  classes: readonly string[];
}) {
  const color = categoryScale(props.classes);
  const ranked = rankedProbabilities(props.probabilities);
  const rest = ranked.slice(MOST_CLASSES);
  return (
    <ul className={styles.bars} aria-label="Probability of each class">
      {ranked.slice(0, MOST_CLASSES).map(([label, probability]) => (
        <li key={label}>
          <span className={styles.name} title={label}>
            {label}
          </span>
          <span className={styles.track}>
            <span style={{ width: `${probability * 100}%`, background: color(label) }} />
          </span>
          <span className={styles.figure}>{formatPercent(probability)}</span>
        </li>
      ))}
      {rest.length > 0 && (
        <li className={styles.quiet}>
          and {rest.length} more classes with{' '}
          {formatPercent(rest.reduce((sum, [, probability]) => sum + probability, 0))} together
        </li>
      )}
    </ul>
  );
}
