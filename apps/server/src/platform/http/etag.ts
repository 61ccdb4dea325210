import { createHash } from 'node:crypto';
import { AppError } from '../errors/index.ts';

const hasUpdatedAt = (data: unknown): data is { updatedAt: string } =>
  typeof data === 'object' && data !== null && 'updatedAt' in data && typeof data.updatedAt === 'string';

/** What changes with every change of the resource: its last update where it has one, else a digest of what is sent. */
export const etagOf = (data: unknown): string =>
  hasUpdatedAt(data)
    ? `"u${Date.parse(data.updatedAt).toString(36)}"`
    : `"d${createHash('sha256').update(JSON.stringify(data)).digest('base64url').slice(0, 22)}"`;

/** Whether If-None-Match names this state: any of a list, weak or not (RFC 9110, 13.1.2). */
export const isUnchanged = (ifNoneMatch: string | undefined, tag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((given) => given.trim().replace(/^W\//, ''))
    .some((given) => given === '*' || given === tag);

/** The time of the state that If-Match names. @throws AppError PRECONDITION_FAILED for a tag that no state has. */
export const unchangedSince = (ifMatch: string | undefined): Date | undefined => {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const time = Number.parseInt(/^"u([0-9a-z]+)"$/.exec(ifMatch.trim())?.[1] ?? '', 36);
  if (!Number.isFinite(time)) throw new AppError('PRECONDITION_FAILED');
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) throw new AppError('PRECONDITION_FAILED');
  return date;
};
