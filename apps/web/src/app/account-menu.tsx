import type { User } from '@quadrax/contract';
import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { memberships, tenantOf } from '#lib/memberships.ts';
import { signOut } from '#lib/session.ts';
import { useSwitchTenant } from '#lib/use-switch-tenant.ts';
import { Icon } from '#ui/icons.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { administrationOf } from './navigation.ts';
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
        <Workspaces here={user.tenantId} />
        <Menu.Item component={Link} data-autofocus to="/account">
          Account and sessions
        </Menu.Item>
        {administrationOf(user).map(({ to, label }) => (
          <Menu.Item key={to} component={Link} to={to}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Item component="a" href="/docs" target="_blank" rel="noreferrer">
          API reference
        </Menu.Item>
        <Menu.Item onClick={onHelp} rightSection={<kbd className={styles.kbd}>?</kbd>}>
          Keyboard shortcuts
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

/** The way into the other workspaces, for those who belong to several. */
function Workspaces({ here }: { here: string }) {
  const { data = [] } = useQuery(memberships);
  const switchTenant = useSwitchTenant();
  if (data.length < 2) return null;
  const enter = (id: string) => {
    const chosen = data.find(({ tenantId }) => tenantId === id);
    if (chosen === undefined || id === here) return;
    switchTenant(tenantOf(chosen)).catch((error: unknown) => {
      showFailure(error, `${chosen.name} could not be opened.`);
    });
  };
  return (
    <>
      <Menu.Label>Workspaces</Menu.Label>
      <Menu.RadioGroup value={here} onChange={enter}>
        {data.map(({ tenantId, name }) => (
          <Menu.RadioItem
            key={tenantId}
            value={tenantId}
            closeMenuOnClick
            checkIcon={<Icon name="check" size={14} />}
          >
            <span className={styles.workspace}>{name}</span>
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
      <Menu.Divider />
    </>
  );
}
