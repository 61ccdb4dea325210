import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { personRules } from '#lib/form-rules.ts';
import { failureOf } from '#lib/failure.ts';
import { beginSession } from '#lib/session.ts';
import { NewPassword } from '#ui/new-password.tsx';
import { SendForm } from '#ui/send-form.tsx';
import { NameFields } from './new-account.tsx';

const empty = { firstName: '', lastName: '', password: '' };

/** Opens an account for whoever was invited at an address that has none. */
export function InvitationForm({ token, email }: { token: string; email: string }) {
  const router = useRouter();
  const queries = useQueryClient();
  const { firstName, lastName, password } = personRules;
  const form = useForm({ initialValues: empty, validate: { firstName, lastName, password } });
  // What was offered is no longer so: the page says what is, such as to sign in with an account made meanwhile.
  const staleOffer = (error: unknown): boolean => {
    if (['EMAIL_TAKEN', 'LINK_INVALID'].includes(failureOf(error).code ?? ''))
      void queries.invalidateQueries({ queryKey: ['auth', 'invitation'] });
    return false;
  };
  return (
    <SendForm
      form={form}
      send={async (values) => beginSession(await api.auth.acceptInvitation({ token, ...values }))}
      onRefused={staleOffer}
      onDone={() => router.history.push('/')}
      verb="Open an account and join"
      place="door"
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
    </SendForm>
  );
}
