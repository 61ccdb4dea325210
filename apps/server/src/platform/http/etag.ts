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

/**
 * The times of the states that If-Match names: any of a list, weak ones never (RFC 9110, 13.1.1); undefined where every
 * state will do.
 * @throws AppError PRECONDITION_FAILED where no state has such a tag
 */
export const unchangedSince = (ifMatch: string | undefined): readonly Date[] | undefined => {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const times = ifMatch
    .split(',')
    .map((given) => Number.parseInt(/^"u([0-9a-z]+)"$/.exec(given.trim())?.[1] ?? '', 36))
    .map((time) => new Date(time))
    .filter((date) => !Number.isNaN(date.getTime()));
  if (times.length === 0) throw new AppError('PRECONDITION_FAILED');
  return times;
};
