import { randomBytes, randomUUID } from 'node:crypto';
import { DatabaseError } from 'pg';
import type { Tx } from '#platform/db';
import { AppError } from '#platform/errors';
import { insertAccount, insertTenant } from './identity.accounts.store.ts';
import type { AccountRow, NewAccount } from './identity.accounts.store.ts';
import { insertMembership } from './identity.members.store.ts';

/** Who an account is to be for. */
export type Person = Omit<NewAccount, 'id' | 'homeTenantId'>;

const slugOf = (name: string): string => {
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${words || 'tenant'}-${randomBytes(3).toString('hex')}`;
};

const takenField = (error: unknown): 'username' | 'email' | undefined => {
  const cause = error instanceof Error && error.cause instanceof DatabaseError ? error.cause : error;
  if (!(cause instanceof DatabaseError) || cause.code !== '23505') return undefined;
  if (cause.constraint === 'accounts_username') return 'username';
  return cause.constraint === 'accounts_email_key' ? 'email' : undefined;
};

const taken = (field: 'username' | 'email'): AppError => {
  const [code, message] =
    field === 'email'
      ? (['EMAIL_TAKEN', 'An account with this email address exists.'] as const)
      : (['TAKEN', 'This user name is taken.'] as const);
  return new AppError(code, { message, details: [{ field, message }] });
};

/** Runs what may meet an address or a user name that is taken. @throws AppError EMAIL_TAKEN, TAKEN naming the field */
export const orTaken = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const field = takenField(error);
    throw field === undefined ? error : taken(field);
  }
};

/** What a tenant is called whose owner gave it no name. */
export const workspaceOf = ({ firstName, lastName }: Pick<Person, 'firstName' | 'lastName'>): string =>
  `${firstName} ${lastName}’s workspace`;

/** A tenant of an account's own, which it administers. Returns its id. */
export const foundTenant = async (tx: Tx, accountId: string, name: string): Promise<string> => {
  const id = randomUUID();
  await insertTenant(tx, { id, name, slug: slugOf(name) });
  await insertMembership(tx, { tenantId: id, accountId, role: 'ADMIN' });
  return id;
};

/** An account with a tenant of its own. */
export const foundAccount = async (
  tx: Tx,
  person: Person,
  organization: string | undefined,
): Promise<AccountRow> => {
  const name = organization ?? workspaceOf(person);
  const tenant = { id: randomUUID(), name, slug: slugOf(name) };
  await insertTenant(tx, tenant);
  const account = await insertAccount(tx, { ...person, id: randomUUID(), homeTenantId: tenant.id });
  await insertMembership(tx, { tenantId: tenant.id, accountId: account.id, role: 'ADMIN' });
  return account;
};

/** An account that belongs to a tenant there is. */
export const accountIn = async (
  tx: Tx,
  person: Person,
  { tenantId, role }: { readonly tenantId: string; readonly role: 'ADMIN' | 'USER' | 'VIEWER' },
): Promise<AccountRow> => {
  const account = await insertAccount(tx, { ...person, id: randomUUID(), homeTenantId: tenantId });
  await insertMembership(tx, { tenantId, accountId: account.id, role });
  return account;
};
