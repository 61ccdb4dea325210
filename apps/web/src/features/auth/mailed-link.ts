import { redirect } from '@tanstack/react-router';
import { text } from '#lib/search.ts';

/** The pages that a link with a token opens. */
export type LinkPath = '/reset-password' | '/verify-email' | '/setup' | '/invitation';

const tokens = new Map<LinkPath, string>();

/** For the route of such a page: takes the token into memory, and out of the address bar and the history at once. */
export const mailedLink = (path: LinkPath) => ({
  validateSearch: (search: Record<string, unknown>): { token?: string } => {
    const token = text(search.token);
    return token === undefined ? {} : { token };
  },
  beforeLoad: ({ search }: { search: { token?: string } }) => {
    if (search.token === undefined) return;
    tokens.set(path, search.token);
    throw redirect({ to: path, search: {}, replace: true });
  },
});

/** What the link of this page carried; undefined after a reload, and for whoever came without a link. */
export const tokenOf = (path: LinkPath): string | undefined => tokens.get(path);

const parked = 'quadrax.invitation';

/** Keeps the token of an invitation while its guest signs in elsewhere: the page is left for that. */
export const parkInvitation = (token: string): void => sessionStorage.setItem(parked, token);

/** Takes up what was parked, once. */
export function unparkInvitation(): void {
  const token = sessionStorage.getItem(parked);
  sessionStorage.removeItem(parked);
  if (token !== null && !tokens.has('/invitation')) tokens.set('/invitation', token);
}
