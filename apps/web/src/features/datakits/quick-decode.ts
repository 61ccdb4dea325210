import {
  guessEncoding,
  markedEncoding,
  textEncodings,
  wideEncoding,
  type TextEncoding,
  type WideEncoding,
} from '@quadrax/contract/text-encodings';

/** The beginning of a file as text, and what it was read in. */
export interface Decoded {
  readonly text: string;
  readonly encoding: TextEncoding | WideEncoding;
}

/** The first bytes of a text, as it is stated, or as the server will tell it by its bytes. */
export function quickDecode(bytes: Uint8Array, stated?: TextEncoding): Decoded {
  const marked = stated === undefined || stated.startsWith('utf-16') ? markedEncoding(bytes) : undefined;
  const encoding = marked ?? stated ?? wideEncoding(bytes) ?? narrowEncoding(bytes);
  return { text: decode(bytes, encoding), encoding };
}

/** The encoding in words. */
export const encodingWords = (encoding: string): string =>
  encoding in textEncodings
    ? textEncodings[encoding as TextEncoding]
    : encoding.replace(/^utf-(\d+).*/, 'Unicode (UTF-$1)');

/** UTF-8, also where a few bytes of it are damaged; else what older encodings the letters speak for. */
function narrowEncoding(bytes: Uint8Array): TextEncoding {
  const text = decode(bytes, 'utf-8');
  const wrong = text.match(/\uFFFD/g)?.length ?? 0;
  const beyond = text.match(/[\u0080-\uFFFF]/g)?.length ?? 0;
  return wrong === 0 || beyond - wrong > wrong ? 'utf-8' : guessEncoding(linesBeyondAscii(bytes), decode);
}

/** The lines that hold more than ASCII: the encoding is guessed by those, as the server does. */
function linesBeyondAscii(bytes: Uint8Array): Uint8Array {
  const kept: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const feed = bytes.indexOf(0x0a, at);
    const line = bytes.subarray(at, feed < 0 ? bytes.length : feed + 1);
    if (line.some((byte) => byte > 127)) kept.push(...line);
    at += line.length;
  }
  return Uint8Array.from(kept);
}

/** `stream` leaves a character that the cut went through for later, instead of calling it an error. */
function decode(bytes: Uint8Array, encoding: TextEncoding | WideEncoding): string {
  if (encoding === 'utf-32le' || encoding === 'utf-32be') return decode32(bytes, encoding === 'utf-32le');
  return new TextDecoder(encoding).decode(bytes, { stream: true });
}

/** The Encoding Standard has no UTF-32. */
function decode32(bytes: Uint8Array, little: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength & ~3);
  let text = '';
  for (let at = 0; at < view.byteLength; at += 4) {
    const code = view.getUint32(at, little);
    if (at > 0 || code !== 0xfeff) text += code < 0x11_0000 ? String.fromCodePoint(code) : '\uFFFD';
  }
  return text;
}
