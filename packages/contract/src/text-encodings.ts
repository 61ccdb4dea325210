/** Encodings of text, and how they are told by their bytes: the page before an upload and the server tell the same. */

/** What a file may be stated to be encoded in, by its name in the Encoding Standard (WHATWG), and in words. */
export const textEncodings = {
  'utf-8': 'Unicode (UTF-8)',
  'utf-16le': 'Unicode (UTF-16, little endian)',
  'utf-16be': 'Unicode (UTF-16, big endian)',
  'windows-1252': 'Western European (Windows-1252, Latin-1)',
  'iso-8859-15': 'Western European (ISO 8859-15)',
  macintosh: 'Western European (Macintosh)',
  'windows-1250': 'Central European (Windows-1250)',
  'iso-8859-2': 'Central European (ISO 8859-2)',
  'iso-8859-3': 'South European (ISO 8859-3)',
  'iso-8859-4': 'Baltic (ISO 8859-4)',
  'iso-8859-10': 'Nordic (ISO 8859-10)',
  'iso-8859-13': 'Baltic (ISO 8859-13)',
  'iso-8859-14': 'Celtic (ISO 8859-14)',
  'iso-8859-16': 'Romanian (ISO 8859-16)',
  'windows-1257': 'Baltic (Windows-1257)',
  'windows-1251': 'Cyrillic (Windows-1251)',
  'iso-8859-5': 'Cyrillic (ISO 8859-5)',
  'koi8-r': 'Cyrillic (KOI8-R)',
  'koi8-u': 'Cyrillic (KOI8-U)',
  ibm866: 'Cyrillic (IBM 866)',
  'x-mac-cyrillic': 'Cyrillic (Macintosh)',
  'windows-1253': 'Greek (Windows-1253)',
  'iso-8859-7': 'Greek (ISO 8859-7)',
  'windows-1254': 'Turkish (Windows-1254)',
  'windows-1255': 'Hebrew (Windows-1255)',
  'iso-8859-8': 'Hebrew (ISO 8859-8)',
  'windows-1256': 'Arabic (Windows-1256)',
  'iso-8859-6': 'Arabic (ISO 8859-6)',
  'windows-874': 'Thai (Windows-874)',
  'windows-1258': 'Vietnamese (Windows-1258)',
  shift_jis: 'Japanese (Shift-JIS)',
  'euc-jp': 'Japanese (EUC-JP)',
  'iso-2022-jp': 'Japanese (ISO 2022-JP)',
  gb18030: 'Chinese, simplified (GB 18030)',
  gbk: 'Chinese, simplified (GBK)',
  big5: 'Chinese, traditional (Big5)',
  'euc-kr': 'Korean (EUC-KR)',
} as const;
export type TextEncoding = keyof typeof textEncodings;

/** Other labels that the Encoding Standard has for them, those that programs write. */
const labels: Readonly<Record<string, TextEncoding>> = {
  utf8: 'utf-8',
  'utf-16': 'utf-16le',
  ascii: 'windows-1252',
  'us-ascii': 'windows-1252',
  latin1: 'windows-1252',
  'iso-8859-1': 'windows-1252',
  latin2: 'iso-8859-2',
  'iso-8859-9': 'windows-1254',
  latin5: 'windows-1254',
  'iso-8859-11': 'windows-874',
  sjis: 'shift_jis',
  'shift-jis': 'shift_jis',
  'windows-31j': 'shift_jis',
  gb2312: 'gbk',
  'big5-hkscs': 'big5',
  'ks_c_5601-1987': 'euc-kr',
  'windows-949': 'euc-kr',
  cp866: 'ibm866',
};

/** The encoding of a name or label, in any case; undefined where there is none. */
export function encodingOf(label: string): TextEncoding | undefined {
  const name = label.trim().toLowerCase();
  const full = name.replace(/^cp(?=125\d$)/, 'windows-');
  if (Object.hasOwn(textEncodings, full)) return full as TextEncoding;
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

export type WideEncoding = 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';

/** UTF-16 or UTF-32, by the mark that a text begins with, or by the zero bytes that ASCII leaves in it. */
export function wideEncoding(head: Uint8Array): WideEncoding | undefined {
  return markedEncoding(head) ?? wideByZeros(head);
}

/** UTF-16 or UTF-32 by a byte order mark. */
export function markedEncoding(head: Uint8Array): WideEncoding | undefined {
  const starts = (...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);
  if (starts(0xff, 0xfe, 0, 0)) return 'utf-32le';
  if (starts(0, 0, 0xfe, 0xff)) return 'utf-32be';
  if (starts(0xff, 0xfe)) return 'utf-16le';
  return starts(0xfe, 0xff) ? 'utf-16be' : undefined;
}

function wideByZeros(head: Uint8Array): WideEncoding | undefined {
  const length = Math.min(head.length, 65_536) & ~3;
  if (length < 4) return undefined;
  const zeros = [0, 0, 0, 0];
  for (let i = 0; i < length; i++) if (head[i] === 0) zeros[i & 3] = (zeros[i & 3] ?? 0) + 1;
  const [a = 0, b = 0, c = 0, d = 0] = zeros.map((count) => count / (length / 4));
  if (length >= 8 && Math.min(b, c, d) > 0.9 && a < 0.1) return 'utf-32le';
  if (length >= 8 && Math.min(a, b, c) > 0.9 && d < 0.1) return 'utf-32be';
  const [even, odd] = [(a + c) / 2, (b + d) / 2];
  if (Math.min(even, odd) >= 0.05) return undefined;
  if (Math.max(even, odd) <= 0.3 && !breaksAreWide(head, length, even > odd)) return undefined;
  return even > odd ? 'utf-16be' : 'utf-16le';
}

/** Every line feed is one of two bytes, as in UTF-16 that holds little ASCII besides. */
function breaksAreWide(head: Uint8Array, length: number, bigEndian: boolean): boolean {
  let wide = 0;
  let all = 0;
  for (let i = 0; i < length; i++) {
    if (head[i] !== 0x0a) continue;
    all++;
    if (bigEndian ? (i & 1) === 1 && head[i - 1] === 0 : (i & 1) === 0 && head[i + 1] === 0) wide++;
  }
  return wide > 1 && wide >= all * 0.9;
}

/** Bytes in an encoding as text; those that are no character of it as U+FFFD. */
export type Decode = (bytes: Uint8Array, encoding: TextEncoding) => string;

/**
 * The likeliest encoding of text that is neither ASCII nor Unicode. A sample without a telling language is taken for
 * Windows-1252, which takes any byte.
 */
export function guessEncoding(sample: Uint8Array, decode: Decode): TextEncoding {
  return eastAsian(sample) ?? otherScript(sample, decode) ?? latin(sample, decode);
}

// ---------------------------------------------------------------- two bytes to a character

interface Pairs {
  readonly encoding: TextEncoding;
  readonly lead: (byte: number) => boolean;
  readonly trail: (byte: number) => boolean;
  /** Characters that make up nearly all of a text: syllables, and ideographs of the first level. */
  readonly frequent: (lead: number, trail: number) => boolean;
  /** Bytes that are a character by themselves. */
  readonly single?: (byte: number) => boolean;
}

const within = (byte: number, from: number, to: number) => byte >= from && byte <= to;
const high = (byte: number) => within(byte, 0xa1, 0xfe);
const wideTrail = (byte: number) => within(byte, 0x40, 0x7e) || within(byte, 0x80, 0xfe);
/** Punctuation and full-width letters, which all of them have in these rows. */
const signs = (lead: number) => within(lead, 0xa1, 0xa3);

const pairs: readonly Pairs[] = [
  {
    encoding: 'shift_jis',
    lead: (byte) => within(byte, 0x81, 0x9f) || within(byte, 0xe0, 0xfc),
    trail: (byte) => within(byte, 0x40, 0x7e) || within(byte, 0x80, 0xfc),
    frequent: (lead) => within(lead, 0x81, 0x83) || within(lead, 0x88, 0x97),
    single: (byte) => within(byte, 0xa1, 0xdf),
  },
  {
    encoding: 'euc-jp',
    lead: high,
    trail: high,
    frequent: (lead) => within(lead, 0xa1, 0xa5) || within(lead, 0xb0, 0xcf),
  },
  {
    encoding: 'euc-kr',
    lead: (byte) => within(byte, 0x81, 0xfe),
    trail: wideTrail,
    frequent: (lead, trail) => high(trail) && (within(lead, 0xb0, 0xc8) || signs(lead)),
  },
  {
    encoding: 'big5',
    lead: high,
    trail: (byte) => within(byte, 0x40, 0x7e) || high(byte),
    frequent: (lead) => within(lead, 0xa1, 0xc6),
  },
  {
    encoding: 'gb18030',
    lead: (byte) => within(byte, 0x81, 0xfe),
    trail: (byte) => wideTrail(byte) || within(byte, 0x30, 0x39),
    frequent: (lead, trail) => high(trail) && (within(lead, 0xb0, 0xd7) || signs(lead)),
  },
];

/** Rows of the EUC encodings that hold kana: nearly every Japanese text has some, no other has many. */
const kana = (lead: number) => lead === 0xa4 || lead === 0xa5;

function eastAsian(sample: Uint8Array): TextEncoding | undefined {
  let best: TextEncoding | undefined;
  let most = 0.85;
  for (const candidate of pairs) {
    const share = frequentShare(sample, candidate);
    // What Chinese shares with Korean and Japanese is not enough: the further half of its ideographs tells.
    const telling = candidate.encoding === 'gb18030' || candidate.encoding === 'big5' ? 0.03 : 0;
    if (share > most + (best === undefined ? 0 : telling)) {
      best = candidate.encoding;
      most = share;
    }
  }
  return best;
}

/** The share of frequent characters; 0 where bytes do not fit, or characters stand alone as letters with accents do. */
function frequentShare(sample: Uint8Array, { encoding, lead, trail, frequent, single }: Pairs): number {
  let [all, common, runs, syllables] = [0, 0, 0, 0];
  let running = false;
  for (let i = 0; i < sample.length; i++) {
    const byte = sample[i] ?? 0;
    if (byte < 0x80) {
      running = false;
      continue;
    }
    if (!running) runs++;
    running = true;
    all++;
    if (single?.(byte)) continue;
    const next = sample[i + 1];
    if (next === undefined) break;
    if (!lead(byte) || !trail(next)) return 0;
    if (frequent(byte, next)) common++;
    if (kana(byte)) syllables++;
    // A character of four bytes: the other two are of the same kind.
    i += encoding === 'gb18030' && next < 0x40 ? 3 : 1;
  }
  if (all < 2 || all < runs * 1.5) return 0;
  return encoding === 'euc-jp' && syllables < all * 0.1 ? 0 : common / all;
}

// ---------------------------------------------------------------- one byte to a character

const frequentLetters: readonly (readonly [TextEncoding, string])[] = [
  ['windows-1251', 'оеаинтсрвлкмдпуяы'],
  ['koi8-r', 'оеаинтсрвлкмдпуяы'],
  ['ibm866', 'оеаинтсрвлкмдпуяы'],
  ['windows-1253', 'αοιετσνηυρπκςάίόέή'],
  ['windows-1255', 'יוהלארמתבשנ'],
  ['windows-1256', 'اليمونرتبةعدسفهكق'],
];

/** Scripts without Latin letters: whole words are beyond ASCII, and mostly of a few letters. */
function otherScript(sample: Uint8Array, decode: Decode): TextEncoding | undefined {
  let beyond = 0;
  let runs = 0;
  for (const [i, byte] of sample.entries()) {
    if (byte < 0x80) continue;
    beyond++;
    if ((sample[i - 1] ?? 0) < 0x80) runs++;
  }
  if (beyond < 4 || beyond < runs * 2) return undefined;
  let best: TextEncoding | undefined;
  let most = 0.55;
  for (const [encoding, letters] of frequentLetters) {
    let count = 0;
    for (const char of decode(sample, encoding)) {
      if (char < '\u0080') continue;
      if (letters.includes(char)) count++;
      else if (letters.includes(char.toLowerCase())) count += 0.9;
    }
    if (count / beyond > most) {
      best = encoding;
      most = count / beyond;
    }
  }
  return best;
}

/** Central European letters read as Western European are signs within words: `Pozna³`, `¹`. */
function latin(sample: Uint8Array, decode: Decode): TextEncoding {
  const text = decode(sample, 'windows-1252');
  const beyond = text.match(/[\u0080-\uffff]/g)?.length ?? 0;
  const odd = text.match(/(?<=\p{L})[¹³¿¼¾£¥ªº¶](?=\p{L})/gu)?.length ?? 0;
  return odd > 1 && odd > beyond * 0.1 ? 'windows-1250' : 'windows-1252';
}
