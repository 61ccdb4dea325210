import { useLocalStorage } from '@mantine/hooks';
import { Outlet, useRouter } from '@tanstack/react-router';
import { Suspense, useEffect, useState } from 'react';
import { SessionEnded } from '#features/auth';
import { loadAnew, useOptionalPart } from '#lib/optional-part.ts';
import { useSession, useUser } from '#lib/session.ts';
import { showFailure } from '#ui/undo-notice.tsx';
import { EmailNotice } from './email-notice.tsx';
import { Header } from './header.tsx';
import { LiveUpdates } from './live-updates.tsx';
import { BottomBar, SideNavigation } from './side-navigation.tsx';
import { OfflineNotice } from './offline-notice.tsx';
import { useKeys } from './use-keys.ts';
import styles from './shell.module.css';

const loadSearch = () => import('./search.tsx');
const loadKeyHelp = () => import('./key-help.tsx');

/** The frame around every signed-in page. Nothing of it is carried from one account or workspace into another. */
export function Shell() {
  const user = useUser();
  return <Frame key={user && `${user.id} ${user.tenantId}`} />;
}

/** Navigation by noun, search, account. */
function Frame() {
  const [collapsed, setCollapsed] = useLocalStorage({
    key: 'quadrax.navigation',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const [helpOpen, setHelpOpen] = useState(false);
  const [searchAsked, setSearchAsked] = useState(0);
  const [Search, askForSearch] = useOptionalPart(loadSearch, () => {
    showFailure(loadAnew, 'The search could not be loaded.');
  });
  const [KeyHelp, askForKeyHelp] = useOptionalPart(loadKeyHelp, () => {
    setHelpOpen(false);
    showFailure(loadAnew, 'The keyboard shortcuts could not be loaded.');
  });
  const expired = useSession().status === 'expired';
  const openSearch = () => {
    askForSearch();
    setSearchAsked((asked) => asked + 1);
  };
  const openHelp = () => {
    askForKeyHelp();
    setHelpOpen(true);
  };
  useKeys({ openSearch, openHelp });
  useTitleFocus();
  return (
    <div className={collapsed ? `${styles.shell} ${styles.collapsed}` : styles.shell}>
      <a className={styles.skip} href="#main">
        Skip to the content
      </a>
      <SideNavigation
        collapsed={collapsed}
        onToggle={() => {
          setCollapsed(!collapsed);
        }}
      />
      <div className={styles.column}>
        <Header onSearch={openSearch} onHelp={openHelp} />
        <OfflineNotice />
        <EmailNotice />
        <main id="main" className={styles.main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <BottomBar />
      <LiveUpdates />
      {Search && searchAsked > 0 && <Search key={searchAsked} onHelp={openHelp} />}
      {KeyHelp && helpOpen && (
        <KeyHelp
          onClose={() => {
            setHelpOpen(false);
          }}
        />
      )}
      <Suspense>{expired && <SessionEnded />}</Suspense>
    </div>
  );
}

/** After going to another page the focus is on its title, so that readers hear where they are. */
function useTitleFocus(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onRendered', (event) => {
        if (!event.pathChanged || event.fromLocation === undefined) return;
        document.querySelector<HTMLElement>('[data-page-title]')?.focus({ preventScroll: true });
      }),
    [router],
  );
}
