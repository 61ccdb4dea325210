import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, createLazyRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { formErrors } from '#lib/form-errors.ts';
import { signInMethods } from '#lib/sign-in-methods.ts';
import { Refusal } from '#ui/refusal.tsx';
import { Door } from './door.tsx';
import { newAccountRules } from './new-account.tsx';
import { useFirstFocus } from '#lib/use-first-focus.ts';
import styles from './door.module.css';

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
  const [refusal, setRefusal] = useState<string>();
  const first = useFirstFocus();
  const form = useForm({ initialValues: { email: '' }, validate: { email: newAccountRules.email } });
  const ask = useMutation({
    mutationFn: ({ email }: { email: string }) => api.auth.forgotPassword({ email: email.trim() }),
    onSuccess: (_nothing, { email }) => {
      onDone(email.trim());
    },
    onError: (error) => {
      const { fields, rest } = formErrors(error, ['email']);
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
        ask.mutate(values);
      })}
    >
      <TextInput
        label="Email"
        type="email"
        autoComplete="email"
        ref={first}
        {...form.getInputProps('email')}
      />
      <Refusal message={refusal} />
      <Button type="submit" loading={ask.isPending} fullWidth>
        Send the link
      </Button>
    </form>
  );
}
