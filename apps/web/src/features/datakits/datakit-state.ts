import type { Datakit, Profile, ProfileWarning } from '@quadrax/contract';
import { formatInteger, plural } from '#lib/format.ts';
import type { PreviewFilter } from './preview-filter.ts';

/** The state of a datakit in plain words: "Ready · 344 rows, 7 columns · 19 missing values". */
export function datakitSentence(datakit: Datakit, profile?: Profile): string {
  if (datakit.status === 'FAILED') return 'Failed · the file could not be read as a table';
  if (datakit.status === 'PROCESSING') return 'Being profiled · the rows appear as soon as they are read';
  const rows = profile?.rows ?? datakit.rows ?? 0;
  const size = `${plural(rows, 'row')}, ${plural(datakit.columns.length, 'column')}`;
  if (!profile) return `Ready · ${size}`;
  const missing = profile.columns.reduce((sum, column) => sum + column.missing, 0);
  return `Ready · ${size} · ${missing === 0 ? 'no missing values' : plural(missing, 'missing value')}`;
}

/** The condition that shows the rows a warning speaks of; undefined where no condition can. */
export function warningFilter(warning: ProfileWarning): PreviewFilter | undefined {
  const about = warning.code === 'MANY_MISSING' || warning.code === 'ALL_MISSING';
  return about && warning.column !== undefined ? { column: warning.column, operator: 'missing' } : undefined;
}

/** "344 rows", or "12 of 344 rows" while filters leave some out. */
export function rowsText(shown: number | undefined, all: number | null): string {
  if (shown === undefined) return '';
  return all === null || shown === all
    ? plural(shown, 'row')
    : `${formatInteger(shown)} of ${plural(all, 'row')}`;
}
