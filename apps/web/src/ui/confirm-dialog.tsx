import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { failureOf } from '#lib/failure.ts';
import { Refusal } from './refusal.tsx';
import styles from './confirm-dialog.module.css';

export interface ConfirmDialogProps {
  opened: boolean;
  /** Names the thing: "Leave Analytical Engines?" */
  title: string;
  /** What cannot be undone about it. */
  children: ReactNode;
  /** Nothing ends by it: the button is one of any act. */
  harmless?: boolean;
  /** The verb on the button. */
  action: string;
  pending: boolean;
  /** Why it was refused, said in the dialog. */
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before what cannot be undone. It stays in the page while it is closed, so that it gives the focus back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} size={440}>
      <div className={styles.words}>{props.children}</div>
      <Refusal message={props.error === null ? undefined : failureOf(props.error).message} />
      <div className={styles.actions}>
        <Button variant="default" data-autofocus onClick={props.onClose}>
          Cancel
        </Button>
        <Button {...(!props.harmless && { color: 'red' })} loading={props.pending} onClick={props.onConfirm}>
          {props.action}
        </Button>
      </div>
    </Modal>
  );
}
