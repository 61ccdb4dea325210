import type { User } from '@quadrax/contract';
import { PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { personRules } from '#lib/form-rules.ts';
import { NewPassword } from '#ui/new-password.tsx';
import { SendForm } from '#ui/send-form.tsx';

const empty = { currentPassword: '', newPassword: '' };

/** Changes the password of the account that is signed in. */
export function PasswordForm({ user }: { user: User }) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: empty,
    validate: {
      currentPassword: (value) => (value === '' ? 'Enter your present password.' : null),
      newPassword: personRules.password,
    },
  });
  return (
    <SendForm
      form={form}
      send={(values) => api.account.changePassword(values)}
      onDone={async () => {
        form.reset();
        notifications.show({ message: 'The password was changed. All other sessions have ended.' });
        await queries.invalidateQueries({ queryKey: ['account', 'sessions'] });
      }}
      verb="Change the password"
      besides={<Link to="/forgot-password">Forgot it, or never chose one?</Link>}
      place="page"
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
    </SendForm>
  );
}
