import type { IconName } from '#ui/icons.tsx';

export interface Place {
  to: '/' | '/datakits' | '/models' | '/jobs';
  label: string;
  icon: IconName;
  /** The key after `g`. */
  key: string;
}

/** The nouns of the product, in the order of the navigation. */
export const places: readonly Place[] = [
  { to: '/', label: 'Overview', icon: 'overview', key: 'o' },
  { to: '/datakits', label: 'Datakits', icon: 'datakits', key: 'd' },
  { to: '/models', label: 'Models', icon: 'models', key: 'm' },
  { to: '/jobs', label: 'Jobs', icon: 'jobs', key: 'j' },
];
