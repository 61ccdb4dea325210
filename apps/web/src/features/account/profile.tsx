import type { User } from '@quadrax/contract';
import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { api } from '#lib/api.ts';
import { personRules } from '#lib/form-rules.ts';
import { updateUser } from '#lib/session.ts';
import { Section } from '#ui/section.tsx';
import { SendForm } from '#ui/send-form.tsx';
import styles from './account-page.module.css';

interface ProfileValues {
  firstName: string;
  lastName: string;
  username: string;
}

const valuesOf = ({ firstName, lastName, username = '' }: User): ProfileValues => ({
  firstName,
  lastName,
  username,
});

/** How one is called here, and the name to sign in with. */
export function Profile({ user }: { user: User }) {
  const form = useForm({
    initialValues: valuesOf(user),
    validate: {
      firstName: personRules.firstName,
      lastName: personRules.lastName,
      username: (value) =>
        /^([A-Za-z0-9._-]{3,64})?$/.test(value.trim())
          ? null
          : 'Use 3 to 64 letters, digits, dots, dashes or underscores.',
    },
  });
  return (
    <Section title="Profile">
      <SendForm
        form={form}
        send={({ username, ...names }) =>
          api.account.updateMe({ ...names, username: username.trim() === '' ? null : username.trim() })
        }
        byCode={{ TAKEN: 'username' }}
        onDone={(changed) => {
          updateUser(changed);
          form.setValues(valuesOf(changed));
          form.resetDirty(valuesOf(changed));
          notifications.show({ message: 'Your profile was changed.' });
        }}
        verb="Save"
        disabled={!form.isDirty()}
        place="page"
      >
        <div className={styles.pair}>
          <TextInput label="First name" autoComplete="given-name" {...form.getInputProps('firstName')} />
          <TextInput label="Last name" autoComplete="family-name" {...form.getInputProps('lastName')} />
        </div>
        <TextInput
          label="User name"
          description="To sign in with, beside your email address; may be left empty."
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          {...form.getInputProps('username')}
        />
      </SendForm>
    </Section>
  );
}
