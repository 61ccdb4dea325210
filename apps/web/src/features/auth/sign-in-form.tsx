import { PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { api } from '#lib/api.ts';
import { beginSession } from '#lib/session.ts';
import { useFirstFocus } from '#lib/use-first-focus.ts';
import { SendForm } from '#ui/send-form.tsx';

/** Email or user name, and password. What was typed stays when it is refused. */
export function SignInForm(props: { email?: string; onDone: () => void }) {
  const first = useFirstFocus();
  const form = useForm({
    initialValues: { email: props.email ?? '', password: '' },
    validate: {
      email: (value) => (value.trim() === '' ? 'Enter your email address or user name.' : null),
      password: (value) => (value === '' ? 'Enter your password.' : null),
    },
  });
  return (
    <SendForm
      form={form}
      send={async ({ email, password }) => {
        const session = await api.auth.login(
          email.includes('@') ? { email: email.trim(), password } : { username: email.trim(), password },
        );
        // First the session: what is asked for next must go out in its name.
        await beginSession(session);
      }}
      byCode={{ INVALID_CREDENTIALS: 'password' }}
      onDone={props.onDone}
      verb="Sign in"
      place="door"
    >
      <TextInput
        label="Email or user name"
        type="text"
        inputMode="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        ref={first}
        {...form.getInputProps('email')}
      />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        aria-invalid={form.errors['password'] !== undefined}
        data-autofocus={props.email !== undefined || undefined}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
        {...form.getInputProps('password')}
      />
    </SendForm>
  );
}
