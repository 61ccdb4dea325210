import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { AppError, invalid } from '../errors/index.ts';
import type { Multipart } from './call.ts';

const isInterrupted = (error: unknown): boolean =>
  error instanceof Error &&
  (/Unexpected end of (form|multipart data)|premature close|aborted/i.test(error.message) ||
    ('code' in error && ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code))));

/** A name without any path: what stands after the last slash of either kind. */
const baseName = (name: string): string => name.split(/[\\/]/).at(-1)?.trim().slice(0, 255) ?? '';

const discard = (stream: Readable): void => {
  stream.on('error', () => {});
  stream.resume();
};

const limits = {
  fields: 20,
  fieldSize: 65_536,
  files: 1,
  fileSize: Number.POSITIVE_INFINITY,
  headerPairs: 50,
};

export const multipartOf = (request: FastifyRequest): Multipart => ({
  receive: async (name, take) => {
    if (!request.isMultipart())
      throw new AppError('NO_FILE', {
        details: [{ field: name, message: 'Send a multipart form with the file.' }],
      });
    const fields: Record<string, string> = Object.create(null);
    let file: { value: Awaited<ReturnType<typeof take>> } | undefined;
    try {
      for await (const part of request.parts({ limits })) {
        if (part.type === 'field') {
          if (part.fieldnameTruncated || part.valueTruncated)
            throw invalid(part.fieldname, 'This field is too long.');
          fields[part.fieldname] = String(part.value);
        } else if (part.fieldname === name) file = { value: await take(part.file, baseName(part.filename)) };
        else {
          discard(part.file);
          throw new AppError('NO_FILE', {
            details: [{ field: part.fieldname, message: `The file belongs in the field "${name}".` }],
          });
        }
      }
    } catch (error) {
      // What is still on its way is thrown away: a client that is still sending reads no answer.
      request.raw.unpipe();
      request.raw.resume();
      if (isInterrupted(error)) throw new AppError('UPLOAD_INTERRUPTED', { cause: error });
      throw error;
    }
    if (!file) throw new AppError('NO_FILE', { details: [{ field: name, message: 'The file is missing.' }] });
    return { file: file.value, fields };
  },
});
