import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { failureOf } from '#lib/failure.ts';
import { formErrors } from '#lib/form-errors.ts';
import { beginSession } from '#lib/session.ts';
import { NewPassword } from '#ui/new-password.tsx';
import { Refusal } from '#ui/refusal.tsx';
import { NameFields, newAccountRules } from './new-account.tsx';
import styles from './door.module.css';

const empty = { firstName: '', lastName: '', password: '' };

/** Opens an account for whoever was invited at an address that has none. */
export function InvitationForm({ token, email }: { token: string; email: string }) {
  const router = useRouter();
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<string>();
  const { firstName, lastName, password } = newAccountRules;
  const form = useForm({ initialValues: empty, validate: { firstName, lastName, password } });
  const accept = useMutation({
    mutationFn: async (values: typeof empty) =>
      beginSession(await api.auth.acceptInvitation({ token, ...values })),
    onSuccess: () => {
      router.history.push('/');
    },
    onError: (error) => {
      // What was offered is no longer so: the page says what is, such as to sign in with an account made meanwhile.
      if (['EMAIL_TAKEN', 'LINK_INVALID'].includes(failureOf(error).code ?? ''))
        void queries.invalidateQueries({ queryKey: ['auth', 'invitation'] });
      const { fields, rest } = formErrors(error, Object.keys(empty));
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
        accept.mutate(values);
      })}
    >
      <NameFields inputOf={form.getInputProps} />
      <TextInput
        label="Email"
        description="The invitation is for this address."
        type="email"
        autoComplete="username"
        value={email}
        readOnly
      />
      <NewPassword
        personal={[form.values.firstName, form.values.lastName, email]}
        {...form.getInputProps('password')}
      />
      <Refusal message={refusal} />
      <Button type="submit" loading={accept.isPending} fullWidth>
        Open an account and join
      </Button>
    </form>
  );
}
