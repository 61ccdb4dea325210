import type { AuditEntry } from '@quadrax/contract';
import { plural } from '#lib/format.ts';
import { sentenceCase } from '#lib/words.ts';

/** The names of what entries are about, by id. */
export type Names = ReadonlyMap<string, string>;

/** What an entry says, for a sentence about it. */
interface Told {
  /** What it is about: its name then, else its name now, else nothing. */
  readonly subject: string;
  readonly now: Readonly<Record<string, unknown>>;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const nameIn = (state: AuditEntry['after']): string | undefined =>
  textOf(state?.['name']) ?? textOf(state?.['email']);

const toldBy = (entry: AuditEntry, names: Names): Told => ({
  subject: nameIn(entry.before) ?? nameIn(entry.after) ?? names.get(entry.resourceId ?? '') ?? '',
  now: entry.after ?? {},
});

/** A verb with its subject, or with what is said where the subject has no name. */
const doing =
  (verb: string, unnamed: string) =>
  ({ subject }: Told): string =>
    subject === '' ? `${verb} ${unnamed}` : `${verb} ${subject}`;

const memberChanged = (told: Told): string => {
  const who = told.subject || 'a member';
  const { role, active } = told.now;
  if (typeof role === 'string')
    return `made ${who} ${role === 'VIEWER' ? 'a viewer' : role === 'ADMIN' ? 'an admin' : 'a user'}`;
  if (typeof active === 'boolean') return active ? `let ${who} in again` : `deactivated ${who}`;
  return `changed ${who}`;
};

const accountChanged = (told: Told): string => {
  const who = told.subject || 'an account';
  const { disabled, administrator } = told.now;
  if (typeof disabled === 'boolean')
    return disabled ? `disabled the account ${who}` : `let the account ${who} in again`;
  if (typeof administrator === 'boolean')
    return administrator ? `let ${who} run the platform` : `took running the platform from ${who}`;
  return `changed ${who}`;
};

const invited = ({ subject, now }: Told): string => {
  const role = textOf(now['role']);
  return `invited ${subject || 'somebody'}${role === undefined ? '' : ` as ${role.toLowerCase()}`}`;
};

const deployed = ({ subject, now }: Told): string => {
  const version = now['deployedVersion'];
  const of = subject || 'a model';
  return typeof version === 'number' ? `deployed version ${version} of ${of}` : `deployed ${of}`;
};

const sentences: Readonly<Record<string, string | ((told: Told) => string)>> = {
  'account.registered': 'opened an account',
  'account.updated': 'changed their name',
  'account.password_changed': 'changed their password',
  'account.password_reset': 'chose a new password by a link',
  'account.email_verified': 'confirmed their address',
  'account.email_change_requested': 'asked to change their address',
  'account.verification_sent': 'asked for a link to confirm their address',
  'api_key.created': doing('made the API key', 'of theirs'),
  'api_key.revoked': doing('revoked the API key', 'of theirs'),
  'datakit.created': doing('added', 'a datakit'),
  'datakit.deleted': doing('deleted', 'a datakit'),
  'datakit.restored': doing('restored', 'a datakit'),
  'datakit.updated': doing('changed', 'a datakit'),
  'invitation.accepted': 'accepted an invitation',
  'invitation.created': invited,
  'invitation.revoked': doing('withdrew the invitation of', 'somebody'),
  'job.cancelled': 'cancelled a job',
  'job.retried': 'ran a job again',
  'mail.read': 'read a mail',
  'mail.resent': 'sent a mail again',
  'membership.left': 'left the workspace',
  'model.created': doing('made', 'a model'),
  'model.deleted': doing('deleted', 'a model'),
  'model.deployed': deployed,
  'model.restored': doing('restored', 'a model'),
  'model.training_started': doing('started a training of', 'a model'),
  'model.undeployed': doing('took out of service', 'a model'),
  'model.updated': doing('changed', 'a model'),
  'platform.account_updated': accountChanged,
  'platform.set_up': 'set the platform up',
  'session.all_revoked': 'signed out everywhere',
  'session.closed': 'signed out',
  'session.opened': 'signed in',
  'session.others_revoked': 'ended all their other sessions',
  'session.refused': 'was refused at sign-in',
  'session.revoked': 'ended one of their sessions',
  'user.created': doing('opened an account for', 'somebody'),
  'user.removed': doing('removed', 'a member'),
  'user.updated': memberChanged,
};

/** What happened, as the rest of a sentence that begins with who did it: "deployed version 3 of Grades". */
export function auditSentence(entry: AuditEntry, names: Names): string {
  const known = sentences[entry.action];
  if (known === undefined) {
    const [noun = '', verb = ''] = entry.action.split('.');
    return `${verb} ${noun}`.replaceAll('_', ' ').trim();
  }
  return typeof known === 'string' ? known : known(toldBy(entry, names));
}

/** Who did it. Whoever left the tenant has no name here any more. */
export function actorName({ actor }: AuditEntry): string {
  if (actor === undefined) return 'The platform';
  return actor.name ?? `Somebody who left (${actor.id.slice(0, 8)})`;
}

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
  { value: 'platform', label: 'Platform' },
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
