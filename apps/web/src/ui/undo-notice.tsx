import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { failureOf } from '#lib/failure.ts';

/**
 * Says what was done and offers to take it back for ten seconds. Call it after it was done.
 * @param message "Deleted penguins."
 * @param undo restores it; its failure is shown in place of the notice
 * @param undone what is said then
 */
export function showUndo(message: string, undo: () => Promise<unknown>, undone = 'Restored.'): void {
  const id = notifications.show({
    message: <UndoNotice message={message} onUndo={() => void restore()} />,
    autoClose: 10_000,
    withCloseButton: true,
  });
  const restore = async () => {
    try {
      await undo();
      notifications.update({ id, message: undone, autoClose: 3_000 });
    } catch (error) {
      notifications.update({ id, color: 'red', message: failureOf(error).message, autoClose: false });
    }
  };
}

/** Says that something failed outside any form or list that could say it. */
export function showFailure(error: unknown, title?: string): void {
  const { message, requestId } = failureOf(error);
  notifications.show({
    color: 'red',
    title: title ?? message,
    message: [title === undefined ? '' : message, requestId === undefined ? '' : `Request ${requestId}`]
      .filter((part) => part !== '')
      .join(' '),
    autoClose: 12_000,
  });
}

function UndoNotice({ message, onUndo }: { message: string; onUndo: () => void }) {
  return (
    <span style={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: 12 }}>
      <span>{message}</span>
      <Button variant="subtle" size="compact-sm" onClick={onUndo}>
        Undo
      </Button>
    </span>
  );
}
