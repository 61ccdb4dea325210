import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-error.ts';

const run = promisify(execFile);

/** Tried in this order when the supervisor is root and there is no cluster yet. */
const PREFERRED_ACCOUNTS = ['quadrax', 'postgres', 'nobody', 'daemon'];

/** The operating-system account the server runs under. */
export interface ServerAccount {
  /** Its name in the passwd file; undefined where the id has none (`docker run --user 12345`). */
  readonly name: string | undefined;
  readonly uid: number;
  readonly gid: number;
  /** Whether the supervisor (then root) starts the server under another account than its own. */
  readonly switched: boolean;
}

/** The `spawn` options that start a process under the account. */
export function spawnIdentity(account: ServerAccount): { uid?: number; gid?: number } {
  return account.switched ? { uid: account.uid, gid: account.gid } : {};
}

interface PasswdEntry {
  name: string;
  uid: number;
  gid: number;
}

function readPasswd(): PasswdEntry[] {
  const entries: PasswdEntry[] = [];
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    const entry = { name: name ?? '', uid: Number(uid), gid: Number(gid) };
    if (entry.name !== '' && entry.uid > 0 && entry.gid >= 0) entries.push(entry);
  }
  return entries;
}

function ownAccount(uid: number): ServerAccount {
  let name: string | undefined;
  try {
    name = userInfo().username;
  } catch {
    name = undefined;
  }
  return { name, uid, gid: process.getegid?.() ?? uid, switched: false };
}

function accountForRoot(owner: { uid: number; gid: number } | undefined): ServerAccount {
  const entries = readPasswd();
  if (owner && owner.uid !== 0) {
    const name = entries.find((entry) => entry.uid === owner.uid)?.name;
    return { name, uid: owner.uid, gid: owner.gid, switched: true };
  }
  const preferred = PREFERRED_ACCOUNTS.map((name) => entries.find((entry) => entry.name === name));
  const entry = preferred.find((candidate) => candidate !== undefined) ?? entries[0];
  if (entry) return { ...entry, switched: true };
  throw new EmbeddedPostgresError(
    'unsupported',
    'PostgreSQL does not run as root and /etc/passwd names no other account to run it under. ' +
      'Create one (useradd --system quadrax), or set DATABASE_URL to a PostgreSQL of your own.',
  );
}

/**
 * The account to run the server under: our own, or for root an unprivileged one, which is the owner
 * of the cluster once there is a cluster.
 *
 * @throws EmbeddedPostgresError `foreign-owner` if the cluster belongs to somebody else and we are
 * not root; `unsupported` if root finds no account to use.
 */
export function chooseAccount(pgdata: string): ServerAccount {
  const owner = statSync(pgdata, { throwIfNoEntry: false });
  const uid = process.geteuid?.() ?? -1;
  if (uid === 0) return accountForRoot(owner);
  if (owner && owner.uid !== uid) {
    throw new EmbeddedPostgresError(
      'foreign-owner',
      `The database in ${pgdata} belongs to user id ${owner.uid}, but Quadrax runs as ${uid}. ` +
        `Start Quadrax as that user, or give it the folder: chown -R ${uid} ${dirname(pgdata)}`,
    );
  }
  return ownAccount(uid);
}

function ancestorsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestorsOf(parent), path];
}

/**
 * The outermost folder on the way to `folder` (absolute, symlinks resolved) that the account may
 * not enter; undefined if it reaches it. Asks the kernel by trying, so that ACLs and mounts count.
 */
export async function firstUnreachable(folder: string, account: ServerAccount): Promise<string | undefined> {
  const script = 'for d in "$@"; do test -x "$d" || { printf %s "$d"; exit 0; }; done';
  const { stdout } = await run('/bin/sh', ['-c', script, 'sh', ...ancestorsOf(folder)], {
    ...spawnIdentity(account),
    cwd: '/',
  });
  return stdout === '' ? undefined : stdout;
}

/**
 * Makes sure that the account can enter `folder`.
 *
 * @throws EmbeddedPostgresError `unreachable-folder`, naming the folder that stands in the way.
 */
export async function assertReachable(folder: string, account: ServerAccount): Promise<void> {
  const blocked = await firstUnreachable(folder, account);
  if (blocked === undefined) return;
  const who = account.name ?? `user id ${account.uid}`;
  throw new EmbeddedPostgresError(
    'unreachable-folder',
    `PostgreSQL runs as ${who}, who may not enter ${blocked}, so the database cannot live there. ` +
      `Choose a data folder ${who} can reach (for example /var/lib/quadrax), or open that one: chmod o+x ${blocked}`,
  );
}
