import type { FastifyRequest } from 'fastify';
import type { AppError } from '../errors/index.ts';
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

/** The refusal of a text that cannot be stored, by the field that it is in; null where all can. */
export const unstorableText = (fields: unknown): AppError | null => {
  const field = unstorableIn(fields, '');
  return field === undefined
    ? null
    : invalid(field, 'The text holds a character that cannot be stored, such as U+0000. Remove it.');
};

/** @throws AppError VALIDATION_FAILED naming the field of a text that cannot be stored */
export const demandStorable = (fields: unknown): void => {
  const refusal = unstorableText(fields);
  if (refusal) throw refusal;
};

/** Looks at what a request asks for; its body was looked at when it was read. */
export const demandStorableQuery = (
  { query }: FastifyRequest,
  _reply: unknown,
  done: (refusal?: AppError) => void,
): void => done(unstorableText(query) ?? undefined);
