import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors/index.ts';
import { unstorableText } from './storable-texts.ts';

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

/** What no database keeps comes in JSON as an escape only: U+0000, and halves of characters, which bytes cannot say. */
const unstorable = /\\u(?:0000|[dD][89a-fA-F])/;

/** Reads JSON bodies: an empty one is none, deep ones, `__proto__` keys and texts that cannot be stored are refused. */
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
      done(unstorable.test(text) ? unstorableText(value) : null, value);
    });
  });
};
