import type { AuditEntry } from '@quadrax/contract';
import { jobKindLabel, roleSentence } from '#lib/words.ts';

/** The names of what entries are about, by id. */
export type Names = ReadonlyMap<string, string>;

type State = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const nameIn = (state: AuditEntry['after']): string | undefined =>
  textOf(state?.['name']) ?? textOf(state?.['email']);

/**
 * What happened, as the rest of a sentence that begins with who did it. What it is about stands in braces: first what
 * comes before its name, then what is said where it has none.
 */
type Template = string;

const memberChanged = ({ role, active }: State): Template => {
  if (typeof role === 'string') return `made {|a member} ${roleSentence(role)}`;
  if (typeof active === 'boolean') return active ? 'activated {|a member}' : 'deactivated {|a member}';
  return 'changed {|a member}';
};

const accountChanged = ({ disabled, administrator }: State): Template => {
  if (typeof disabled === 'boolean') return `${disabled ? 'disabled' : 'enabled'} {the account|an account}`;
  if (administrator === true) return 'made {|somebody} a platform administrator';
  return administrator === false ? 'took the platform from {|somebody}' : 'changed {the account|an account}';
};

const invited = ({ role }: State): Template =>
  typeof role === 'string' ? `invited {|somebody} as ${roleSentence(role)}` : 'invited {|somebody}';

const deployed = ({ deployedVersion: version, canary }: State): Template => {
  if (typeof canary === 'object' && canary !== null && 'version' in canary && 'share' in canary)
    return `put version ${String(canary.version)} of {the model|a model} on trial for ${String(canary.share)} % of the requests`;
  return typeof version === 'number'
    ? `deployed version ${version} of {the model|a model}`
    : 'deployed {the model|a model}';
};

const requested = ({ kind }: State): Template =>
  typeof kind === 'string' ? `asked for the job “${jobKindLabel(kind)}”` : 'asked for a job';

const renamed = ({ name }: State): Template =>
  textOf(name) === undefined
    ? 'renamed {|the workspace}'
    : `renamed {the workspace|the workspace} to ${String(name)}`;

const templates: Readonly<Record<string, Template | ((now: State) => Template)>> = {
  'account.registered': 'opened an account',
  'account.updated': 'changed their name',
  'account.password_changed': 'changed their password',
  'account.password_reset': 'chose a new password by a link',
  'account.password_reset_requested': 'asked for a new password for {|an account}',
  'account.email_verified': 'confirmed their address',
  'account.email_change_requested': 'asked to change their address',
  'account.verification_sent': 'asked for a link to confirm their address',
  'api_key.created': 'made {the API key|an API key of theirs}',
  'api_key.revoked': 'revoked {the API key|an API key of theirs}',
  'datakit.created': 'added {the datakit|a datakit}',
  'datakit.deleted': 'deleted {the datakit|a datakit}',
  'datakit.restored': 'restored {the datakit|a datakit}',
  'datakit.updated': 'changed {the datakit|a datakit}',
  'datakit.appended': 'added rows to {the datakit|a datakit}',
  'datakit.replaced': 'replaced {the datakit|a datakit} by a file',
  'datakit.transformed': 'made a new version of {the datakit|a datakit}',
  'datakit.version_restored': 'made an earlier version of {the datakit|a datakit} the current one',
  'invitation.accepted': 'accepted an invitation',
  'invitation.created': invited,
  'invitation.revoked': 'withdrew the invitation of {|somebody}',
  'job.requested': requested,
  'job.cancelled': 'cancelled {the job|a job}',
  'job.retried': 'ran {the job|a job} again',
  'mail.read': 'read {the mail|a mail}',
  'mail.resent': 'sent {the mail|a mail} again',
  'upkeep.ran': 'ran the routine {|of upkeep}',
  'membership.left': 'left the workspace',
  'model.batch_prediction_started': 'had a datakit predicted by {the model|a model}',
  'model.created': 'made {the model|a model}',
  'model.deleted': 'deleted {the model|a model}',
  'model.deployed': deployed,
  'model.imported': 'imported {the model|a model}',
  'model.restored': 'restored {the model|a model}',
  'model.training_started': 'started a training of {the model|a model}',
  'model.undeployed': 'took {the model|a model} out of service',
  'model.updated': 'changed {the model|a model}',
  'platform.account_updated': accountChanged,
  'platform.set_up': 'set the platform up',
  'session.all_revoked': 'signed out everywhere',
  'session.closed': 'signed out',
  'session.opened': 'signed in',
  'session.others_revoked': 'ended all their other sessions',
  'session.refused': 'was refused at sign-in',
  'session.revoked': 'ended one of their sessions',
  'tenant.renamed': renamed,
  'upload.started': 'began to send {the file|a file}',
  'upload.cancelled': 'gave up sending {the file|a file}',
  'upload.infected': 'sent a file in which a virus was found',
  'user.created': 'opened an account for {|somebody}',
  'user.removed': 'removed {|a member}',
  'user.updated': memberChanged,
};

/** A sentence around the name of what it is about; no name: all of it stands before. */
export interface Sentence {
  readonly before: string;
  readonly name?: string;
  readonly after: string;
}

/** What happened in parts: "deployed version 3 of the model ", "Grades", "". */
export function sentenceOf(entry: AuditEntry, names: Names): Sentence {
  const known = templates[entry.action];
  if (known === undefined) {
    const [noun = '', verb = ''] = entry.action.split('.');
    return { before: `${verb} ${noun}`.replaceAll('_', ' ').trim(), after: '' };
  }
  const template = typeof known === 'string' ? known : known(entry.after ?? {});
  const [before = '', article, unnamed = '', after = ''] = template.split(/\{([^|}]*)\|([^}]*)\}/);
  const name = nameIn(entry.before) ?? nameIn(entry.after) ?? names.get(entry.resourceId ?? '');
  if (article === undefined || name === undefined) return { before: before + unnamed + after, after: '' };
  return { before: article === '' ? before : `${before}${article} `, name, after };
}

/** What happened: "deployed version 3 of the model Grades". */
export function auditSentence(entry: AuditEntry, names: Names): string {
  const { before, name = '', after } = sentenceOf(entry, names);
  return before + name + after;
}

/** Who did it. Whoever left the tenant has no name here any more. */
export function actorName({ actor, action }: AuditEntry): string {
  // Nobody has to sign in for this.
  if (action === 'account.password_reset_requested') return 'Somebody';
  if (actor === undefined) return 'The platform';
  return actor.name ?? `Somebody who left (${actor.id.slice(0, 8)})`;
}
