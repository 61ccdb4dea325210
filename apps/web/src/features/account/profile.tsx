import type { User } from '@quadrax/contract';
import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { formErrors } from '#lib/form-errors.ts';
import { updateUser } from '#lib/session.ts';
import { Refusal } from '#ui/refusal.tsx';
import { Section } from '#ui/section.tsx';
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
  const [refusal, setRefusal] = useState<string>();
  const form = useForm({
    initialValues: valuesOf(user),
    validate: {
      firstName: (value) => (value.trim() === '' ? 'Enter your first name.' : null),
      lastName: (value) => (value.trim() === '' ? 'Enter your last name.' : null),
      username: (value) =>
        /^([A-Za-z0-9._-]{3,64})?$/.test(value.trim())
          ? null
          : 'Use 3 to 64 letters, digits, dots, dashes or underscores.',
    },
  });
  const save = useMutation({
    mutationFn: ({ username, ...names }: ProfileValues) =>
      api.account.updateMe({ ...names, username: username.trim() === '' ? null : username.trim() }),
    onSuccess: (changed) => {
      updateUser(changed);
      form.setValues(valuesOf(changed));
      form.resetDirty(valuesOf(changed));
      notifications.show({ message: 'Your profile was changed.' });
    },
    onError: (error) => {
      const { fields, rest } = formErrors(error, Object.keys(form.values), { EMAIL_TAKEN: 'username' });
      form.setErrors(fields);
      setRefusal(rest);
    },
  });
  return (
    <Section title="Profile">
      <form
        className={styles.form}
        noValidate
        onSubmit={form.onSubmit((values) => {
          setRefusal(undefined);
          save.mutate(values);
        })}
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
        <Refusal message={refusal} />
        <div>
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}
