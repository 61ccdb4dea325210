import { createHash, randomBytes } from 'node:crypto';

/** What a link in a mail carries, and what is kept of it: 256 random bits need no slow hash. */
export interface LinkToken {
  readonly token: string;
  readonly hash: Buffer;
}

export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest();

export const newLinkToken = (): LinkToken => {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashOfToken(token) };
};

/** A moment so many hours from now. */
export const hoursFromNow = (hours: number): Date => new Date(Date.now() + hours * 3_600_000);
