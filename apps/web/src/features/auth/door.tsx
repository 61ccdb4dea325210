import type { ReactNode } from 'react';
import { BrandMark } from '#ui/brand.tsx';
import styles from './door.module.css';

/** Frame of the pages before signing in. */
export function Door(props: { title: string; sentence: string; children: ReactNode; other: ReactNode }) {
  return (
    <main className={styles.door} id="main">
      <title>{`${props.title} · Quadrax`}</title>
      <div className={styles.box}>
        <div className={styles.brand}>
          <BrandMark size={24} />
          Quadrax
        </div>
        <h1 className={styles.title} tabIndex={-1} data-page-title>
          {props.title}
        </h1>
        <p className={styles.sentence}>{props.sentence}</p>
        {props.children}
        <div className={styles.other}>{props.other}</div>
      </div>
    </main>
  );
}
