import { useId } from 'react';
import type { ReactNode } from 'react';
import styles from './figure.module.css';

/** A figure with its heading above and its caption below, as in a paper. */
export function Figure(props: { title: string; caption?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <figure className={styles.figure} aria-labelledby={id}>
      <h3 className={styles.title} id={id}>
        {props.title}
      </h3>
      {props.children}
      {props.caption && <figcaption className={styles.caption}>{props.caption}</figcaption>}
    </figure>
  );
}
