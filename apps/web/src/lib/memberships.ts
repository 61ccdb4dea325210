import type { Membership } from '@quadrax/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** The tenants that the signed-in account belongs to. */
export const memberships = queryOptions({
  queryKey: ['account', 'memberships'],
  queryFn: ({ signal }) => api.account.memberships({ signal }),
});

/** What names that tenant in a call; home is what a call means that names none. */
export const tenantOf = ({ home, tenantId }: Membership): string | undefined => (home ? undefined : tenantId);
