import type { User } from '@quadrax/contract';
import { createLazyRoute } from '@tanstack/react-router';
import { useUser } from '#lib/session.ts';
import { sentenceCase } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { Page } from '#ui/page.tsx';
import { Section } from '#ui/section.tsx';
import { PasswordForm } from './password-form.tsx';
import { Sessions } from './sessions.tsx';

export const Route = createLazyRoute('/shell/account')({ component: AccountPage });

const stateOf = ({ email, username, role, tenantName }: User): string =>
  [email, username, `${sentenceCase(role)} of ${tenantName}`]
    .filter((part) => part !== undefined)
    .join(' · ');

/** One's own account: where one is signed in, and the password. */
function AccountPage() {
  const user = useUser();
  return (
    <Page
      title="Account"
      heading={user && `${user.firstName} ${user.lastName}`}
      state={user && stateOf(user)}
      copyAs={<CopyAs call={{ name: 'auth.sessions' }} />}
    >
      <Sessions />
      <Section title="Password" note="Whoever else is signed in with the present one is signed out.">
        <PasswordForm email={user?.email ?? ''} />
      </Section>
    </Page>
  );
}
