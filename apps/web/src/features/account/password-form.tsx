import { Button, PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { formErrors } from '#lib/form-errors.ts';
import { Refusal } from '#ui/refusal.tsx';
import styles from './account-page.module.css';

const empty = { currentPassword: '', newPassword: '' };
const toggle = { visibilityToggleButtonProps: { 'aria-label': 'Show the password', tabIndex: 0 } } as const;

/** Changes the password of the account that is signed in. */
export function PasswordForm({ email }: { email: string }) {
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
    mutationFn: (values: typeof empty) => api.auth.changePassword(values),
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
      className={styles.password}
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
        value={email}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <PasswordInput
        label="Present password"
        autoComplete="current-password"
        {...toggle}
        {...form.getInputProps('currentPassword')}
      />
      <PasswordInput
        label="New password"
        description="At least 10 characters. A sentence is easier to keep in mind than symbols."
        autoComplete="new-password"
        {...toggle}
        {...form.getInputProps('newPassword')}
      />
      <Refusal message={refusal} />
      <div>
        <Button type="submit" loading={change.isPending}>
          Change the password
        </Button>
      </div>
    </form>
  );
}
