import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Link, createLazyRoute, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { failureOf } from '#lib/failure.ts';
import { formErrors } from '#lib/form-errors.ts';
import { beginSession } from '#lib/session.ts';
import { NewPassword } from '#ui/new-password.tsx';
import { Refusal } from '#ui/refusal.tsx';
import { Door } from './door.tsx';
import { tokenOf } from './mailed-link.ts';
import { NameFields, newAccountRules } from './new-account.tsx';
import styles from './door.module.css';

export const Route = createLazyRoute('/setup')({ component: SetupPage });

function SetupPage() {
  const token = tokenOf('/setup');
  const [invalid, setInvalid] = useState(token === undefined);
  if (token === undefined || invalid)
    return (
      <Door
        title={token === undefined ? 'Open the link again' : 'This link is no longer good'}
        sentence="Open the link that the server printed when it was started; it works until there is an administrator."
        other={
          <>
            Set up already? <Link to="/sign-in">Sign in</Link>
          </>
        }
      />
    );
  return (
    <Door
      title="Set up Quadrax"
      sentence="You become the first administrator of this platform, with a workspace of your own."
    >
      <SetupForm
        token={token}
        onInvalid={() => {
          setInvalid(true);
        }}
      />
    </Door>
  );
}

const empty = { firstName: '', lastName: '', email: '', password: '', organization: '' };

function SetupForm({ token, onInvalid }: { token: string; onInvalid: () => void }) {
  const router = useRouter();
  const [refusal, setRefusal] = useState<string>();
  const form = useForm({ initialValues: empty, validate: newAccountRules });
  const { firstName, lastName, email, organization } = form.values;
  const setup = useMutation({
    mutationFn: async ({ organization, ...values }: typeof empty) => {
      const named = organization.trim() === '' ? {} : { organization: organization.trim() };
      await beginSession(await api.auth.setup({ token, ...values, ...named }));
    },
    onSuccess: () => {
      router.history.push('/');
    },
    onError: (error) => {
      if (failureOf(error).code === 'LINK_INVALID') return onInvalid();
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
        setup.mutate(values);
      })}
    >
      <NameFields inputOf={form.getInputProps} />
      <TextInput label="Email" type="email" autoComplete="email" {...form.getInputProps('email')} />
      <NewPassword
        personal={[firstName, lastName, email, organization]}
        {...form.getInputProps('password')}
      />
      <TextInput
        label="Workspace name"
        description="What you share with those you invite. Left empty, it is named after you."
        autoComplete="organization"
        {...form.getInputProps('organization')}
      />
      <Refusal message={refusal} />
      <Button type="submit" loading={setup.isPending} fullWidth>
        Set up
      </Button>
    </form>
  );
}
