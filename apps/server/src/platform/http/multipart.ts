import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { AppError, invalid } from '../errors/index.ts';
import { beginning } from '../text/index.ts';
import type { Multipart } from './call.ts';
import { demandStorable } from './storable-texts.ts';

/** The parser's own words for a header that names no boundary, or one longer than forms may have (RFC 2046, 5.1.1). */
const isBoundless = (error: unknown): boolean =>
  error instanceof Error && /boundary not found|needle/i.test(error.message);

const isInterrupted = (error: unknown): boolean =>
  error instanceof Error &&
  (/Unexpected end of (form|multipart data)|premature close|aborted/i.test(error.message) ||
    ('code' in error && ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code))));

/** Whether the parser counted more of something than a form may hold. */
const isBeyond = (limit: string, error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === limit;

/** A name without any path or control character: what stands after the last slash of either kind. */
const baseName = (name: string): string => {
  const last = (name.split(/[\\/]/).at(-1) ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  return /^\.+$/.test(last) ? '' : beginning(last, 255);
};

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

/** What has been read of a form, in its order: the texts, and the files by their hashes. */
type Witness = (field: string, value: string) => void;

/** The same bytes, hashed on their way. */
const hashed = (file: Readable, told: (sha256: string) => void): Readable => {
  const hash = createHash('sha256');
  const through = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
    flush: (done) => {
      told(hash.digest('hex'));
      done();
    },
  });
  // What breaks shows to the reader of what comes through.
  pipeline(file, through).catch(() => {});
  return through;
};

/** A form that can say what was in it, for a request that may be a repetition. */
export const digestedMultipart = (
  request: FastifyRequest,
  field: string,
): { readonly multipart: Multipart; readonly digest: () => Promise<string> } => {
  const seen: [string, string][] = [];
  let read = false;
  const multipart = multipartOf(request, (field, value) => seen.push([field, value]));
  const receive: Multipart['receive'] = (name, take) => {
    read = true;
    return multipart.receive(name, take);
  };
  return {
    multipart: { receive },
    digest: async () => {
      if (!read)
        await receive(field, async (stream) => {
          for await (const _chunk of stream);
        });
      return JSON.stringify(seen);
    },
  };
};

export const multipartOf = (request: FastifyRequest, witness?: Witness): Multipart => ({
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
          demandStorable({ [part.fieldname]: part.value });
          fields[part.fieldname] = String(part.value);
          witness?.(part.fieldname, String(part.value));
        } else if (part.fieldname === name) {
          const { fieldname, filename } = part;
          const stream = witness
            ? hashed(part.file, (sha256) => witness(`${fieldname} ${filename}`, sha256))
            : part.file;
          file = { value: await take(stream, baseName(filename), { ...fields }) };
        } else {
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
      if (isBoundless(error))
        throw new AppError('MALFORMED_BODY', {
          cause: error,
          message: 'The header Content-Type names no usable boundary of the form.',
        });
      if (isBeyond('FST_FILES_LIMIT', error)) throw invalid(name, 'Send one file, not several.');
      if (isBeyond('FST_FIELDS_LIMIT', error))
        throw invalid('body', `Send ${limits.fields} fields at most beside the file.`);
      if (isInterrupted(error)) throw new AppError('UPLOAD_INTERRUPTED', { cause: error });
      throw error;
    }
    if (!file) throw new AppError('NO_FILE', { details: [{ field: name, message: 'The file is missing.' }] });
    return { file: file.value, fields };
  },
});
