import type { AuditEntry } from '@quadrax/contract';
import { plural } from '#lib/format.ts';
import { sentenceCase } from '#lib/words.ts';

/** The kinds of action that the log can be narrowed to, by the first part of their names. */
export const actionKinds: readonly { readonly value: string; readonly label: string }[] = [
  { value: 'session', label: 'Sign-ins' },
  { value: 'account', label: 'Accounts' },
  { value: 'user', label: 'Members' },
  { value: 'invitation', label: 'Invitations' },
  { value: 'api_key', label: 'API keys' },
  { value: 'datakit', label: 'Datakits' },
  { value: 'model', label: 'Models' },
  { value: 'model.deployed', label: 'Deployments' },
  { value: 'job', label: 'Jobs' },
  { value: 'mail', label: 'Mails' },
  { value: 'tenant', label: 'Workspace' },
  { value: 'platform', label: 'Platform' },
  { value: 'upkeep', label: 'Upkeep' },
];

/** One field that an entry changed. */
export interface Difference {
  readonly field: string;
  /** undefined: it was not there, or empty. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const shown = (value: unknown): string | undefined => {
  if (value === undefined || value === '') return undefined;
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
};

const words = (field: string): string => sentenceCase(field.replaceAll(/([a-z])([A-Z])/g, '$1 $2'));

/** What an entry changed, field by field: "deployedVersion" → "Deployed version". */
export function differencesOf({ before, after }: AuditEntry): readonly Difference[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields].map((field) => ({
    field: words(field),
    before: shown(before?.[field]),
    after: shown(after?.[field]),
  }));
}

/** What the check of the log came to. */
export function verdictSentence(verdict: {
  rows: number;
  intact: boolean;
  broken?: { id: number; problem: 'changed' | 'missing' } | undefined;
}): string {
  if (verdict.broken === undefined)
    return `${plural(verdict.rows, 'entry', 'entries')}, nothing was changed.`;
  const { id, problem } = verdict.broken;
  return problem === 'missing'
    ? `Entry ${id} is missing. Somebody took it out of the database.`
    : `Entry ${id} is not the one that was written. Somebody changed the database.`;
}
