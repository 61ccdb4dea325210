import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ConfirmDialog } from './confirm-dialog.tsx';

export interface ConfirmProps {
  /** A question that names the thing: "Remove Ada Lovelace?" */
  title: string;
  /** What follows from it. */
  children: ReactNode;
  /** The verb on the button. */
  verb: string;
  /** Nothing ends by it: the button is one of any act. */
  harmless?: boolean;
  act: () => Promise<unknown>;
  onClose: () => void;
}

/** A confirmation that sees to the act itself: it closes when that is done, and says what was refused. */
export function Confirm({ title, children, verb, harmless = false, act, onClose }: ConfirmProps) {
  const acting = useMutation({ mutationFn: act, onSuccess: onClose });
  return (
    <ConfirmDialog
      opened
      title={title}
      action={verb}
      harmless={harmless}
      pending={acting.isPending}
      error={acting.error}
      onConfirm={() => {
        acting.mutate();
      }}
      onClose={onClose}
    >
      {children}
    </ConfirmDialog>
  );
}
