import type { User } from '@quadrax/contract';
import { createLazyRoute } from '@tanstack/react-router';
import { useUser } from '#lib/session.ts';
import { roleLabel } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { Page } from '#ui/page.tsx';
import { Section } from '#ui/section.tsx';
import { ApiKeys } from './api-keys.tsx';
import { EmailAddress } from './email-address.tsx';
import { PasswordForm } from './password-form.tsx';
import { Profile } from './profile.tsx';
import { Sessions } from './sessions.tsx';
import { Workspaces } from './workspaces.tsx';

export const Route = createLazyRoute('/shell/account')({ component: AccountPage });

const stateOf = ({ email, username, role, tenantName }: User): string =>
  [email, username, `${roleLabel(role)} of ${tenantName}`].filter((part) => part !== undefined).join(' · ');

/** One's own account: who one is, where one belongs, and what speaks for one. */
function AccountPage() {
  const user = useUser();
  return (
    <Page
      title="Account"
      heading={user && `${user.firstName} ${user.lastName}`}
      state={user && stateOf(user)}
      copyAs={<CopyAs call={{ name: 'account.me' }} />}
    >
      {user && (
        <>
          <Profile user={user} />
          <EmailAddress user={user} />
          <Workspaces />
          <ApiKeys />
          <Sessions />
          <Section title="Password" note="Whoever else is signed in with the present one is signed out.">
            <PasswordForm user={user} />
          </Section>
        </>
      )}
    </Page>
  );
}
