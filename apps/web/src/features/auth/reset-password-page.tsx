import { useForm } from '@mantine/form';
import { Link, createLazyRoute, useNavigate } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { personRules } from '#lib/form-rules.ts';
import { sessionState, signOut } from '#lib/session.ts';
import { LinkButton } from '#ui/link-button.tsx';
import { NewPassword } from '#ui/new-password.tsx';
import { SendForm } from '#ui/send-form.tsx';
import { Door } from './door.tsx';
import { LinkDoor } from './link-door.tsx';
import { useFirstFocus } from '#lib/use-first-focus.ts';

export const Route = createLazyRoute('/reset-password')({ component: ResetPasswordPage });

const back = <Link to="/sign-in">Back to sign in</Link>;

const spent = {
  sentence: 'A link to choose a new password works once, and for an hour.',
  other: back,
  action: (
    <LinkButton to="/forgot-password" fullWidth>
      Ask for a new link
    </LinkButton>
  ),
};

function ResetPasswordPage() {
  return (
    <LinkDoor path="/reset-password" spent={spent}>
      {(token, refused) => (
        <Door
          title="Choose a new password"
          sentence="Wherever this account is signed in, it is signed out."
          other={back}
        >
          <ResetForm token={token} onRefused={refused} />
        </Door>
      )}
    </LinkDoor>
  );
}

function ResetForm(props: { token: string; onRefused: (error: unknown) => boolean }) {
  const navigate = useNavigate();
  const first = useFirstFocus();
  const form = useForm({ initialValues: { password: '' }, validate: { password: personRules.password } });
  return (
    <SendForm
      form={form}
      send={({ password }) => api.auth.resetPassword({ token: props.token, password })}
      onRefused={props.onRefused}
      onDone={async () => {
        // The session of this browser, if there was one, has ended with the others.
        if (sessionState().status === 'signed-in') await signOut().catch(() => undefined);
        await navigate({ to: '/sign-in', search: { notice: 'password' } });
      }}
      verb="Change the password"
      place="door"
    >
      <NewPassword label="New password" personal={[]} ref={first} {...form.getInputProps('password')} />
    </SendForm>
  );
}
