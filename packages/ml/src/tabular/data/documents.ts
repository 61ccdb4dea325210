/**
 * Texts as the hashed words and pairs of neighbouring words in them. A raw row holds the number of a document; what
 * the document says is looked up here. Hashing learns nothing, so training and held-out rows may share a store.
 */
export interface Documents {
  /** Documents held; the next one gets this number. */
  count(): number;
  /** Keeps a text and returns its number. */
  add(text: string): number;
  /** Forgets the documents from number `count` on. */
  release(count: number): void;
  /** Calls `visit` with every different n-gram of a document and how often it occurs. Allocates nothing. */
  forEach(document: number, visit: (gram: number, times: number) => void): void;
}

/** Words of one text beyond so many are not read. */
const mostWords = 5_000;
const word = /[\p{L}\p{N}\p{M}]+/gu;

/** An empty store, in typed arrays that double as it grows. */
export function createDocuments(): Documents {
  let ends = new Uint32Array(16);
  let grams = new Uint32Array(256);
  let times = new Uint16Array(256);
  let count = 0;
  const endOf = (document: number): number => (document < 0 ? 0 : ends[document]);
  return {
    count: () => count,
    add(text) {
      const found = hashNgrams(text);
      let at = endOf(count - 1);
      if (at + found.length > grams.length) {
        const room = 2 * (at + found.length);
        grams = grown(grams, new Uint32Array(room));
        times = grown(times, new Uint16Array(room));
      }
      for (let i = 0; i < found.length; at++) {
        const from = i;
        while (i < found.length && found[i] === found[from]) i++;
        grams[at] = found[from];
        times[at] = Math.min(65_535, i - from);
      }
      if (count === ends.length) ends = grown(ends, new Uint32Array(2 * count));
      ends[count] = at;
      return count++;
    },
    release(to) {
      count = Math.min(count, to);
    },
    forEach(document, visit) {
      const end = endOf(document);
      for (let at = endOf(document - 1); at < end; at++) visit(grams[at], times[at]);
    },
  };
}

function grown<T extends Uint32Array | Uint16Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

/** 32-bit hashes of the words of a text in lower case and of its pairs of neighbours, ascending. */
function hashNgrams(text: string): Uint32Array {
  const words: number[] = [];
  for (const [found] of text.normalize('NFC').toLowerCase().matchAll(word)) {
    if (words.length === mostWords) break;
    words.push(hashWord(found));
  }
  const grams = new Uint32Array(Math.max(0, 2 * words.length - 1));
  words.forEach((hash, i) => {
    grams[i] = mix(hash);
    if (i > 0) grams[words.length + i - 1] = mix(Math.imul(words[i - 1], 0x9e3779b1) ^ hash);
  });
  return grams.sort();
}

/** FNV-1a over code units. */
function hashWord(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The finaliser of MurmurHash3. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const sampledDocuments = 5_000;
const sampleBits = 22;

/** Share of the n-grams of (at most 5,000 of) the documents that some other document has as well. */
export function sharedGrams(documents: Documents, numbers: Float64Array): number {
  const seen = new Uint8Array(2 ** sampleBits);
  const sample = numbers.subarray(0, sampledDocuments);
  const slot = (gram: number): number => gram >>> (32 - sampleBits);
  for (const document of sample) {
    documents.forEach(document, (gram) => (seen[slot(gram)] = Math.min(2, seen[slot(gram)] + 1)));
  }
  let all = 0;
  let shared = 0;
  for (const document of sample) {
    documents.forEach(document, (gram) => {
      all++;
      if (seen[slot(gram)] === 2) shared++;
    });
  }
  return shared / Math.max(1, all);
}
