import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { formErrors } from '#lib/form-errors.ts';
import { beginSession } from '#lib/session.ts';
import { Refusal } from '#ui/refusal.tsx';
import { useFirstFocus } from '#lib/use-first-focus.ts';
import styles from './door.module.css';

/** Email or user name, and password. What was typed stays when it is refused. */
export function SignInForm(props: { email?: string; onDone: () => void }) {
  const [refusal, setRefusal] = useState<string>();
  const first = useFirstFocus();
  const form = useForm({
    initialValues: { email: props.email ?? '', password: '' },
    validate: {
      email: (value) => (value.trim() === '' ? 'Enter your email address or user name.' : null),
      password: (value) => (value === '' ? 'Enter your password.' : null),
    },
  });
  const signIn = useMutation({
    mutationFn: async ({ email, password }: { email: string; password: string }) => {
      const session = await api.auth.login(
        email.includes('@') ? { email: email.trim(), password } : { username: email.trim(), password },
      );
      // First the session: what is asked for next must go out in its name.
      await beginSession(session);
    },
    onSuccess: () => {
      props.onDone();
    },
    onError: (error) => {
      const { fields, rest } = formErrors(error, ['email', 'password'], { INVALID_CREDENTIALS: 'password' });
      form.setErrors(fields);
      setRefusal(rest);
    },
  });
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={form.onSubmit((values) => {
        setRefusal(undefined);
        signIn.mutate(values);
      })}
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
      <Refusal message={refusal} />
      <Button type="submit" loading={signIn.isPending} fullWidth>
        Sign in
      </Button>
    </form>
  );
}
