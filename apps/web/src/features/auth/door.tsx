import { useEffect, useRef } from 'react';
import type { ReactNode, RefObject } from 'react';
import { BrandMark } from '#ui/brand.tsx';
import styles from './door.module.css';

interface DoorProps {
  title: string;
  sentence: ReactNode;
  children?: ReactNode;
  /** Where else one may want to go. */
  other?: ReactNode;
}

/** Frame of the pages before signing in. */
export function Door(props: DoorProps) {
  const title = useFocusOnChange(props.title);
  return (
    <main className={styles.door} id="main">
      <title>{`${props.title} · Quadrax`}</title>
      <div className={styles.box}>
        <div className={styles.brand}>
          <BrandMark size={24} />
          Quadrax
        </div>
        <h1 className={styles.title} ref={title} tabIndex={-1} data-page-title>
          {props.title}
        </h1>
        <p className={styles.sentence}>{props.sentence}</p>
        {props.children}
        {props.other !== undefined && <div className={styles.other}>{props.other}</div>}
      </div>
    </main>
  );
}

/** Where a page has become another under the same address, its new title has the focus, so that readers hear it. */
function useFocusOnChange(words: string): RefObject<HTMLHeadingElement | null> {
  const title = useRef<HTMLHeadingElement>(null);
  const before = useRef(words);
  useEffect(() => {
    if (before.current !== words) title.current?.focus();
    before.current = words;
  }, [words]);
  return title;
}
