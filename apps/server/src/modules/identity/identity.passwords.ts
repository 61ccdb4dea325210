import { createHash } from 'node:crypto';
import { hash, verify } from '@node-rs/bcrypt';

/**
 * bcrypt reads 72 bytes and stops at a NUL, so what it is given is a digest in base64: 64 characters that depend on
 * every byte of the password.
 */
const digest = (password: string): string =>
  createHash('sha384').update(password.normalize('NFC'), 'utf8').digest('base64');

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Costs one hash whether or not there is one to compare with, so that time tells nothing. */
  matches(password: string, hashed: string | undefined): Promise<boolean>;
}

export const createPasswords = (rounds: number): Passwords => {
  const nobody = hash(digest('a password that nobody has'), { cost: rounds });
  return {
    hash: (password) => hash(digest(password), { cost: rounds }),
    matches: async (password, hashed) => {
      const same = await verify(digest(password), hashed ?? (await nobody));
      return same && hashed !== undefined;
    },
  };
};
