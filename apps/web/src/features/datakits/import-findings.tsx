import { SkeletonBlock } from '#ui/skeletons.tsx';
import styles from './import-panel.module.css';
import { delimiterName, type QuickLook } from './quick-look.ts';

const formatNames: Record<QuickLook['format'], string> = {
  csv: 'Delimited text',
  json: 'JSON',
  ndjson: 'JSON, one object a line',
  parquet: 'Parquet',
  xlsx: 'Excel',
  unknown: 'Unknown',
};

const MOST_COLUMNS = 60;

/** What the first 64 KB of a file tell about it, before anything is sent. */
export function ImportFindings({ look }: { look: QuickLook | undefined }) {
  if (!look) return <SkeletonBlock height={180} />;
  const facts = [
    formatNames[look.format],
    look.delimiter && `${delimiterName(look.delimiter)} between cells`,
    look.encoding,
    look.columns.length > 0 && `${look.columns.length} columns`,
  ].filter((fact) => typeof fact === 'string');
  const shown = look.columns.slice(0, MOST_COLUMNS);
  return (
    <div className={styles.findings}>
      <p className={styles.facts}>{facts.join(' · ')}</p>
      {look.notes.length > 0 && (
        <ul className={styles.notes}>
          {look.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {shown.length > 0 && (
        <div className={styles.columns} tabIndex={0} role="region" aria-label="Columns found">
          <table>
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">Looks like</th>
                <th scope="col">Examples</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((column, i) => (
                <tr key={`${i} ${column.name}`}>
                  <th scope="row" title={column.name}>
                    {column.name}
                  </th>
                  <td>{column.guess}</td>
                  <td className={styles.examples}>{column.examples.join(', ') || '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className={styles.quiet}>
        {look.columns.length > shown.length && `And ${look.columns.length - shown.length} more columns. `}
        From the first 64 KB. Types are settled over the whole file once it is here.
      </p>
    </div>
  );
}
