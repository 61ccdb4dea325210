import type { User } from '@quadrax/contract';
import { Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useUser } from '#lib/session.ts';
import { administrationOf, places } from './navigation.ts';
import styles from './key-help.module.css';

const rowsFor = (user: User | undefined): readonly [keys: readonly string[], does: string][] => [
  [['Ctrl', 'K'], 'Search, or run an action'],
  [['/'], 'Search'],
  ...[...places, ...administrationOf(user)].map((place): [string[], string] => [
    ['g', place.key],
    `Go to ${place.label.toLowerCase()}`,
  ]),
  [['?'], 'Show these keys'],
  [['Esc'], 'Close what is open'],
];

/** The keys of the app. */
export default function KeyHelp({ onClose }: { onClose: () => void }) {
  const user = useUser();
  // It is there only while it is open: Mantine gives the focus back only where a dialog stays.
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    },
    [before],
  );
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" size={400}>
      <dl className={styles.keys}>
        {rowsFor(user).map(([keys, does]) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
