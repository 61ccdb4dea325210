import type { IconName } from '#ui/icons.tsx';
import { places } from './navigation.ts';
import type { Place } from './navigation.ts';

export interface SearchAction {
  id: string;
  label: string;
  note?: string;
  icon: IconName;
  /** Other words people look for it by. */
  words?: string;
  run: () => void;
}

interface Surroundings {
  mayWrite: boolean;
  dark: boolean;
  go: (to: Place['to'] | '/models/new' | '/account') => void;
  setLook: (look: 'light' | 'dark' | 'auto') => void;
  showKeys: () => void;
  signOut: () => void;
}

/** What can be done from anywhere. */
export function actionsFor(around: Surroundings): SearchAction[] {
  const goTo = places.map((place): SearchAction => ({
    id: `go ${place.to}`,
    label: place.label,
    note: `Go to the ${place.to === '/' ? 'overview' : `list of ${place.label.toLowerCase()}`}`,
    icon: place.icon,
    words: 'go to open list',
    run: () => {
      around.go(place.to);
    },
  }));
  const making: SearchAction[] = [
    {
      id: 'upload',
      label: 'Upload a table',
      note: 'CSV, Excel, Parquet or JSON',
      icon: 'add',
      words: 'new import datakit file data',
      run: () => {
        around.go('/datakits');
      },
    },
    {
      id: 'train',
      label: 'Train a model',
      note: 'From a datakit that is ready',
      icon: 'add',
      words: 'new fit learn',
      run: () => {
        around.go('/models/new');
      },
    },
  ];
  const settings: SearchAction[] = [
    {
      id: 'look',
      label: around.dark ? 'Use the light look' : 'Use the dark look',
      icon: around.dark ? 'sun' : 'moon',
      words: 'theme colour scheme',
      run: () => {
        around.setLook(around.dark ? 'light' : 'dark');
      },
    },
    {
      id: 'look-system',
      label: 'Use the look of the system',
      icon: 'sun',
      words: 'theme colour scheme auto',
      run: () => {
        around.setLook('auto');
      },
    },
    {
      id: 'keys',
      label: 'Show the keys',
      icon: 'more',
      words: 'shortcuts help keyboard',
      run: around.showKeys,
    },
    {
      id: 'account',
      label: 'Account and sessions',
      icon: 'more',
      words: 'password profile sign-in devices',
      run: () => {
        around.go('/account');
      },
    },
    { id: 'sign-out', label: 'Sign out', icon: 'close', words: 'log out leave', run: around.signOut },
  ];
  return [...goTo, ...(around.mayWrite ? making : []), ...settings];
}

/** The actions in which every word of the query begins some word; all of them for an empty query. */
export function matching(actions: readonly SearchAction[], query: string): SearchAction[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return actions.filter((action) => {
    const words = `${action.label} ${action.words ?? ''}`.toLowerCase().split(/\s+/);
    return wanted.every((part) => words.some((word) => word.startsWith(part)));
  });
}
