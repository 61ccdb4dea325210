import type { MailState } from '@quadrax/contract';
import { createRoute } from '@tanstack/react-router';
import { healthQuery } from '#lib/health.ts';
import { shellRoute } from '#lib/routes.ts';
import type { RouteContext } from '#lib/routes.ts';
import { oneOf, text } from '#lib/search.ts';

export const states = ['kept', 'waiting', 'sent', 'failed'] as const satisfies readonly MailState[];

/** The filters of the list, as the address bar holds them. */
export interface OutboxSearch {
  state?: MailState | undefined;
  recipient?: string | undefined;
}

const validateSearch = (search: Record<string, unknown>): OutboxSearch => ({
  state: oneOf(search.state, states),
  recipient: text(search.recipient),
});

/** Whether mails are sent stands above everything else: known first, so that nothing jumps when it is. */
const loader = ({ context }: { context: RouteContext }) => context.queryClient.prefetchQuery(healthQuery);

export const mailRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/outbox', validateSearch, loader }).lazy(() =>
    import('./outbox-page.tsx').then((module) => module.Route),
  ),
  createRoute({ getParentRoute: () => shellRoute, path: '/outbox/$id', loader }).lazy(() =>
    import('./mail-page.tsx').then((module) => module.Route),
  ),
] as const;
