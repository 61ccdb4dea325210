import { Button } from '@mantine/core';
import type { ButtonProps } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { QuadraxError } from '@quadrax/client';
import { api } from '#lib/api.ts';
import { updateUser } from '#lib/session.ts';
import { showFailure } from './undo-notice.tsx';

const readAnew = async () => {
  updateUser(await api.account.me());
};

/** Sends the link that confirms one's email address again, and says so in its own place. */
export function SendLinkAgain(props: ButtonProps) {
  const send = useMutation({
    mutationFn: () => api.account.resendVerification(),
    onError: (error) => {
      // It may have been confirmed meanwhile, in another window.
      if (error instanceof QuadraxError && error.code === 'CONFLICT') return readAnew();
      showFailure(error, 'The link could not be sent.');
    },
  });
  return (
    <output>
      {send.isSuccess ? (
        'A new link is on its way.'
      ) : (
        <Button
          variant="subtle"
          size="compact-sm"
          {...props}
          loading={send.isPending}
          onClick={() => {
            send.mutate();
          }}
        >
          Send the link again
        </Button>
      )}
    </output>
  );
}
