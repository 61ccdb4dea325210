import { unreadable, type FormatIntake } from './intake-result.ts';
import type { Encoding } from './intake-result.ts';
import { textDecoder } from './text-encoding.ts';

/** Counts what an encoding has no character for. */
function createLosses(encoding: string) {
  let replaced = 0;
  let beyond = 0;
  return {
    add(text: string): void {
      replaced += countOf(text, '\uFFFD');
      for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) beyond++;
    },
    count: (): number => replaced,
    /** Throws `IntakeError` where much of what is beyond ASCII cannot be read. */
    demandFew(): void {
      if (replaced * 4 <= beyond) return;
      throw unreadable(
        `The text is not encoded as ${encoding}: ${replaced.toLocaleString('en')} of its characters cannot be read so. ` +
          'State another encoding, or none to have it guessed.',
      );
    },
  };
}

/** The beginning of a text in UTF-8. Throws `IntakeError` where it is in another encoding. */
export function transcoded(start: Buffer, complete: boolean, encoding: Exclude<Encoding, null>): Buffer {
  const decoder = textDecoder(encoding);
  const losses = createLosses(encoding);
  const text = decoder.write(start) + (complete ? decoder.end() : '');
  losses.add(text);
  losses.demandFew();
  return Buffer.from(text);
}

/** The end of a text, as `finish` wants it. */
const tailBytes = 1024;

/** Reads text of another encoding as it arrives: what reads its format is given UTF-8, whatever was cut in two. */
export function transcoding(
  inner: FormatIntake,
  encoding: Exclude<Encoding, null>,
  stated: boolean,
): FormatIntake {
  const decoder = textDecoder(encoding);
  let tail: Buffer = Buffer.alloc(0);
  let bytes = 0;
  const losses = createLosses(encoding);
  const pass = (text: string) => {
    if (text === '') return;
    const chunk = Buffer.from(text);
    if (chunk.length > text.length) losses.add(text);
    bytes += chunk.length;
    tail = Buffer.concat([tail, chunk.subarray(-tailBytes)]).subarray(-tailBytes);
    inner.write(chunk);
  };
  return {
    format: inner.format,
    write: (chunk) => pass(decoder.write(chunk)),
    finish() {
      pass(decoder.end());
      losses.demandFew();
      const table = inner.finish(tail, bytes);
      return {
        ...table,
        encoding,
        irregular: true,
        ...(stated && { stated }),
        ...(losses.count() > 0 && { replaced: losses.count() }),
      };
    },
  };
}

function countOf(text: string, char: string): number {
  let count = 0;
  for (let at = text.indexOf(char); at >= 0; at = text.indexOf(char, at + 1)) count++;
  return count;
}
