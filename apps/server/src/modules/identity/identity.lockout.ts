import { createHash } from 'node:crypto';
import type { Database, Tx } from '#platform/db';
import { AppError } from '#platform/errors';
import { networkOf } from '#platform/http';
import { clearFailures, insertFailure, lockFailures, recentFailures } from './identity.lockout.store.ts';

const allowed = 5;
const windowSeconds = 15 * 60;
const firstLockSeconds = 15 * 60;
const longestLockSeconds = 24 * 3600;

/**
 * Seconds that sign-in stays locked from now on, given how many seconds ago each failure was, oldest first. Five
 * within a quarter of an hour lock for as long; every further five lock for twice the time before. The same for
 * accounts that exist and for those that do not.
 */
export const lockedFor = (failures: readonly number[]): number => {
  let locks = 0;
  let left = 0;
  let recent: number[] = [];
  for (const ago of failures) {
    recent = [...recent.filter((earlier) => earlier - ago < windowSeconds), ago];
    if (recent.length < allowed) continue;
    left = Math.max(left, Math.min(longestLockSeconds, firstLockSeconds * 2 ** locks) - ago);
    locks++;
    recent = [];
  }
  return left;
};

export interface Lockout {
  /** @throws AppError ACCOUNT_LOCKED while this identifier is locked for this address. */
  check(identifier: string, address: string): Promise<void>;
  /**
   * Takes note of how an attempt went. Attempts at once take turns, so that no more than five are ever judged.
   * @throws AppError ACCOUNT_LOCKED if others have locked it meanwhile, whether this one was right or not.
   */
  settle(identifier: string, address: string, right: boolean): Promise<void>;
}

// Kept as a digest: what people type by mistake may be a password.
const key = (identifier: string): string =>
  createHash('sha256').update(identifier.toLowerCase()).digest('hex');

const requireUnlocked = async (tx: Tx, identifier: string, network: string): Promise<void> => {
  const left = lockedFor(await recentFailures(tx, key(identifier), network));
  if (left <= 0) return;
  const minutes = Math.ceil(left / 60);
  throw new AppError('ACCOUNT_LOCKED', {
    retryAfter: left,
    message: `Too many failed sign-ins. Try again in ${minutes} min.`,
  });
};

export const createLockout = (db: Database): Lockout => ({
  check: (identifier, address) => db.system((tx) => requireUnlocked(tx, identifier, networkOf(address))),
  settle: (identifier, address, right) =>
    db.system(async (tx) => {
      const network = networkOf(address);
      await lockFailures(tx, key(identifier), network);
      await requireUnlocked(tx, identifier, network);
      await (right ? clearFailures : insertFailure)(tx, key(identifier), network);
    }),
});
