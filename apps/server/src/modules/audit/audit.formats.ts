import type { AuditEntry } from '@quadrax/contract';

/** A kind of file that entries are exported to. */
export interface AuditFormat {
  readonly contentType: string;
  /** What the file begins with. */
  readonly head: string;
  readonly line: (entry: AuditEntry) => string;
}

/** What a spreadsheet takes for a formula. */
const formula = /^[=+\-@\t\r]/;

/** A cell as RFC 4180 has it. What would begin a formula gets an apostrophe, which makes it text. */
const cell = (value: string | number | undefined): string => {
  const text = String(value ?? '');
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

const json = (state: object | undefined): string | undefined => state && JSON.stringify(state);

const columns: readonly (readonly [name: string, of: (entry: AuditEntry) => string | number | undefined])[] =
  [
    ['id', ({ id }) => id],
    ['at', ({ at }) => at],
    ['action', ({ action }) => action],
    ['actorId', ({ actor }) => actor?.id],
    ['actorName', ({ actor }) => actor?.name],
    ['actorEmail', ({ actor }) => actor?.email],
    ['resourceId', ({ resourceId }) => resourceId],
    ['address', ({ address }) => address],
    ['requestId', ({ requestId }) => requestId],
    ['credentialId', ({ credentialId }) => credentialId],
    ['before', ({ before }) => json(before)],
    ['after', ({ after }) => json(after)],
    ['hash', ({ hash }) => hash],
  ];

const csvLine = (cells: readonly (string | number | undefined)[]): string =>
  `${cells.map(cell).join(',')}\r\n`;

export const auditFormats = {
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: csvLine(columns.map(([name]) => name)),
    line: (entry) => csvLine(columns.map(([, of]) => of(entry))),
  },
  ndjson: {
    contentType: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: (entry) => `${JSON.stringify(entry)}\n`,
  },
} satisfies Record<string, AuditFormat>;
