import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { loadAnew, loadOptional, useOptionalPart } from '#lib/optional-part.ts';
import { useUser } from '#lib/session.ts';
import { Icon } from '#ui/icons.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { AccountButton } from './account-button.tsx';
import styles from './shell.module.css';

const loadMenu = () => import('./account-menu.tsx');
/** On the way to the button; what went wrong is said when it is asked for. */
const fetchMenu = (): void => void loadOptional(loadMenu).catch(() => undefined);

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
  const [AccountMenu, ask] = useOptionalPart(loadMenu, () => {
    showFailure(loadAnew, 'The menu could not be loaded.');
  });
  if (user === undefined) return null;
  if (AccountMenu) return <AccountMenu user={user} onHelp={onHelp} />;
  return (
    <AccountButton
      user={user}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={fetchMenu}
      onFocus={fetchMenu}
      onClick={ask}
    />
  );
}
