import type { Model, Monitoring } from '@quadrax/contract';
import { SegmentedControl } from '@mantine/core';
import { useMemo } from 'react';
import { formatInteger, formatNumber, formatPercent } from '#lib/format.ts';
import { oneOf } from '#lib/search.ts';
import { Chart } from '#ui/chart.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Figure } from '#ui/figure.tsx';
import { Section } from '#ui/section.tsx';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { Stat, StatRow } from '#ui/stat.tsx';
import { driftChart, latencyChart, requestsChart } from './charts/monitoring-charts.ts';
import { Deployments } from './deployments.tsx';
import { DriftList } from './drift-list.tsx';
import { referenceText, unaskedText, uncomparedText } from './drift-words.ts';
import { useMonitoring } from './model-queries.ts';
import { modelRoute, monitoringDays } from './routes.ts';
import styles from './monitoring.module.css';

const spans = [
  { value: '1', label: '1 day' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
];

/** How a version does where it is served, and which versions are. */
export function MonitoringTab({ model, version }: { model: Model; version: number }) {
  const { days = '7' } = modelRoute.useSearch();
  const navigate = modelRoute.useNavigate();
  const monitoring = useMonitoring(model.id, version, Number(days));
  const put = (value: string): void =>
    void navigate({
      search: (before) => ({ ...before, days: oneOf(value, monitoringDays) }),
      replace: true,
      resetScroll: false,
    });
  return (
    <div className={styles.monitoring}>
      <Deployments model={model} chosen={version} days={Number(days)} />
      <Section
        title={`Version ${version} at work`}
        note="Counted with a delay of a few seconds. Batch predictions of whole datakits are not counted."
        aside={
          <SegmentedControl size="xs" aria-label="Span of time" value={days} onChange={put} data={spans} />
        }
      >
        {monitoring.data && <Watched monitoring={monitoring.data} />}
        {!monitoring.data && monitoring.error && (
          <ErrorState
            error={monitoring.error}
            title="What this version was asked could not be read."
            onRetry={() => void monitoring.refetch()}
          />
        )}
        {monitoring.isPending && <MonitoringSkeleton />}
      </Section>
    </div>
  );
}

function MonitoringSkeleton() {
  return (
    <div aria-hidden="true">
      <SkeletonBlock height={84} />
      <div className={styles.figures}>
        <SkeletonBlock height={280} />
        <SkeletonBlock height={280} />
      </div>
    </div>
  );
}

const milliseconds = (value: number | undefined): string =>
  value === undefined ? '–' : formatNumber(value, 3);

function Watched({ monitoring }: { monitoring: Monitoring }) {
  const { requests, errors, rows, latency, series } = monitoring;
  const charts = useMemo(
    () => ({ requests: requestsChart(series, monitoring), latency: latencyChart(series, monitoring) }),
    [series, monitoring],
  );
  if (requests === 0)
    return <EmptyState title="Nothing was asked in this time" sentence={unaskedText(monitoring)} />;
  return (
    <>
      <StatRow>
        <Stat label="Requests" value={formatInteger(requests)} />
        <Stat label="Rows" value={formatInteger(rows)} />
        <Stat
          label="Refused"
          value={formatPercent(errors / requests)}
          explain="Requests with rows that the model cannot take, such as text where a number belongs."
        />
        <Stat
          label="Median time"
          value={milliseconds(latency?.p50)}
          unit="ms"
          explain="Within the server, without the way there and back."
        />
        <Stat label="99 % within" value={milliseconds(latency?.p99)} unit="ms" />
      </StatRow>
      <div className={styles.figures}>
        <Figure title="Requests">
          <Chart label="Requests by the hour" {...charts.requests} height={260} />
        </Figure>
        <Figure title="Time to answer">
          <Chart label="Time to answer by the hour" {...charts.latency} height={260} />
        </Figure>
      </div>
      <Drifts monitoring={monitoring} />
    </>
  );
}

function Drifts({ monitoring }: { monitoring: Monitoring }) {
  const { feature } = modelRoute.useSearch();
  const navigate = modelRoute.useNavigate();
  const { prediction, features, compared } = monitoring;
  const open = (name: string | undefined): void =>
    void navigate({
      search: (before) => ({ ...before, feature: name }),
      replace: true,
      resetScroll: false,
    });
  if (!compared) return <p className={styles.sentence}>{uncomparedText(monitoring)}</p>;
  const against = referenceText(monitoring);
  return (
    <>
      <DriftOverTime monitoring={monitoring} feature={feature} />
      <div className={styles.figures}>
        <Figure
          title={`Predictions against ${against}`}
          caption="Population stability index: below 0.1 stable, above 0.25 shifted."
        >
          {prediction && <DriftList drifts={[prediction]} against={against} open={feature} onOpen={open} />}
        </Figure>
        <Figure
          title={`Features against ${against}`}
          caption="The most drifted first. Open one to see both distributions. Texts are compared by their lengths and by how many are missing."
        >
          <DriftList drifts={features} against={against} open={feature} onOpen={open} />
        </Figure>
      </div>
    </>
  );
}

/** One line for predictions, one for the feature that is open, else for the most drifted of each time. */
function DriftOverTime({ monitoring, feature }: { monitoring: Monitoring; feature: string | undefined }) {
  const { driftSeries, features } = monitoring;
  const followed = features.some(({ name }) => name === feature) ? feature : undefined;
  const chart = useMemo(
    () => driftChart(driftSeries, monitoring, followed),
    [driftSeries, monitoring, followed],
  );
  const each = driftSeries[0]?.hours === 1 ? 'hour' : 'day';
  return (
    <div className={styles.figures}>
      <Figure
        title="Drift over time"
        caption={`Stability index by the ${each}, against ${referenceText(monitoring)}; the dashed lines are 0.1 and 0.25, and what is above 1 is drawn as 1. Too few rows leave a gap. Open a feature below to follow it.`}
      >
        <Chart label={`Drift by the ${each}`} {...chart} height={260} />
      </Figure>
    </div>
  );
}
