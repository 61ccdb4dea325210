import { useId } from 'react';
import type { ReactNode } from 'react';
import styles from './section.module.css';

/** A part of a page with its heading; `note` is a quiet remark beside it, `aside` a control at the right. */
export function Section(props: { title: string; note?: ReactNode; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div className={styles.head}>
        <div>
          <h2 className={styles.title} id={id}>
            {props.title}
          </h2>
          {props.note && <div className={styles.note}>{props.note}</div>}
        </div>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}
