import type { ApiKey, ApiKeyScope, Role } from '@quadrax/contract';
import { formatDay } from '#lib/format.ts';

/** What a key may be made for, each in a sentence; the later ones include the earlier. */
export const scopes: readonly { value: ApiKeyScope; label: string; explained: string }[] = [
  {
    value: 'read',
    label: 'Read',
    explained: 'Sees datakits, models and jobs, and predicts with deployed models. Changes nothing.',
  },
  {
    value: 'write',
    label: 'Read and write',
    explained: 'Also uploads data, trains, deploys and deletes.',
  },
  {
    value: 'admin',
    label: 'Administer',
    explained: 'Also manages the members and the settings of this workspace.',
  },
];

const scopesOfRole: Record<Role, number> = { VIEWER: 1, USER: 2, ADMIN: 3 };

/** A key is never good for more than its owner is. */
export const scopesFor = (role: Role) => scopes.slice(0, scopesOfRole[role]);

/** The widest of its scopes says it all. */
export const scopeWords = ({ scopes: given }: Pick<ApiKey, 'scopes'>): string =>
  scopes.findLast(({ value }) => given.includes(value))?.label ?? 'Nothing';

export const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: 'never', label: 'It does not expire' },
] as const;
export type Lifetime = (typeof lifetimes)[number]['value'];

const dayMs = 86_400_000;

/** When a key that is made now ends, as the API takes it; undefined: it does not. */
export const expiryOf = (lifetime: Lifetime, now: number): string | undefined =>
  lifetime === 'never' ? undefined : new Date(now + Number(lifetime) * dayMs).toISOString();

/** "Never", "Expired" or the day. */
export function expiryWords(expiresAt: string | undefined, now: number = Date.now()): string {
  if (expiresAt === undefined) return 'Never';
  return Date.parse(expiresAt) <= now ? 'Expired' : formatDay(expiresAt);
}
