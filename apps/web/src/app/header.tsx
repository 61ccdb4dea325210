import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { signOut, useUser } from '#lib/session.ts';
import { Icon } from '#ui/icons.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import styles from './shell.module.css';

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
      <AccountMenu onHelp={onHelp} />
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

function AccountMenu({ onHelp }: { onHelp: () => void }) {
  const user = useUser();
  if (user === undefined) return null;
  const name = `${user.firstName} ${user.lastName}`;
  return (
    <Menu width={240}>
      <Menu.Target>
        <button type="button" className={styles.account} aria-label={`Account of ${name}`}>
          <span className={styles.initials} aria-hidden="true">
            {user.firstName.charAt(0)}
            {user.lastName.charAt(0)}
          </span>
          <span className={styles.who}>{user.tenantName}</span>
          <Icon name="down" size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="div" className={styles.whoami} aria-disabled data-disabled>
          <strong>{name}</strong>
          <br />
          {user.email}
          <br />
          {user.tenantName}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item component="a" href="/docs" target="_blank" rel="noreferrer">
          API reference
        </Menu.Item>
        <Menu.Item onClick={onHelp} rightSection={<kbd className={styles.kbd}>?</kbd>}>
          Keys
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          onClick={() => {
            signOut().catch((error: unknown) => {
              showFailure(error, 'Signed out here, but the server could not be told.');
            });
          }}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
