import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Link, createLazyRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { personRules } from '#lib/form-rules.ts';
import { signInMethods } from '#lib/sign-in-methods.ts';
import { SendForm } from '#ui/send-form.tsx';
import { Door } from './door.tsx';
import { useFirstFocus } from '#lib/use-first-focus.ts';

export const Route = createLazyRoute('/forgot-password')({ component: ForgotPasswordPage });

const back = <Link to="/sign-in">Back to sign in</Link>;

function ForgotPasswordPage() {
  const [sentTo, setSentTo] = useState<string>();
  const sendsMail = useQuery(signInMethods).data?.mail ?? true;
  if (sentTo === undefined)
    return (
      <Door
        title="Forgot your password?"
        sentence="Enter the email address of your account. The link that is sent to it lets you choose a new password."
        other={back}
      >
        <AskForm onDone={setSentTo} />
      </Door>
    );
  return (
    <Door
      title={sendsMail ? 'Look into your mail' : 'Ask an administrator'}
      sentence={
        sendsMail
          ? `If an account has the address ${sentTo}, a link is on its way. It may take a minute; look among unwanted mail too.`
          : `This server sends no mail. If an account has the address ${sentTo}, an administrator can pass the link on to you.`
      }
      other={back}
    />
  );
}

function AskForm({ onDone }: { onDone: (email: string) => void }) {
  const first = useFirstFocus();
  const form = useForm({ initialValues: { email: '' }, validate: { email: personRules.email } });
  return (
    <SendForm
      form={form}
      send={({ email }) => api.auth.forgotPassword({ email: email.trim() })}
      onDone={(_nothing, { email }) => onDone(email.trim())}
      verb="Send the link"
      place="door"
    >
      <TextInput
        label="Email"
        type="email"
        autoComplete="email"
        ref={first}
        {...form.getInputProps('email')}
      />
    </SendForm>
  );
}
