import type { Model, ModelVersionSummary } from '@quadrax/contract';
import { NativeSelect, Tabs } from '@mantine/core';
import { formatAgo } from '#lib/format.ts';
import { oneOf } from '#lib/search.ts';
import { formatMetric, metricLabel } from '#lib/words.ts';
import { ErrorState } from '#ui/error-state.tsx';
import { ExplainTab } from './explain/explain-tab.tsx';
import { headlines } from './metrics.ts';
import styles from './model-page.module.css';
import { useVersion } from './model-queries.ts';
import { MonitoringTab } from './monitoring-tab.tsx';
import { PredictTab } from './predict-tab.tsx';
import { type ModelSearch, modelRoute, modelTabs } from './routes.ts';
import { VersionImported } from './version-imported.tsx';
import { VersionResults, VersionResultsSkeleton } from './version-results.tsx';
import { VersionsTable } from './versions-table.tsx';
import { VersionTraining } from './version-training.tsx';

/** A chosen version: its results, predictions by what is deployed, and how it was trained. */
export function VersionView(props: {
  model: Model;
  versions: readonly ModelVersionSummary[];
  chosen: ModelVersionSummary;
}) {
  const { model, versions, chosen } = props;
  const search = modelRoute.useSearch();
  const navigate = modelRoute.useNavigate();
  const version = useVersion(model.id, chosen.version);
  const tab = search.tab ?? 'results';
  const put = (change: ModelSearch): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  return (
    <Tabs
      value={tab}
      onChange={(value) => {
        const next = oneOf(value, modelTabs);
        put({ tab: next === 'results' ? undefined : next });
      }}
      keepMounted={false}
    >
      <div className={styles.bar}>
        <NativeSelect
          aria-label="Version"
          className={styles.version}
          value={String(chosen.version)}
          onChange={(event) => put({ version: Number(event.currentTarget.value) })}
          data={versions.map((one) => ({ value: String(one.version), label: versionLabel(one, model) }))}
        />
        <Tabs.List className={styles.tabs}>
          <Tabs.Tab value="results">{chosen.imported ? 'About' : 'Results'}</Tabs.Tab>
          {!chosen.imported && <Tabs.Tab value="explain">Explain</Tabs.Tab>}
          <Tabs.Tab value="predict">Predict</Tabs.Tab>
          <Tabs.Tab value="monitoring">Monitoring</Tabs.Tab>
          {!chosen.imported && <Tabs.Tab value="training">Training</Tabs.Tab>}
        </Tabs.List>
      </div>
      <Tabs.Panel value="results">
        {version.error && !version.data && (
          <ErrorState
            error={version.error}
            title={`Version ${chosen.version} could not be read.`}
            onRetry={() => void version.refetch()}
          />
        )}
        {version.data?.imported && <VersionImported model={model} version={version.data} />}
        {version.data && !version.data.imported && (
          <VersionResults modelId={model.id} version={version.data} />
        )}
        {version.isPending && <VersionResultsSkeleton />}
      </Tabs.Panel>
      <Tabs.Panel value="explain">
        {version.data && <ExplainTab modelId={model.id} version={version.data} />}
      </Tabs.Panel>
      <Tabs.Panel value="predict">
        <PredictTab model={model} chosen={chosen.version} />
      </Tabs.Panel>
      <Tabs.Panel value="monitoring">
        <MonitoringTab model={model} version={chosen.version} />
      </Tabs.Panel>
      <Tabs.Panel value="training">
        {version.data && <VersionTraining model={model} version={version.data} />}
        {versions.length > 1 && <VersionsTable model={model} versions={versions} />}
      </Tabs.Panel>
    </Tabs>
  );
}

function versionLabel(version: ModelVersionSummary, model: Model): string {
  const [metric] = headlines(version.metrics);
  return [
    `Version ${version.version}`,
    model.deployedVersion === version.version && 'deployed',
    metric && `${metricLabel(metric.name)} ${formatMetric(metric.name, metric.value)}`,
    formatAgo(version.trainedAt),
  ]
    .filter(Boolean)
    .join(' · ');
}
