import type { ModelExplanation, ModelVersion } from '@quadrax/contract';
import { NativeSelect } from '@mantine/core';
import { useMemo } from 'react';
import { failureOf } from '#lib/failure.ts';
import { formatNumber, plural } from '#lib/format.ts';
import { Chart } from '#ui/chart.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Figure } from '#ui/figure.tsx';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { barsHeight, intervalBars } from '../charts/bars.ts';
import { importanceChart, MOST_FEATURES } from '../charts/model-charts.ts';
import { headlines } from '../metrics.ts';
import { useExplanation } from '../model-queries.ts';
import { modelRoute, type ModelSearch } from '../routes.ts';
import { beeswarmChart, MOST_SWARMS, swarmHeight } from './beeswarm.ts';
import { dependenceChart } from './dependence.ts';
import { scaleName } from './explanation-words.ts';
import styles from './explain.module.css';

/** What moves the predictions of a version: of all rows together, feature by feature. */
export function ExplainTab({ modelId, version }: { modelId: string; version: ModelVersion }) {
  const explanation = useExplanation(modelId, version.version);
  if (explanation.data) return <Explained explanation={explanation.data} version={version} />;
  if (!explanation.error) return <SkeletonBlock height={480} />;
  if (failureOf(explanation.error).code === 'NOT_FOUND') {
    return (
      <EmptyState
        title="Not explained"
        sentence="This version was trained before there were explanations. Retrain it to see what moves its predictions."
      />
    );
  }
  return (
    <ErrorState
      error={explanation.error}
      title="The explanation could not be read."
      onRetry={() => void explanation.refetch()}
    />
  );
}

function Explained({ explanation, version }: { explanation: ModelExplanation; version: ModelVersion }) {
  const search = modelRoute.useSearch();
  const navigate = modelRoute.useNavigate();
  const put = (change: ModelSearch): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const { labels } = explanation;
  const label = Math.max(0, labels.indexOf(search.label ?? ''));
  const subject = labels[label] ?? version.target;
  return (
    <>
      <h2 className="visually-hidden">What moves version {version.version}</h2>
      <div className={styles.head}>
        <p className={styles.note}>
          {plural(explanation.rows, 'row')} of the training data, each explained by its SHAP values: what
          every feature adds to the prediction, from {formatNumber(explanation.base[label], 3)} on, which is
          what is expected of any row.
        </p>
        {labels.length > 1 && (
          <NativeSelect
            label="Class explained"
            value={subject}
            data={labels}
            onChange={(event) => put({ label: event.currentTarget.value })}
          />
        )}
      </div>
      <div className={styles.figures}>
        <Swarm explanation={explanation} version={version} label={label} subject={subject} />
        <Importances explanation={explanation} version={version} label={label} subject={subject} />
        <Dependence
          explanation={explanation}
          version={version}
          label={label}
          subject={subject}
          chosen={search.feature}
          onChoose={(feature) => put({ feature })}
        />
      </div>
    </>
  );
}

interface PartProps {
  explanation: ModelExplanation;
  version: ModelVersion;
  label: number;
  subject: string;
}

function Swarm({ explanation, version, label, subject }: PartProps) {
  const chart = useMemo(
    () => beeswarmChart({ explanation, label, subject, features: version.features }),
    [explanation, label, subject, version.features],
  );
  const title = `What moves ${subject}`;
  const lines = Math.min(explanation.features.length, MOST_SWARMS);
  return (
    <div className={styles.wide}>
      <Figure
        title={title}
        caption={
          <>
            A dot is a row; right of the line the feature raises {subject}. Colour is the feature’s value,
            from{' '}
            <span className={styles.scale}>
              low <i aria-hidden="true" /> high
            </span>
            ; categories have colours of their own, missing values are grey.
          </>
        }
      >
        <Chart label={title} option={chart.option} table={chart.table} height={swarmHeight(lines)} />
      </Figure>
    </div>
  );
}

function Importances({ explanation, version, label, subject }: PartProps) {
  const metric = version.leaderboard[0]?.metric ?? headlines(version.metrics)[0]?.name ?? '';
  const charts = useMemo(() => {
    const ranked = explanation.importance
      .map(({ feature, byLabel }) => ({ label: feature, value: byLabel[label] ?? 0, marked: true }))
      .toSorted((a, b) => b.value - a.value);
    return {
      shap: intervalBars({
        bars: ranked.slice(0, MOST_FEATURES),
        name: `Mean |SHAP|: ${scaleName(explanation.scale, subject)}`,
        format: (value) => formatNumber(value, 3),
        what: 'Feature',
      }),
      permutation: importanceChart(version.importance, metric),
    };
  }, [explanation, label, subject, version.importance, metric]);
  const height = Math.max(barsHeight(Math.min(explanation.importance.length, MOST_FEATURES)), 180);
  return (
    <>
      <Figure title="By SHAP" caption="How far each feature moves predictions, on average.">
        <Chart
          label="Importance by SHAP"
          option={charts.shap.option}
          table={charts.shap.table}
          height={height}
        />
      </Figure>
      <Figure
        title="By shuffling"
        caption="What the metric loses on held-out rows when a column is shuffled."
      >
        <Chart
          label="Importance by shuffling"
          option={charts.permutation.option}
          table={charts.permutation.table}
          height={height}
        />
      </Figure>
    </>
  );
}

function Dependence(props: PartProps & { chosen: string | undefined; onChoose: (feature: string) => void }) {
  const { explanation, version, label, subject, chosen, onChoose } = props;
  const all = explanation.dependence;
  const dependence = all.find(({ feature }) => feature === chosen) ?? all[0];
  const isClass = explanation.labels.length > 0;
  const chart = useMemo(
    () =>
      dependence &&
      dependenceChart({
        dependence,
        label,
        name: isClass ? `Probability of ${subject}` : subject,
        type: version.features.find(({ name }) => name === dependence.feature)?.type,
      }),
    [dependence, label, isClass, subject, version.features],
  );
  if (!dependence || !chart) return null;
  const title = `Partial dependence on ${dependence.feature}`;
  return (
    <div className={styles.wide}>
      <div className={styles.pick}>
        <NativeSelect
          label="Feature"
          value={dependence.feature}
          data={all.map(({ feature }) => feature)}
          onChange={(event) => onChoose(event.currentTarget.value)}
        />
      </div>
      <Figure
        title={title}
        caption="The thick line is the mean over rows as this feature alone is changed; the thin ones are single rows. Where they cross, the feature acts together with others."
      >
        <Chart label={title} option={chart.option} table={chart.table} height={320} />
      </Figure>
    </div>
  );
}
