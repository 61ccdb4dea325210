import { useRouter } from '@tanstack/react-router';
import { switchTenant } from './session.ts';

/**
 * Goes into another tenant and there to the overview, since what a page shows is of one tenant only. The frame is
 * built anew with it, and so are its questions and its connection of events.
 */
export function useSwitchTenant(): (
  tenantId: string | undefined,
  options?: { readonly keepOwnPage?: boolean },
) => Promise<void> {
  const router = useRouter();
  return async (tenantId, { keepOwnPage = false } = {}) => {
    // What the account page shows is the person's own, wherever they are.
    const stays = keepOwnPage && router.state.location.pathname === '/account';
    // The page first: with the new tenant it would ask for what is not there.
    await switchTenant(tenantId, async () => {
      if (!stays) await router.navigate({ to: '/' });
    });
    document.querySelector<HTMLElement>('[data-page-title]')?.focus({ preventScroll: true });
  };
}
