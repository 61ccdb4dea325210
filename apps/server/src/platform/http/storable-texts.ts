import type { FastifyRequest } from 'fastify';
import { invalid } from '../errors/index.ts';

/** The database keeps neither U+0000 nor half of a character. */
const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** The place of the first text that cannot be stored, as a dotted path; undefined where there is none. */
const unstorableIn = (value: unknown, path: string): string | undefined => {
  if (typeof value === 'string') return isStorable(value) ? undefined : path;
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const found = isStorable(key) ? unstorableIn(part, path === '' ? key : `${path}.${key}`) : path || 'body';
    if (found !== undefined) return found;
  }
  return undefined;
};

/** @throws AppError VALIDATION_FAILED naming the field of a text that cannot be stored */
export const demandStorable = (fields: unknown): void => {
  const field = unstorableIn(fields, '');
  if (field === undefined) return;
  throw invalid(field, 'The text holds a character that cannot be stored, such as U+0000. Remove it.');
};

/** Looks at what a request asks for, and at what it would have stored. */
export const demandStorableRequest =
  (storesBody: boolean) =>
  async ({ query, body }: FastifyRequest): Promise<void> => {
    demandStorable(query);
    if (storesBody && isPlain(body)) demandStorable(body);
  };

/** Parsed JSON; neither a stream nor bytes. */
const isPlain = (body: unknown): boolean =>
  Array.isArray(body) ||
  (typeof body === 'object' &&
    body !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(body)));
