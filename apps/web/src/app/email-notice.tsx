import { ActionIcon } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { updateUser, useUser } from '#lib/session.ts';
import { signInMethods } from '#lib/sign-in-methods.ts';
import { Icon } from '#ui/icons.tsx';
import { SendLinkAgain } from '#ui/send-link-again.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import styles from './shell.module.css';

/** Asks for the email address to be confirmed, until it is or until it was put away for this session. */
export function EmailNotice() {
  const user = useUser();
  const [dismissed, dismiss] = useSessionStorage({
    key: 'quadrax.email-notice',
    defaultValue: '',
    getInitialValueInEffect: false,
  });
  const waiting = user?.emailVerified === false;
  const mail = useQuery({ ...signInMethods, enabled: waiting }).data?.mail === true;
  if (!waiting || !mail || dismissed === user.email) return null;
  return (
    <section className={styles.notice} aria-label="Email address">
      <Followed />
      <StatusMark tone="warn" label="To do" bare />
      <span className={styles.words}>
        Confirm your email address: open the link that was sent to <strong>{user.email}</strong>.{' '}
        <SendLinkAgain />
      </span>
      <ActionIcon
        aria-label="Put away for now"
        onClick={() => {
          dismiss(user.email);
        }}
      >
        <Icon name="close" size={16} />
      </ActionIcon>
    </section>
  );
}

/** The link opens in another window: whoever comes back from there is asked about again. */
function Followed() {
  const user = useUser();
  useQuery({
    queryKey: ['account', 'me'],
    queryFn: async ({ signal }) => {
      const user = await api.account.me({ signal });
      updateUser(user);
      return user;
    },
    initialData: user,
    staleTime: Infinity,
    refetchOnWindowFocus: 'always',
  });
  return null;
}
