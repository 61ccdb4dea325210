import { Outlet } from '@tanstack/react-router';
import { Suspense, lazy, useEffect, useState } from 'react';

const none = { default: () => <></> };
// Where they cannot be loaded they are missing, and nothing else is.
const Notices = lazy(() => import('./notices.tsx').catch(() => none));

/** Around every page, with or without a session. */
export function Root() {
  const settled = useSettled();
  return (
    <>
      <Outlet />
      <Suspense>{settled && <Notices />}</Suspense>
    </>
  );
}

/** Whether the page has had its first rest: what nobody waits for is loaded then. */
function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(true);
    }, 1_500);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return settled;
}
