import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link, createLazyRoute, useRouter } from '@tanstack/react-router';
import { api } from '#lib/api.ts';
import { personRules } from '#lib/form-rules.ts';
import { beginSession } from '#lib/session.ts';
import { platformAdministrator } from '@quadrax/contract/words';
import { NewPassword } from '#ui/new-password.tsx';
import { SendForm } from '#ui/send-form.tsx';
import { Door } from './door.tsx';
import { LinkDoor } from './link-door.tsx';
import { NameFields } from './new-account.tsx';

export const Route = createLazyRoute('/setup')({ component: SetupPage });

const spent = {
  sentence:
    'Open the link that the server printed when it was started; it works until there is an administrator.',
  other: (
    <>
      Set up already? <Link to="/sign-in">Sign in</Link>
    </>
  ),
};

function SetupPage() {
  return (
    <LinkDoor path="/setup" spent={spent}>
      {(token, refused) => (
        <Door
          title="Set up Quadrax"
          sentence={`You become the first ${platformAdministrator}, with a workspace of your own.`}
        >
          <SetupForm token={token} onRefused={refused} />
        </Door>
      )}
    </LinkDoor>
  );
}

const empty = { firstName: '', lastName: '', email: '', password: '', organization: '' };

function SetupForm(props: { token: string; onRefused: (error: unknown) => boolean }) {
  const router = useRouter();
  const form = useForm({ initialValues: empty, validate: personRules });
  const { firstName, lastName, email, organization } = form.values;
  return (
    <SendForm
      form={form}
      send={async ({ organization, ...values }) => {
        const named = organization.trim() === '' ? {} : { organization: organization.trim() };
        await beginSession(await api.auth.setup({ token: props.token, ...values, ...named }));
      }}
      byCode={{ EMAIL_TAKEN: 'email' }}
      onRefused={props.onRefused}
      onDone={() => router.history.push('/')}
      verb="Set up"
      place="door"
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
    </SendForm>
  );
}
