import { Button, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { signOut, useSession, useUser } from '#lib/session.ts';
import { SignInForm } from './sign-in-form.tsx';
import styles from './door.module.css';

/** Over the page that was open when the session ended: sign in again and go on where one was. */
export default function SessionEnded() {
  const user = useUser();
  const session = useSession();
  const queryClient = useQueryClient();
  if (user === undefined) return null;
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      title="Your session has ended"
      size={400}
    >
      <p className={styles.sentence}>
        {session.status === 'expired' && session.reason !== undefined && `${session.reason} `}
        Sign in to go on. What you typed on this page is still there.
      </p>
      <SignInForm
        email={user.email}
        onDone={() => {
          void queryClient.invalidateQueries();
        }}
      />
      <Button variant="subtle" color="gray" fullWidth mt="sm" onClick={() => void signOut()}>
        Leave
      </Button>
    </Modal>
  );
}
