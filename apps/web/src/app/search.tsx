import '@mantine/spotlight/styles.layer.css';
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api } from '#lib/api.ts';
import { signOut, useMayWrite, useUser } from '#lib/session.ts';
import { sentenceCase } from '#lib/words.ts';
import { Icon } from '#ui/icons.tsx';
import { actionsFor, matching } from './search-actions.ts';
import type { SearchAction } from './search-actions.ts';

/**
 * What scrolls by itself can be reached by keyboard, though the arrows go through it from the field above. The list hands
 * this on to its scroll area, which its own type does not tell.
 */
const reachable: object = {
  viewportProps: { tabIndex: 0, role: 'group', 'aria-label': 'Found and actions' },
};

/** Finds any resource and runs any action. It opens as it is mounted. */
export default function Search({ onHelp }: { onHelp: () => void }) {
  const [query, setQuery] = useState('');
  const found = useResources(query.trim());
  const actions = useActions(onHelp);
  useEffect(() => {
    spotlight.open();
  }, []);
  const shown = matching(actions, query);
  const nothing = shown.length === 0 && found.items.length === 0;
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      scrollable
      maxHeight={420}
      centered={false}
      yOffset="12vh"
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      lockScroll={false}
      attributes={{ content: { 'aria-label': 'Search' } }}
    >
      <Spotlight.Search
        placeholder="Find a datakit, a model or an action"
        aria-label="Search"
        leftSection={<Icon name="search" />}
      />
      <Spotlight.ActionsList {...reachable}>
        {found.items.length > 0 && (
          <Spotlight.ActionsGroup label="Found">
            {found.items.map((item) => (
              <Row key={item.id} action={item} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {shown.length > 0 && (
          <Spotlight.ActionsGroup label="Actions">
            {shown.map((item) => (
              <Row key={item.id} action={item} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {nothing && (
          <Spotlight.Empty>
            {found.waiting ? 'Searching' : `Nothing has “${query.trim()}” in its name.`}
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function Row({ action }: { action: SearchAction }) {
  return (
    <Spotlight.Action
      label={action.label}
      description={action.note ?? ''}
      leftSection={<Icon name={action.icon} />}
      onClick={action.run}
    />
  );
}

function useActions(onHelp: () => void): readonly SearchAction[] {
  const navigate = useNavigate();
  const dark = useComputedColorScheme('light') === 'dark';
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return actionsFor({
    user: useUser(),
    mayWrite: useMayWrite(),
    dark,
    go: (to) => void navigate({ to }),
    setLook: setColorScheme,
    showKeys: onHelp,
    signOut: () => void signOut(),
  });
}

/** Datakits and models whose name has the words; asked for once the typing pauses. */
function useResources(query: string): { items: readonly SearchAction[]; waiting: boolean } {
  const navigate = useNavigate();
  const [name] = useDebouncedValue(query, 150);
  const search = useQuery({
    queryKey: ['search', name],
    queryFn: async ({ signal }) => {
      const [datakits, models] = await Promise.all([
        api.datakits.list({ name, limit: 6 }, { signal }),
        api.models.list({ name, limit: 6 }, { signal }),
      ]);
      return { datakits: datakits.items, models: models.items };
    },
    enabled: name !== '',
    placeholderData: keepPreviousData,
  });
  if (query === '' || search.data === undefined) return { items: [], waiting: search.isFetching };
  const items: SearchAction[] = [
    ...search.data.datakits.map(({ id, name: label, status }) => ({
      id,
      label,
      note: `Datakit · ${sentenceCase(status)}`,
      icon: 'datakits' as const,
      run: () => void navigate({ to: '/datakits/$id', params: { id } }),
    })),
    ...search.data.models.map(({ id, name: label, status }) => ({
      id,
      label,
      note: `Model · ${sentenceCase(status)}`,
      icon: 'models' as const,
      run: () => void navigate({ to: '/models/$id', params: { id } }),
    })),
  ];
  return { items, waiting: search.isFetching };
}
