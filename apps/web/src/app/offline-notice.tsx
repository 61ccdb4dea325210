import { onlineManager, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { isUnanswered } from '#lib/failure.ts';
import { StatusMark } from '#ui/status-mark.tsx';
import styles from './shell.module.css';

/** Says that the server does not answer, and goes by itself once it does. */
export function OfflineNotice() {
  const away = useServerAway();
  return (
    <output className={styles.status}>
      {away && (
        <div className={styles.notice}>
          <StatusMark tone="warn" label="Offline" bare />
          The server does not answer. What is shown may be out of date; nothing you typed is lost.
        </div>
      )}
    </output>
  );
}

/** Whether the last question to the server went unanswered. Asks again while that is so. */
function useServerAway(): boolean {
  const queryClient = useQueryClient();
  const [away, setAway] = useState(!onlineManager.isOnline());
  useEffect(() => {
    const stopOnline = onlineManager.subscribe((online) => {
      if (!online) setAway(true);
    });
    const stopQueries = queryClient.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated') return;
      // A manual success is an event that was written into the cache, not an answer.
      if (event.action.type === 'success' && event.action.manual !== true) setAway(false);
      if (event.action.type === 'error' || event.action.type === 'failed') {
        const { error } = event.action;
        setAway(isUnanswered(error));
      }
    });
    return () => {
      stopOnline();
      stopQueries();
    };
  }, [queryClient]);
  useEffect(() => {
    if (!away) return;
    const timer = setInterval(() => {
      void fetch('/health', { cache: 'no-store' }).then(
        () => {
          setAway(false);
          return queryClient.invalidateQueries();
        },
        () => undefined,
      );
    }, 5_000);
    return () => {
      clearInterval(timer);
    };
  }, [away, queryClient]);
  return away;
}
