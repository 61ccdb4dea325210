import type { InvitationOffer } from '@quadrax/client';
import { Button } from '@mantine/core';
import { skipToken, useMutation, useQuery } from '@tanstack/react-query';
import { Link, createLazyRoute, useRouter } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { failureOf } from '#lib/failure.ts';
import { tenantOf } from '#lib/memberships.ts';
import { sessionState, signOut, switchTenant, useUser } from '#lib/session.ts';
import { roleMeaning, roleSentence } from '#lib/words.ts';
import { Refusal } from '#ui/refusal.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { Door } from './door.tsx';
import { InvitationForm } from './invitation-form.tsx';
import { LinkAnswer } from './link-door.tsx';
import { parkInvitation, tokenOf } from './mailed-link.ts';
import { ProviderLink } from './provider-link.tsx';
import { SignInForm } from './sign-in-form.tsx';
import styles from './door.module.css';

export const Route = createLazyRoute('/invitation')({ component: InvitationPage });

const sentenceOf = ({ invitedBy, role }: InvitationOffer): string =>
  `${invitedBy ?? 'An administrator'} invites you to this workspace as ${roleSentence(role)}. ${roleMeaning(role)}`;

const spent = {
  title: 'This invitation is no longer good',
  sentence:
    'It was accepted, withdrawn or replaced by a newer one, or its time is over. Ask whoever invited you for another.',
  other: <Link to="/sign-in">Sign in</Link>,
};

function InvitationPage() {
  const token = tokenOf('/invitation');
  const offer = useQuery({
    queryKey: ['auth', 'invitation', token],
    queryFn: token === undefined ? skipToken : ({ signal }) => api.auth.invitation({ token }, { signal }),
    staleTime: Infinity,
  });
  return (
    <LinkAnswer
      path="/invitation"
      answer={offer}
      spent={spent}
      asking="Invitation"
      failed={{ title: 'Invitation', sentence: 'The invitation could not be read just now.' }}
    >
      {(offered, good) => <Accepting token={good} offer={offered} />}
    </LinkAnswer>
  );
}

/** The way in for whoever is here: signed in as the guest, as somebody else, not at all, or without an account. */
function Accepting({ token, offer }: { token: string; offer: InvitationOffer }) {
  const user = useUser();
  const router = useRouter();
  const join = useMutation({
    mutationFn: async () => {
      await switchTenant(tenantOf(await api.account.join({ token })));
    },
    onSuccess: () => {
      router.history.push('/');
    },
  });
  const title = `Join ${offer.tenantName}`;
  if (user?.email === offer.email)
    return (
      <Door title={title} sentence={sentenceOf(offer)} other={<Link to="/">Not now</Link>}>
        <div className={styles.form}>
          <Refusal message={join.isError ? failureOf(join.error).message : undefined} />
          <Button
            fullWidth
            loading={join.isPending}
            onClick={() => {
              join.mutate();
            }}
          >
            {title}
          </Button>
        </div>
      </Door>
    );
  if (user !== undefined) return <SomebodyElse offer={offer} email={user.email} />;
  const provider = (
    <div className={styles.below}>
      <ProviderLink
        returnTo="/invitation"
        onLeave={() => {
          parkInvitation(token);
        }}
      />
    </div>
  );
  if (!offer.accountExists)
    return (
      <Door title={title} sentence={sentenceOf(offer)}>
        <InvitationForm token={token} email={offer.email} />
        {provider}
      </Door>
    );
  return (
    <Door
      title={title}
      sentence={`${sentenceOf(offer)} Sign in to join.`}
      other={<Link to="/forgot-password">Forgot your password?</Link>}
    >
      <SignInForm
        email={offer.email}
        onDone={() => {
          const state = sessionState();
          if (state.status === 'signed-in' && state.user.email === offer.email) join.mutate();
        }}
      />
      {provider}
    </Door>
  );
}

function SomebodyElse({ offer, email }: { offer: InvitationOffer; email: string }) {
  return (
    <Door
      title="You are signed in as somebody else"
      sentence={
        <>
          The invitation to {offer.tenantName} is for <strong>{offer.email}</strong>, and you are signed in as{' '}
          <strong>{email}</strong>.
        </>
      }
      other={<Link to="/">Not now</Link>}
    >
      <Button
        fullWidth
        onClick={() => {
          signOut().catch((error: unknown) => {
            showFailure(error, 'Signed out here, but the server could not be told.');
          });
        }}
      >
        Sign out
      </Button>
    </Door>
  );
}
