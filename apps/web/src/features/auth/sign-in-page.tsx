import { useQuery } from '@tanstack/react-query';
import { Link, createLazyRoute, useRouter } from '@tanstack/react-router';
import { useSession } from '#lib/session.ts';
import { signInMethods } from '#lib/sign-in-methods.ts';
import { Refusal } from '#ui/refusal.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { Door } from './door.tsx';
import { problemWords } from './problems.ts';
import { ProviderLink } from './provider-link.tsx';
import { SignInForm } from './sign-in-form.tsx';
import styles from './door.module.css';

export const Route = createLazyRoute('/sign-in')({ component: SignInPage });

function SignInPage() {
  const { from, problem, notice } = Route.useSearch();
  const router = useRouter();
  const methods = useQuery(signInMethods);
  // Where the server did not say, the page behind the link does.
  const mayRegister = methods.data?.registration ?? methods.isError;
  return (
    <Door
      title="Sign in"
      sentence="Data in; a trained, explained and deployed model out."
      other={
        mayRegister ? (
          <>
            No account yet?{' '}
            <Link to="/register" search={from === undefined ? {} : { from }}>
              Register
            </Link>
          </>
        ) : undefined
      }
    >
      {notice === 'password' && (
        <output className={styles.good}>
          <StatusMark tone="good" label="Done" bare />
          The password was changed. Sign in with the new one.
        </output>
      )}
      {notice === undefined && <WhyHere />}
      {problem !== undefined && (
        <div className={styles.good}>
          <Refusal message={problemWords(problem)} />
        </div>
      )}
      <SignInForm
        onDone={() => {
          // The gate asks for the session, which is set in the same tick.
          queueMicrotask(() => router.history.push(from ?? '/'));
        }}
      />
      <div className={styles.below}>
        <ProviderLink returnTo={from ?? '/'} />
        <Link to="/forgot-password">Forgot your password?</Link>
      </div>
    </Door>
  );
}

/** Why whoever was signed in no longer is, where the server said so. */
function WhyHere() {
  const session = useSession();
  if (session.status !== 'signed-out' || session.reason === undefined) return null;
  return (
    <output className={styles.good}>
      <StatusMark tone="warn" label="Signed out" bare />
      Your session has ended. {session.reason}
    </output>
  );
}
