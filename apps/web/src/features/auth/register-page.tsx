import { TextInput } from '@mantine/core';
import type { TextInputProps } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Link, createLazyRoute, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { personRules } from '#lib/form-rules.ts';
import { beginSession } from '#lib/session.ts';
import { signInMethods } from '#lib/sign-in-methods.ts';
import { useFirstFocus } from '#lib/use-first-focus.ts';
import { NewPassword } from '#ui/new-password.tsx';
import { SendForm } from '#ui/send-form.tsx';
import { Door } from './door.tsx';
import { NameFields } from './new-account.tsx';
import styles from './door.module.css';

export const Route = createLazyRoute('/register')({ component: RegisterPage });

function RegisterPage() {
  const { from } = Route.useSearch();
  const closed = useQuery(signInMethods).data?.registration === false;
  if (closed)
    return (
      <Door
        title="Registration is closed"
        sentence="Ask an administrator of this server for an invitation."
        other={<Link to="/sign-in">Back to sign in</Link>}
      />
    );
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

const empty = { firstName: '', lastName: '', email: '', password: '', organization: '', username: '' };

function RegisterForm({ from }: { from: string | undefined }) {
  const router = useRouter();
  const form = useForm({
    initialValues: empty,
    validateInputOnBlur: ['password'],
    validate: personRules,
  });
  const { firstName, lastName, email, organization, username } = form.values;
  return (
    <SendForm
      form={form}
      send={({ organization, username, ...values }) =>
        api.auth.register({
          ...values,
          ...(organization.trim() !== '' && { organization: organization.trim() }),
          ...(username.trim() !== '' && { username: username.trim() }),
        })
      }
      byCode={{ EMAIL_TAKEN: 'email' }}
      onDone={async (session) => {
        await beginSession(session);
        router.history.push(from ?? '/');
      }}
      verb="Register"
      place="door"
    >
      <NameFields inputOf={form.getInputProps} />
      <TextInput label="Email" type="email" autoComplete="email" {...form.getInputProps('email')} />
      <NewPassword
        personal={[firstName, lastName, email, organization, username]}
        {...form.getInputProps('password')}
      />
      <TextInput
        label="Workspace name"
        description="What you share with those you invite. Left empty, it is named after you."
        autoComplete="organization"
        {...form.getInputProps('organization')}
      />
      <UserName {...form.getInputProps('username')} />
    </SendForm>
  );
}

/** Signing in takes the email address too, so a user name is asked for only of those who want one. */
function UserName(props: TextInputProps) {
  const [wanted, setWanted] = useState(false);
  if (wanted) return <UserNameField {...props} />;
  return (
    <button type="button" className={styles.quiet} onClick={() => setWanted(true)}>
      Add a user name
    </button>
  );
}

function UserNameField(props: TextInputProps) {
  const first = useFirstFocus();
  return (
    <TextInput
      label="User name"
      description="To sign in with, beside your email address. 3 to 64 letters, digits, dots, dashes or underscores."
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      ref={first}
      {...props}
    />
  );
}
