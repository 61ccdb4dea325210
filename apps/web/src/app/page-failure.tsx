import type { ErrorComponentProps } from '@tanstack/react-router';
import { useRouter } from '@tanstack/react-router';
import { isUnanswered } from '#lib/failure.ts';
import { ErrorState } from '#ui/error-state.tsx';
import { Page } from '#ui/page.tsx';

/** A page that could not be shown. The rest of the app stays. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const offline = isUnanswered(error);
  return (
    <Page title={offline ? 'The server does not answer' : 'This page could not be shown'} narrow>
      <ErrorState
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </Page>
  );
}

/** The frame itself could not be shown, as when the server is away at the start. */
export function ShellFailure(props: ErrorComponentProps) {
  return (
    <main>
      <PageFailure {...props} />
    </main>
  );
}
