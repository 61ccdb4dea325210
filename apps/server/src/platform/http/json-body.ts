import type { FastifyInstance } from 'fastify';
import { AppError, invalid } from '../errors/index.ts';
import { illFormedField } from '../text/index.ts';

const deepest = 64;
const quote = 0x22;
const backslash = 0x5c;

/** Whether a JSON text nests deeper than allowed: looked at before it is parsed, since a parser recurses. */
const tooDeep = (body: Buffer): boolean => {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > deepest) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
};

/**
 * No database takes half a character, and JSON can write one: `\\ud83d`. Bytes cannot, since decoding mends them, so
 * that nothing is searched unless an escape of a half is there at all.
 */
const halfCharacter = (text: string, value: unknown): AppError | undefined => {
  const field = /\\u[dD][89a-fA-F]/.test(text) ? illFormedField(value) : undefined;
  return field === undefined
    ? undefined
    : invalid(field, 'The text holds half of a character (a lone surrogate, such as \\ud83d). Remove it.');
};

/** Reads JSON bodies: an empty one is none, deep ones, `__proto__` keys and halves of characters are refused. */
export const addJsonParser = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  // Fastify reads plain text too, which no route of ours takes.
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined);
    if (tooDeep(body))
      return done(
        new AppError('MALFORMED_BODY', { message: `The body nests deeper than ${deepest} levels.` }),
      );
    const text = body.toString('utf8');
    void parse(request, text, (error, value) => {
      if (error) return done(new AppError('MALFORMED_BODY', { cause: error }));
      done(halfCharacter(text, value) ?? null, value);
    });
  });
};
