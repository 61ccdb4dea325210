import { useRouter } from '@tanstack/react-router';
import { switchTenant } from './session.ts';

/**
 * Goes into another tenant and there to the overview, since what a page shows is of one tenant only. The frame is
 * built anew with it, and so are its questions and its connection of events.
 */
export function useSwitchTenant(): (tenantId: string | undefined) => Promise<void> {
  const router = useRouter();
  return async (tenantId) => {
    // The page first: with the new tenant it would ask for what is not there.
    await switchTenant(tenantId, () => router.navigate({ to: '/' }));
    document.querySelector<HTMLElement>('[data-page-title]')?.focus({ preventScroll: true });
  };
}
