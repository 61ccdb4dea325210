import styles from './skeletons.module.css';

/** A line of text to come; `width` in characters. */
export function SkeletonText({ width = 24 }: { width?: number }) {
  return (
    <span className={`${styles.bone} ${styles.line}`} style={{ width: `${width}ch` }} aria-hidden="true" />
  );
}

/** A block of the final height: a chart, a picture. */
export function SkeletonBlock({ height }: { height: number }) {
  return <span className={`${styles.bone} ${styles.block}`} style={{ height }} aria-hidden="true" />;
}

/** Rows of a list to come, at the height of the real ones. */
export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        <div className={styles.row} key={index}>
          <SkeletonText width={18 + ((index * 7) % 14)} />
          <SkeletonText width={10} />
          <SkeletonText width={8} />
        </div>
      ))}
    </div>
  );
}

/** A page to come: title, sentence and rows. */
export function SkeletonPage() {
  return (
    <output className={styles.head}>
      <span className="visually-hidden">Loading</span>
      <span className={styles.bone} style={{ height: 24, width: '12rem', margin: '3px 0' }} />
      <div style={{ margin: '6px 0 32px' }}>
        <SkeletonText width={36} />
      </div>
      <SkeletonRows />
    </output>
  );
}
