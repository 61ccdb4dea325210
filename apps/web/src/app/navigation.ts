import type { User } from '@quadrax/contract';
import type { IconName } from '#ui/icons.tsx';

export interface Place {
  to: '/' | '/datakits' | '/models' | '/jobs' | '/members' | '/audit' | '/platform' | '/outbox' | '/upkeep';
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

const members: Place = { to: '/members', label: 'Members', icon: 'members', key: 'u' };
const audit: Place = { to: '/audit', label: 'Audit log', icon: 'audit', key: 'a' };
const platform: readonly Place[] = [
  { to: '/platform', label: 'Platform', icon: 'platform', key: 'p' },
  { to: '/outbox', label: 'Outbox', icon: 'mail', key: 'x' },
  { to: '/upkeep', label: 'Upkeep', icon: 'upkeep', key: 'k' },
];

/** Where one sees to people rather than data, as far as one may. */
export const administrationOf = (user: User | undefined): readonly Place[] => [
  members,
  ...(user?.role === 'ADMIN' ? [audit] : []),
  ...(user?.platformAdministrator ? platform : []),
];
