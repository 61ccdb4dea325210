import { Outlet } from '@tanstack/react-router';
import { Suspense, lazy } from 'react';

const Notices = lazy(() => import('./notices.tsx'));

/** Around every page, with or without a session. */
export function Root() {
  return (
    <>
      <Outlet />
      <Suspense>
        <Notices />
      </Suspense>
    </>
  );
}
