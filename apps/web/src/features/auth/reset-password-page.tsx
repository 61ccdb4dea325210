import { Button } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Link, createLazyRoute, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { failureOf } from '#lib/failure.ts';
import { formErrors } from '#lib/form-errors.ts';
import { sessionState, signOut } from '#lib/session.ts';
import { LinkButton } from '#ui/link-button.tsx';
import { NewPassword } from '#ui/new-password.tsx';
import { Refusal } from '#ui/refusal.tsx';
import { Door } from './door.tsx';
import { tokenOf } from './mailed-link.ts';
import { newAccountRules } from './new-account.tsx';
import { useFirstFocus } from '#lib/use-first-focus.ts';
import styles from './door.module.css';

export const Route = createLazyRoute('/reset-password')({ component: ResetPasswordPage });

function ResetPasswordPage() {
  const token = tokenOf('/reset-password');
  const [invalid, setInvalid] = useState(token === undefined);
  if (token === undefined || invalid)
    return (
      <Door
        title={token === undefined ? 'Open the link again' : 'This link is no longer good'}
        sentence="A link to choose a new password works once, and for an hour."
        other={<Link to="/sign-in">Back to sign in</Link>}
      >
        <LinkButton to="/forgot-password" fullWidth>
          Ask for a new link
        </LinkButton>
      </Door>
    );
  return (
    <Door
      title="Choose a new password"
      sentence="Wherever this account is signed in, it is signed out."
      other={<Link to="/sign-in">Back to sign in</Link>}
    >
      <ResetForm
        token={token}
        onInvalid={() => {
          setInvalid(true);
        }}
      />
    </Door>
  );
}

function ResetForm({ token, onInvalid }: { token: string; onInvalid: () => void }) {
  const navigate = useNavigate();
  const [refusal, setRefusal] = useState<string>();
  const first = useFirstFocus();
  const form = useForm({ initialValues: { password: '' }, validate: { password: newAccountRules.password } });
  const reset = useMutation({
    mutationFn: ({ password }: { password: string }) => api.auth.resetPassword({ token, password }),
    onSuccess: async () => {
      // The session of this browser, if there was one, has ended with the others.
      if (sessionState().status === 'signed-in') await signOut().catch(() => undefined);
      await navigate({ to: '/sign-in', search: { notice: 'password' } });
    },
    onError: (error) => {
      if (failureOf(error).code === 'LINK_INVALID') return onInvalid();
      const { fields, rest } = formErrors(error, ['password']);
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
        reset.mutate(values);
      })}
    >
      <NewPassword label="New password" personal={[]} ref={first} {...form.getInputProps('password')} />
      <Refusal message={refusal} />
      <Button type="submit" loading={reset.isPending} fullWidth>
        Change the password
      </Button>
    </form>
  );
}
