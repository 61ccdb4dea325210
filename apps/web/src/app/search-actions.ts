import type { User } from '@quadrax/contract';
import type { IconName } from '#ui/icons.tsx';
import { administrationOf, places } from './navigation.ts';
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
  user: User | undefined;
  mayWrite: boolean;
  dark: boolean;
  go: (to: Place['to'] | '/models/new' | '/account') => void;
  setLook: (look: 'light' | 'dark' | 'auto') => void;
  showKeys: () => void;
  signOut: () => void;
}

const administrationNotes: Partial<Record<Place['to'], string>> = {
  '/members': 'Who belongs here, and who is invited',
  '/audit': 'Who did what',
  '/platform': 'Every account of this installation',
  '/outbox': 'The mails that were written',
  '/upkeep': 'What is removed when its time is over',
};
const administrationWords: Partial<Record<Place['to'], string>> = {
  '/members': 'people users team invite invitations roles',
  '/audit': 'history changes who security export check',
  '/platform': 'accounts operator administrators disable',
  '/outbox': 'mail email letters smtp',
  '/upkeep': 'maintenance routines schedule retention clean',
};

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
  const administration = administrationOf(around.user).map((place): SearchAction => ({
    id: `go ${place.to}`,
    label: place.label,
    note: administrationNotes[place.to] ?? '',
    icon: place.icon,
    words: administrationWords[place.to] ?? '',
    run: () => {
      around.go(place.to);
    },
  }));
  const making: SearchAction[] = [
    {
      id: 'upload',
      label: 'Upload files',
      note: 'CSV, Excel, Parquet or JSON',
      icon: 'add',
      words: 'new import datakit table data',
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
  return [...goTo, ...(around.mayWrite ? making : []), ...administration, ...settings];
}

/** The actions in which every word of the query begins some word; all of them for an empty query. */
export function matching(actions: readonly SearchAction[], query: string): SearchAction[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return actions.filter((action) => {
    const words = `${action.label} ${action.words ?? ''}`.toLowerCase().split(/\s+/);
    return wanted.every((part) => words.some((word) => word.startsWith(part)));
  });
}
