import { SkeletonPage } from '#ui/skeletons.tsx';
import { BrandMark } from '#ui/brand.tsx';
import styles from './shell.module.css';

/** The frame while the session is taken up. */
export function ShellSkeleton() {
  return (
    <div className={styles.shell}>
      <div className={styles.nav}>
        <span className={styles.brand}>
          <BrandMark />
          <span className={styles.label}>Quadrax</span>
        </span>
      </div>
      <div className={styles.column}>
        <div className={styles.header} />
        <SkeletonPage />
      </div>
    </div>
  );
}
