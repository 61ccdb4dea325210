import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import type { Encoding } from './intake-result.ts';

export interface EncodingCheck {
  write(chunk: Buffer): void;
  finish(): Exclude<Encoding, null>;
}

const bom = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Tells UTF-8 from Windows-1252 as the bytes arrive. Text that is valid UTF-8 but for fewer bytes than it has
 * characters beyond ASCII counts as damaged UTF-8; other text that is not UTF-8 is taken for Windows-1252.
 */
export function createEncodingCheck(): EncodingCheck {
  let carry = Buffer.alloc(0);
  let first: boolean | undefined;
  let wide = 0;
  let wrong = 0;

  const count = (bytes: Buffer) => {
    if (isAscii(bytes)) return;
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
    finish() {
      count(carry);
      carry = Buffer.alloc(0);
      if (wrong === 0) return first ? 'utf-8-bom' : 'utf-8';
      return wide > wrong || first ? 'utf-8-damaged' : 'windows-1252';
    },
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

/** A decoder for a whole stream (call with `{ stream: true }`); drops a byte order mark. */
export function textDecoder(encoding: Encoding): TextDecoder {
  return new TextDecoder(encoding === 'windows-1252' ? 'windows-1252' : 'utf-8');
}
