import type { User } from '@quadrax/contract';
import { Button, PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { formErrors } from '#lib/form-errors.ts';
import { NewPassword } from '#ui/new-password.tsx';
import { Refusal } from '#ui/refusal.tsx';
import styles from './account-page.module.css';

const empty = { currentPassword: '', newPassword: '' };

/** Changes the password of the account that is signed in. */
export function PasswordForm({ user }: { user: User }) {
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<string>();
  const form = useForm({
    initialValues: empty,
    validate: {
      currentPassword: (value) => (value === '' ? 'Enter your present password.' : null),
      newPassword: (value) => (value.length < 10 ? 'Use at least 10 characters.' : null),
    },
  });
  const change = useMutation({
    mutationFn: (values: typeof empty) => api.account.changePassword(values),
    onSuccess: async () => {
      form.reset();
      notifications.show({ message: 'The password was changed. All other sessions have ended.' });
      await queries.invalidateQueries({ queryKey: ['account', 'sessions'] });
    },
    onError: (error) => {
      const { fields, rest } = formErrors(error, Object.keys(empty));
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
        change.mutate(values);
      })}
    >
      {/* For password managers, which need to know whose password it is. */}
      <input
        className="visually-hidden"
        type="email"
        autoComplete="username"
        value={user.email}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <PasswordInput
        label="Present password"
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
        {...form.getInputProps('currentPassword')}
      />
      <NewPassword
        label="New password"
        personal={[user.firstName, user.lastName, user.email]}
        {...form.getInputProps('newPassword')}
      />
      <Refusal message={refusal} />
      <div className={styles.line}>
        <Button type="submit" loading={change.isPending}>
          Change the password
        </Button>
        <Link to="/forgot-password">Forgot it, or never chose one?</Link>
      </div>
    </form>
  );
}
