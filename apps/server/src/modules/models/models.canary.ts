import { createHash } from 'node:crypto';
import type { Canary } from '@quadrax/contract';

type Row = Readonly<Record<string, unknown>>;

/** One text for a row however its fields are ordered. */
const canonical = (row: Row): string =>
  JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** What a request is recognised by that brings no key along: its rows. */
export const recognised = (rows: readonly Row[]): string => rows.map(canonical).join('\n');

/**
 * Whether a request goes to the version on trial: a share of all, and the same ones whenever they come again. Growing
 * the share keeps those that are in.
 * @param scope names the trial, so that another one finds others
 */
export const isTried = ({ version, share }: Canary, scope: string, request: string): boolean => {
  const digest = createHash('sha256').update(`${scope} ${version}\n${request}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < share / 100;
};
