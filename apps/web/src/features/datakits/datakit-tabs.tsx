import type { Datakit, Profile } from '@quadrax/contract';
import { Tabs } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { oneOf } from '#lib/search.ts';
import { SkeletonRows } from '#ui/skeletons.tsx';
import { Correlations } from './correlations.tsx';
import { DatakitView } from './datakit-view.tsx';
import styles from './datakit-tabs.module.css';
import { datakitRoute, datakitTabs } from './routes.ts';

// The editor is larger than the rest of the page: whoever does not ask for it does not wait for it.
const QueryTab = lazy(() => import('./query-tab.tsx').then((file) => ({ default: file.QueryTab })));
const TransformTab = lazy(() =>
  import('./transform-tab.tsx').then((file) => ({ default: file.TransformTab })),
);
const VersionsTab = lazy(() => import('./versions-tab.tsx').then((file) => ({ default: file.VersionsTab })));
const LineageTab = lazy(() => import('./lineage-tab.tsx').then((file) => ({ default: file.LineageTab })));

/** What can be done with a datakit that is ready, a tab each. */
export function DatakitTabs({ datakit, profile }: { datakit: Datakit; profile: UseQueryResult<Profile> }) {
  const search = datakitRoute.useSearch();
  const navigate = datakitRoute.useNavigate();
  return (
    <Tabs
      value={search.tab ?? 'profile'}
      onChange={(value) => {
        const tab = oneOf(value, datakitTabs);
        void navigate({
          search: (before) => ({ ...before, tab: tab === 'profile' ? undefined : tab, tidy: undefined }),
          resetScroll: false,
        });
      }}
      keepMounted={false}
    >
      <Tabs.List className={styles.tabs} aria-label="Views of this datakit">
        <Tabs.Tab value="profile">Profile</Tabs.Tab>
        <Tabs.Tab value="query">Query</Tabs.Tab>
        <Tabs.Tab value="transform">Transform</Tabs.Tab>
        <Tabs.Tab value="versions">Versions</Tabs.Tab>
        <Tabs.Tab value="lineage">Lineage</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="profile">
        <DatakitView datakit={datakit} profile={profile} />
        {profile.data?.correlations && <Correlations correlations={profile.data.correlations} />}
      </Tabs.Panel>
      <Suspense fallback={<SkeletonRows rows={8} />}>
        <Tabs.Panel value="query">
          <QueryTab datakit={datakit} />
        </Tabs.Panel>
        <Tabs.Panel value="transform">
          <TransformTab key={datakit.version} datakit={datakit} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <VersionsTab datakit={datakit} />
        </Tabs.Panel>
        <Tabs.Panel value="lineage">
          <LineageTab datakit={datakit} />
        </Tabs.Panel>
      </Suspense>
    </Tabs>
  );
}
