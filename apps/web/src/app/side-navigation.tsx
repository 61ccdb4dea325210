import { Link } from '@tanstack/react-router';
import { useRunningJobs } from '#lib/running-jobs.ts';
import { useUser } from '#lib/session.ts';
import { Icon } from '#ui/icons.tsx';
import { BrandMark } from '#ui/brand.tsx';
import { administrationOf, places } from './navigation.ts';
import type { Place } from './navigation.ts';
import styles from './shell.module.css';

const isExact = (place: Place) => ({ exact: place.to === '/', includeSearch: false });

/** Navigation by noun at the left; it collapses to its marks. */
export function SideNavigation({ collapsed, onToggle }: { collapsed: boolean; onToggle: () => void }) {
  const user = useUser();
  const toggle = collapsed ? 'Expand the sidebar' : 'Collapse the sidebar';
  return (
    <nav className={styles.nav} aria-label="Main">
      <Link to="/" className={styles.brand} aria-label="Quadrax">
        <BrandMark />
        <span className={styles.label}>Quadrax</span>
      </Link>
      <ul className={styles.list}>
        {[...places, ...administrationOf(user)].map((place) => (
          <li key={place.to} className={place.to === '/members' ? styles.apart : undefined}>
            <Link
              to={place.to}
              className={styles.place}
              activeOptions={isExact(place)}
              aria-label={collapsed ? place.label : undefined}
              title={collapsed ? place.label : undefined}
            >
              <Icon name={place.icon} />
              <span className={styles.label}>{place.label}</span>
              {place.to === '/jobs' && <RunningCount />}
            </Link>
          </li>
        ))}
      </ul>
      <button
        type="button"
        className={styles.toggle}
        onClick={onToggle}
        aria-label={toggle}
        title={toggle}
        aria-expanded={!collapsed}
      >
        <Icon name={collapsed ? 'expand' : 'collapse'} />
        <span className={styles.label}>{toggle}</span>
      </button>
    </nav>
  );
}

function RunningCount() {
  const { data } = useRunningJobs();
  if (data === undefined || data.length === 0) return null;
  return (
    <span className={styles.count}>
      {data.length}
      <span className="visually-hidden"> running</span>
    </span>
  );
}

/** The same nouns at the foot of a phone. */
export function BottomBar() {
  return (
    <nav aria-label="Main, at the foot">
      <ul className={styles.bottom}>
        {places.map((place) => (
          <li key={place.to}>
            <Link to={place.to} activeOptions={isExact(place)}>
              <Icon name={place.icon} size={20} />
              {place.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
