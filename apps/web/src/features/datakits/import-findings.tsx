import { SkeletonBlock } from '#ui/skeletons.tsx';
import styles from './import-panel.module.css';
import { encodingWords } from './quick-decode.ts';
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

/** What the beginning of a file tells about it, before anything is sent. */
export function ImportFindings({ file, look }: { file: string; look: QuickLook | undefined }) {
  if (!look) return <SkeletonBlock height={180} />;
  const facts = [
    formatNames[look.format],
    look.delimiter && `${delimiterName(look.delimiter)} between cells`,
    look.encoding && encodingWords(look.encoding),
    look.columns.length > 0 && `${look.columns.length} columns`,
  ].filter((fact) => typeof fact === 'string');
  const shown = look.columns.slice(0, MOST_COLUMNS);
  return (
    <div>
      <p className={styles.facts}>{facts.join(' · ')}</p>
      {look.notes.length > 0 && (
        <ul className={styles.notes}>
          {look.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {shown.length > 0 && (
        <section className={styles.columns} aria-label={`Columns found in ${file}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">Looks like</th>
                <th scope="col">Examples</th>
              </tr>
            </thead>
            <tbody>
              {unique(shown).map(({ key, column }) => (
                <tr key={key}>
                  <th scope="row" title={column.name}>
                    {column.name}
                  </th>
                  <td>{column.guess}</td>
                  <td className={styles.examples}>{column.examples.join(', ') || '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <p className={styles.quiet}>
        {look.columns.length > shown.length && `And ${look.columns.length - shown.length} more columns. `}
        From the first 128 KB. Types are settled over the whole file once it is here.
      </p>
    </div>
  );
}

/** Keys for columns of which two may have the same name. */
function unique(columns: QuickLook['columns']): { key: string; column: QuickLook['columns'][number] }[] {
  const seen = new Map<string, number>();
  return columns.map((column) => {
    const times = (seen.get(column.name) ?? 0) + 1;
    seen.set(column.name, times);
    return { key: `${column.name} ${times}`, column };
  });
}
