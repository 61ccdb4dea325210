import { Link, createLazyRoute, useRouter } from '@tanstack/react-router';
import { Door } from './door.tsx';
import { SignInForm } from './sign-in-form.tsx';

export const Route = createLazyRoute('/sign-in')({ component: SignInPage });

function SignInPage() {
  const { from } = Route.useSearch();
  const router = useRouter();
  return (
    <Door
      title="Sign in"
      sentence="Data in; a trained, explained and deployed model out."
      other={
        <>
          No account yet?{' '}
          <Link to="/register" search={from === undefined ? {} : { from }}>
            Register
          </Link>
        </>
      }
    >
      <SignInForm
        onDone={() => {
          // The gate asks for the session, which is set in the same tick.
          queueMicrotask(() => router.history.push(from ?? '/'));
        }}
      />
    </Door>
  );
}
