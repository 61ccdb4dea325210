import { skipToken, useQuery } from '@tanstack/react-query';
import { createLazyRoute } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { sessionState, updateUser, useUser } from '#lib/session.ts';
import { LinkButton } from '#ui/link-button.tsx';
import { Door } from './door.tsx';
import { LinkAnswer } from './link-door.tsx';
import { tokenOf } from './mailed-link.ts';

export const Route = createLazyRoute('/verify-email')({ component: VerifyEmailPage });

const confirm = async (token: string): Promise<string> => {
  const { email } = await api.auth.verifyEmail({ token });
  // Who is signed in here may be the one whose address it is.
  if (sessionState().status === 'signed-in') await api.account.me().then(updateUser, () => undefined);
  return email;
};

const spent =
  'It works once, and for two days; a newer one takes its place. If your address is not confirmed yet, send the link again from your account page.';

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
  return (
    <LinkAnswer
      path="/verify-email"
      answer={confirmed}
      spent={{ sentence: spent, action: <Onward /> }}
      asking="Confirming your address"
      failed={{ title: 'Not confirmed', sentence: 'The address could not be confirmed.' }}
    >
      {(email) => (
        <Door title="Your address is confirmed" sentence={`${email} belongs to your account.`}>
          <Onward />
        </Door>
      )}
    </LinkAnswer>
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
