import { createHash } from 'node:crypto';
import type { Database } from '#platform/db';
import { AppError } from '#platform/errors';
import { clearFailures, insertFailure, recentFailures } from './identity.store.ts';

const allowed = 5;
const firstLockSeconds = 15 * 60;
const longestLockSeconds = 24 * 3600;

/**
 * Seconds that sign-in stays locked after so many failures: a quarter of an hour for each first five, doubling with
 * every further five. The same for accounts that exist and for those that do not.
 */
export const lockSeconds = (failures: number): number =>
  failures < allowed
    ? 0
    : Math.min(longestLockSeconds, firstLockSeconds * 2 ** (Math.floor(failures / allowed) - 1));

export interface Lockout {
  /** @throws AppError ACCOUNT_LOCKED while this identifier is locked for this address. */
  check(identifier: string, address: string): Promise<void>;
  failed(identifier: string, address: string): Promise<void>;
  succeeded(identifier: string, address: string): Promise<void>;
}

// Kept as a digest: what people type by mistake may be a password.
const key = (identifier: string): string =>
  createHash('sha256').update(identifier.toLowerCase()).digest('hex');

export const createLockout = (db: Database): Lockout => ({
  check: async (identifier, address) => {
    const { failures, secondsAgo } = await db.system((tx) => recentFailures(tx, key(identifier), address));
    const left = lockSeconds(failures) - secondsAgo;
    if (failures < allowed || left <= 0) return;
    const minutes = Math.ceil(left / 60);
    throw new AppError('ACCOUNT_LOCKED', {
      retryAfter: left,
      message: `Too many failed sign-ins. Try again in ${minutes} min.`,
    });
  },
  failed: (identifier, address) => db.system((tx) => insertFailure(tx, key(identifier), address)),
  succeeded: (identifier, address) => db.system((tx) => clearFailures(tx, key(identifier), address)),
});
