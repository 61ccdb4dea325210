import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Suspense, lazy, useState } from 'react';
import { useUser } from '#lib/session.ts';
import { Icon } from '#ui/icons.tsx';
import { AccountButton } from './account-button.tsx';
import styles from './shell.module.css';

const loadMenu = () => import('./account-menu.tsx');
const AccountMenu = lazy(loadMenu);

const onMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Search, look, account. */
export function Header({ onSearch, onHelp }: { onSearch: () => void; onHelp: () => void }) {
  return (
    <header className={styles.header}>
      <button type="button" className={styles.search} onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
        <Icon name="search" size={16} />
        Search
        <kbd className={styles.kbd}>{onMac ? '⌘ K' : 'Ctrl K'}</kbd>
      </button>
      <span className={styles.gap} />
      <LookSwitch />
      <Account onHelp={onHelp} />
    </header>
  );
}

function LookSwitch() {
  const dark = useComputedColorScheme('light') === 'dark';
  // Mantine would inject a style element to hold transitions still; ours are short enough.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <ActionIcon
      size={32}
      aria-label={dark ? 'Switch to the light look' : 'Switch to the dark look'}
      onClick={() => {
        setColorScheme(dark ? 'light' : 'dark');
      }}
    >
      <Icon name={dark ? 'sun' : 'moon'} />
    </ActionIcon>
  );
}

/** The menu comes with the first wish to open it: what floats is half the size of the rest of the frame. */
function Account({ onHelp }: { onHelp: () => void }) {
  const user = useUser();
  const [asked, setAsked] = useState(false);
  if (user === undefined) return null;
  const closed = (
    <AccountButton
      user={user}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void loadMenu()}
      onFocus={() => void loadMenu()}
      onClick={() => {
        setAsked(true);
      }}
    />
  );
  if (!asked) return closed;
  return (
    <Suspense fallback={closed}>
      <AccountMenu user={user} onHelp={onHelp} />
    </Suspense>
  );
}
