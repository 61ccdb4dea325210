import type { User } from '@quadrax/contract';
import { Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { signOut } from '#lib/session.ts';
import { showFailure } from '#ui/undo-notice.tsx';
import { AccountButton } from './account-button.tsx';
import styles from './shell.module.css';

/** Who is signed in, and what belongs to that. Loaded when it is first asked for, so it begins open. */
export default function AccountMenu({ user, onHelp }: { user: User; onHelp: () => void }) {
  const [opened, setOpened] = useState(true);
  const button = useRef<HTMLButtonElement>(null);
  const change = (next: boolean) => {
    setOpened(next);
    // What had the focus before was the button in whose place this one stands.
    if (!next) button.current?.focus();
  };
  return (
    <Menu width={240} opened={opened} onChange={change} returnFocus={false}>
      <Menu.Target>
        <AccountButton user={user} ref={button} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="div" className={styles.whoami} aria-disabled data-disabled>
          <strong>
            {user.firstName} {user.lastName}
          </strong>
          <br />
          {user.email}
          <br />
          {user.tenantName}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item component={Link} data-autofocus to="/account">
          Account and sessions
        </Menu.Item>
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
