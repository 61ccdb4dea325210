import type { User } from '@quadrax/client';
import { QuadraxError } from '@quadrax/client';
import { platformAdministrator } from '@quadrax/contract/words';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import { api } from '#lib/api.ts';
import { onLostConnection } from '#lib/events.ts';
import { isForeignTenant } from '#lib/page-session.ts';
import { signOut, updateUser, useUser } from '#lib/session.ts';
import { useSwitchTenant } from '#lib/use-switch-tenant.ts';
import { roleLabel } from '#lib/words.ts';

const isForbidden = (error: unknown): boolean => error instanceof QuadraxError && error.code === 'FORBIDDEN';

/** What has changed of somebody's rights; undefined: nothing. */
export function rightsChanged(before: User, now: User): string | undefined {
  if (before.role !== now.role) return `Your role here is now ${roleLabel(now.role)}.`;
  if (before.platformAdministrator === now.platformAdministrator) return undefined;
  return `You are ${now.platformAdministrator ? 'now a' : 'no longer a'} ${platformAdministrator}.`;
}

const say = async (message: string): Promise<void> => {
  const { notifications } = await import('@mantine/notifications');
  notifications.show({ message, autoClose: 12_000 });
};

/**
 * Follows what one may do: whoever is refused what the page offered is told what has changed and sees the page as it
 * is then; whoever may no longer enter the workspace goes on in another.
 */
export function useLostRights(): void {
  const queryClient = useQueryClient();
  const switchTenant = useSwitchTenant();
  const user = useUser();
  const busy = useRef(false);

  const leave = async ({ tenantName }: User): Promise<void> => {
    try {
      await switchTenant(undefined, { keepOwnPage: true });
      await say(`You are no longer a member of ${tenantName}.`);
    } catch (error) {
      if (!isForeignTenant(error)) throw error;
      await signOut().catch(() => undefined);
      await say(
        `You are no longer a member of ${tenantName}, and of no other workspace. Ask its administrator.`,
      );
    }
  };
  /** Looks again who one is here. */
  const isStillIn = async (before: User): Promise<boolean> => {
    try {
      const now = await api.account.me();
      const change = rightsChanged(before, now);
      if (change === undefined) return true;
      updateUser(now);
      await say(change);
      await queryClient.invalidateQueries();
      return true;
    } catch (error) {
      if (isForeignTenant(error)) return false;
      throw error;
    }
  };
  const heed = useEffectEvent(async (because?: unknown) => {
    if (busy.current || user === undefined) return;
    busy.current = true;
    try {
      if (isForeignTenant(because) || !(await isStillIn(user))) await leave(user);
    } catch {
      // The server is away, or the session has ended: others say so.
    } finally {
      busy.current = false;
    }
  });
  const heedError = useEffectEvent((error: unknown) => {
    if (isForeignTenant(error) || isForbidden(error)) void heed(error);
  });

  useEffect(() => onLostConnection(() => void heed()), []);
  useEffect(() => {
    const stops = [queryClient.getQueryCache(), queryClient.getMutationCache()].map((cache) =>
      cache.subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'error') heedError(event.action.error);
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, [queryClient]);
}
