import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Link, createLazyRoute, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { formErrors } from '#lib/form-errors.ts';
import { beginSession } from '#lib/session.ts';
import { Refusal } from '#ui/refusal.tsx';
import { Door } from './door.tsx';
import { useFirstFocus } from './use-first-focus.ts';
import styles from './door.module.css';

export const Route = createLazyRoute('/register')({ component: RegisterPage });

function RegisterPage() {
  const { from } = Route.useSearch();
  return (
    <Door
      title="Register"
      sentence="You get a workspace of your own."
      other={
        <>
          Have an account?{' '}
          <Link to="/sign-in" search={from === undefined ? {} : { from }}>
            Sign in
          </Link>
        </>
      }
    >
      <RegisterForm from={from} />
    </Door>
  );
}

const empty = { firstName: '', lastName: '', email: '', password: '', organization: '' };
const needed = (sentence: string) => (value: string) => (value.trim() === '' ? sentence : null);

function RegisterForm({ from }: { from: string | undefined }) {
  const router = useRouter();
  const [refusal, setRefusal] = useState<string>();
  const first = useFirstFocus();
  const form = useForm({
    initialValues: empty,
    validateInputOnBlur: ['password'],
    validate: {
      firstName: needed('Enter your first name.'),
      lastName: needed('Enter your last name.'),
      email: (value) =>
        /^\S+@\S+$/.test(value.trim()) ? null : 'Enter an email address, such as ada@example.org.',
      password: (value) => (value.length < 10 ? 'Use at least 10 characters.' : null),
    },
  });
  const register = useMutation({
    mutationFn: ({ organization, ...values }: typeof empty) =>
      api.auth.register({
        ...values,
        ...(organization.trim() === '' ? {} : { organization: organization.trim() }),
      }),
    onSuccess: (session) => {
      beginSession(session);
      router.history.push(from ?? '/');
    },
    onError: (error) => {
      const { fields, rest } = formErrors(error, Object.keys(empty), { EMAIL_TAKEN: 'email' });
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
        register.mutate(values);
      })}
    >
      <div className={styles.pair}>
        <TextInput
          label="First name"
          autoComplete="given-name"
          ref={first}
          {...form.getInputProps('firstName')}
        />
        <TextInput label="Last name" autoComplete="family-name" {...form.getInputProps('lastName')} />
      </div>
      <TextInput label="Email" type="email" autoComplete="email" {...form.getInputProps('email')} />
      <PasswordInput
        label="Password"
        description="At least 10 characters. A sentence is easier to keep in mind than symbols."
        autoComplete="new-password"
        aria-invalid={form.errors['password'] !== undefined}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
        {...form.getInputProps('password')}
      />
      <TextInput
        label="Organization"
        description="Names your workspace; may be left empty."
        autoComplete="organization"
        {...form.getInputProps('organization')}
      />
      <Refusal message={refusal} />
      <Button type="submit" loading={register.isPending} fullWidth>
        Register
      </Button>
    </form>
  );
}
