import type { User } from '@quadrax/contract';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { personRules } from '#lib/form-rules.ts';
import { signInMethods } from '#lib/sign-in-methods.ts';
import { useFirstFocus } from '#lib/use-first-focus.ts';
import { Section } from '#ui/section.tsx';
import { SendLinkAgain } from '#ui/send-link-again.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { SendForm } from '#ui/send-form.tsx';
import styles from './account-page.module.css';

/** The address of the account, whether it is confirmed, and the way to change it. */
export function EmailAddress({ user }: { user: User }) {
  const [changing, setChanging] = useState(false);
  const [sentTo, setSentTo] = useState<string>();
  const sendsMail = useQuery(signInMethods).data?.mail ?? true;
  return (
    <Section title="Email address" note="Where links are sent to, and what you sign in with.">
      <div className={styles.line}>
        <strong className={styles.address}>{user.email}</strong>
        <StatusMark
          tone={user.emailVerified ? 'good' : 'warn'}
          label={user.emailVerified ? 'Confirmed' : 'Not confirmed'}
        />
        {!user.emailVerified && sendsMail && <SendLinkAgain />}
        {!changing && (
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => {
              setChanging(true);
            }}
          >
            Change the address
          </Button>
        )}
      </div>
      {!sendsMail && (
        <p className={styles.remark}>
          This server sends no mail. An administrator can pass on the links that confirm an address.
        </p>
      )}
      {changing && (
        <ChangeForm
          onDone={(email) => {
            setChanging(false);
            setSentTo(email);
          }}
          onCancel={() => {
            setChanging(false);
          }}
        />
      )}
      <output className={styles.remark}>
        {sentTo !== undefined && sentTo !== user.email && (
          <>
            A link is on its way to <strong>{sentTo}</strong>. The address changes once it is opened.
          </>
        )}
      </output>
    </Section>
  );
}

const empty = { email: '', password: '' };

function ChangeForm(props: { onDone: (email: string) => void; onCancel: () => void }) {
  const first = useFirstFocus();
  const form = useForm({
    initialValues: empty,
    validate: {
      email: personRules.email,
      password: (value) => (value === '' ? 'Enter your password.' : null),
    },
  });
  return (
    <SendForm
      form={form}
      send={({ email, password }) => api.account.changeEmail({ email: email.trim(), password })}
      onDone={(_nothing, { email }) => props.onDone(email.trim())}
      verb="Send the link"
      besides={
        <Button variant="default" onClick={props.onCancel}>
          Cancel
        </Button>
      }
      place="page"
    >
      <TextInput
        label="New address"
        type="email"
        autoComplete="email"
        ref={first}
        {...form.getInputProps('email')}
      />
      <PasswordInput
        label="Your password"
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
        {...form.getInputProps('password')}
      />
    </SendForm>
  );
}
