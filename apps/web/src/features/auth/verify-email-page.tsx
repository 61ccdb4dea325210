import { skipToken, useQuery } from '@tanstack/react-query';
import { createLazyRoute } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { failureOf } from '#lib/failure.ts';
import { sessionState, updateUser, useUser } from '#lib/session.ts';
import { ErrorState } from '#ui/error-state.tsx';
import { LinkButton } from '#ui/link-button.tsx';
import { Door } from './door.tsx';
import { tokenOf } from './mailed-link.ts';

export const Route = createLazyRoute('/verify-email')({ component: VerifyEmailPage });

const confirm = async (token: string): Promise<string> => {
  const { email } = await api.auth.verifyEmail({ token });
  // Who is signed in here may be the one whose address it is.
  if (sessionState().status === 'signed-in') await api.account.me().then(updateUser, () => undefined);
  return email;
};

/** Confirms as it opens. A question of the cache: it is asked once, however often the page is drawn. */
function VerifyEmailPage() {
  const token = tokenOf('/verify-email');
  const confirmed = useQuery({
    queryKey: ['auth', 'verify-email', token],
    queryFn: token === undefined ? skipToken : () => confirm(token),
    staleTime: Infinity,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  });
  const onward = <Onward />;
  if (token === undefined || (confirmed.isError && failureOf(confirmed.error).code === 'LINK_INVALID'))
    return (
      <Door
        title={token === undefined ? 'Open the link again' : 'This link is no longer good'}
        sentence="It works once, and for two days; a newer one takes its place. If your address is not confirmed yet, send the link again from your account page."
      >
        {onward}
      </Door>
    );
  if (confirmed.isError)
    return (
      <Door title="Not confirmed" sentence="The address could not be confirmed.">
        <ErrorState error={confirmed.error} onRetry={() => void confirmed.refetch()} />
      </Door>
    );
  if (confirmed.isPending) return <Door title="Confirming your address" sentence="This takes a moment." />;
  return (
    <Door title="Your address is confirmed" sentence={`${confirmed.data} belongs to your account.`}>
      {onward}
    </Door>
  );
}

function Onward() {
  return useUser() === undefined ? (
    <LinkButton to="/sign-in" fullWidth>
      Sign in
    </LinkButton>
  ) : (
    <LinkButton to="/" fullWidth>
      Go to the overview
    </LinkButton>
  );
}
