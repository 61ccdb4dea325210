import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { guessEncoding } from '@quadrax/contract/text-encodings';
import type { Encoding } from './intake-result.ts';

export interface EncodingCheck {
  write(chunk: Buffer): void;
  /** `whole` says that nothing follows: a character that is not complete is then a wrong one. */
  finish(whole?: boolean): Exclude<Encoding, null>;
}

const bom = Buffer.from([0xef, 0xbb, 0xbf]);
/** Of bytes that are not UTF-8 so many are kept to guess their encoding by. */
const sampleBytes = 64 * 1024;

/**
 * Tells UTF-8 from older encodings as the bytes arrive. Text that is valid UTF-8 but for fewer bytes than it has
 * characters beyond ASCII counts as damaged UTF-8; the encoding of other text is guessed.
 */
export function createEncodingCheck(): EncodingCheck {
  let carry = Buffer.alloc(0);
  let first: boolean | undefined;
  let wide = 0;
  let wrong = 0;
  const sample = createSample();

  const count = (bytes: Buffer) => {
    if (isAscii(bytes)) return;
    sample.write(bytes);
    if (isUtf8(bytes)) wide++;
    else {
      const text = bytes.toString('utf8');
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code === 0xfffd) wrong++;
        else if (code > 127) wide++;
      }
    }
  };

  return {
    write(chunk) {
      first ??= chunk.subarray(0, 3).equals(bom);
      const joined = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
      const end = joined.length - openBytes(joined);
      count(joined.subarray(0, end));
      carry = Buffer.from(joined.subarray(end));
    },
    finish(whole = true) {
      if (whole) count(carry);
      carry = Buffer.alloc(0);
      if (wrong === 0) return first ? 'utf-8-bom' : 'utf-8';
      if (wide > wrong || first) return 'utf-8-damaged';
      return guessEncoding(sample.bytes(), (bytes, name) =>
        new TextDecoder(name).decode(bytes, { stream: true }),
      );
    },
  };
}

/** Keeps the first lines that hold more than ASCII, whole: so no character is cut in two. */
function createSample() {
  const kept: Buffer[] = [];
  let length = 0;
  let within = false;
  return {
    write(bytes: Buffer): void {
      for (let at = 0; at < bytes.length && length < sampleBytes;) {
        const rest = bytes.subarray(at);
        const first = within ? 0 : rest.findIndex((byte) => byte > 127);
        if (first < 0) return;
        const from = within ? 0 : rest.lastIndexOf(0x0a, first) + 1;
        const feed = rest.indexOf(0x0a, first);
        const piece = Buffer.from(rest.subarray(from, feed < 0 ? rest.length : feed + 1));
        within = feed < 0;
        kept.push(piece);
        length += piece.length;
        at += from + piece.length;
      }
    },
    bytes: (): Buffer => Buffer.concat(kept),
  };
}

/** How many bytes at the end belong to a character that the next chunk completes. */
function openBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

/** Takes the bytes of a stream as they come, without their byte order mark; what is no character becomes U+FFFD. */
export interface StreamDecoder {
  write(chunk: Buffer): string;
  end(): string;
}

export function textDecoder(encoding: Encoding): StreamDecoder {
  if (encoding === 'utf-32le' || encoding === 'utf-32be') return utf32Decoder(encoding === 'utf-32be');
  const decoder = new TextDecoder(isUtf8Name(encoding) ? 'utf-8' : (encoding ?? 'utf-8'));
  return {
    write: (chunk) => decoder.decode(chunk, { stream: true }),
    end: () => decoder.decode(),
  };
}

/** The bytes of such text are UTF-8, or nearly. */
export const isUtf8Name = (encoding: Encoding): boolean =>
  encoding === 'utf-8' || encoding === 'utf-8-bom' || encoding === 'utf-8-damaged';

/** The Encoding Standard has no UTF-32. */
function utf32Decoder(bigEndian: boolean): StreamDecoder {
  let carry = Buffer.alloc(0);
  let started = false;
  return {
    write(chunk) {
      const bytes = Buffer.concat([carry, chunk]);
      const end = bytes.length & ~3;
      const parts: string[] = [];
      for (let at = 0; at < end; at += 4) {
        const code = bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
        const valid = code < 0x11_0000 && (code < 0xd800 || code > 0xdfff);
        if (started || code !== 0xfeff) parts.push(valid ? String.fromCodePoint(code) : '\uFFFD');
        started = true;
      }
      carry = Buffer.from(bytes.subarray(end));
      return parts.join('');
    },
    end: () => (carry.length > 0 ? '\uFFFD' : ''),
  };
}
