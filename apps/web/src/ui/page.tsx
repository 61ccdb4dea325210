import type { ReactNode } from 'react';
import styles from './page.module.css';

export interface PageProps {
  /** The noun: a list's name or a resource's own. */
  title: string;
  /** In place of the written title, where it can be changed on the spot. */
  heading?: ReactNode;
  /** One sentence of state in plain words: "Ready · 344 rows, 7 columns · 19 missing values". */
  state?: ReactNode;
  /** The one next step, as a filled button. */
  action?: ReactNode;
  /** Quieter steps, left of the action. */
  secondary?: ReactNode;
  /** A `<CopyAs>` of the call that shows this resource. */
  copyAs?: ReactNode;
  /** Where it belongs: a link to the list. */
  trail?: ReactNode;
  /** For forms and reading: a narrower column. */
  narrow?: boolean;
  children?: ReactNode;
}

/** Frame of every page: one noun, one sentence of state, one next step. Sets the window's title. */
export function Page({
  title,
  heading,
  state,
  action,
  secondary,
  copyAs,
  trail,
  narrow,
  children,
}: PageProps) {
  return (
    <div className={narrow ? `${styles.page} ${styles.narrow}` : styles.page}>
      <title>{`${title} · Quadrax`}</title>
      {trail && <div className={styles.trail}>{trail}</div>}
      <header className={styles.head}>
        <div className={styles.words}>
          <h1 className={styles.title} tabIndex={-1} data-page-title>
            {heading ?? title}
          </h1>
          {state !== undefined && <div className={styles.state}>{state}</div>}
        </div>
        {(action ?? secondary ?? copyAs) !== undefined && (
          <div className={styles.actions}>
            {copyAs}
            {secondary}
            {action}
          </div>
        )}
      </header>
      {children}
    </div>
  );
}
