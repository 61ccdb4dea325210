import { type ReactNode, useEffect, useState } from 'react';
import styles from './file-drop.module.css';
import { addFiles } from './uploads.ts';

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;

/** Takes files dropped anywhere on the page into the list of imports, and says so while they hover over it. */
export function FileDrop({ children }: { children: ReactNode }) {
  const [over, setOver] = useState(false);

  useEffect(() => {
    // Each element entered and left tells so: the page is left when as many were left as entered.
    let depth = 0;
    const show = (change: number): void => {
      depth = Math.max(0, depth + change);
      setOver(depth > 0);
    };
    const stop = new AbortController();
    const on = (
      name: 'dragenter' | 'dragleave' | 'dragover' | 'drop',
      handle: (event: DragEvent) => void,
    ): void =>
      window.addEventListener(name, (event) => carriesFiles(event) && handle(event), { signal: stop.signal });
    on('dragenter', () => show(1));
    on('dragleave', () => show(-1));
    on('dragover', (event) => event.preventDefault());
    on('drop', (event) => {
      event.preventDefault();
      show(-depth);
      addFiles([...(event.dataTransfer?.files ?? [])]);
    });
    return () => stop.abort();
  }, []);

  return (
    <>
      {children}
      {over && (
        <div className={styles.veil} aria-hidden="true">
          <div className={styles.words}>
            <strong>Drop to import</strong>
            <span>CSV, TSV, JSON, NDJSON, Parquet or Excel, several at once if you like</span>
          </div>
        </div>
      )}
    </>
  );
}
