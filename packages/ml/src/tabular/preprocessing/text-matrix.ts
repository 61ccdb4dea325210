import type { Documents } from '../data/documents.ts';

/** Rows of a sparse matrix, compressed: row i has the entries from starts[i] to starts[i + 1]. */
export interface SparseRows {
  readonly rows: number;
  readonly width: number;
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float32Array;
}

/** One row of such a matrix, to be written over. */
export interface SparseRow {
  length: number;
  columns: Uint32Array;
  values: Float32Array;
}

/** The hash buckets that are used: the matrix column of each, -1 for the others, and how rare each column is. */
export interface Vocabulary {
  readonly bits: number;
  /** The bucket of each column. */
  readonly buckets: Int32Array;
  /** 2 to the power of `bits` of them. */
  readonly slots: Int32Array;
  /** Inverse document frequencies by column. */
  readonly idf: Float32Array;
}

/** log₂ of the least and the most buckets. */
const leastBits = 8;
const mostBits = 20;
/** Buckets for each n-gram: so few collide. */
const spareBits = 3;
/** Columns, by falling number of documents. */
const mostColumns = 65_536;
/** What fewer documents have cannot be learnt from. */
const leastDocuments = 2;

/**
 * Learns which buckets the documents of `column` share, and how rare each is: more buckets, a power of two, than there
 * are n-grams, within bounds. NaN in `column` is a missing text.
 */
export function learnVocabulary(documents: Documents, column: Float64Array): Vocabulary {
  let grams = 0;
  let texts = 0;
  for (const document of column) {
    if (Number.isNaN(document)) continue;
    texts++;
    documents.forEach(document, () => grams++);
  }
  const bits = Math.min(mostBits, Math.max(leastBits, spareBits + Math.ceil(Math.log2(Math.max(1, grams)))));
  const mask = 2 ** bits - 1;
  const frequency = new Uint32Array(2 ** bits);
  for (const document of column) {
    if (!Number.isNaN(document)) documents.forEach(document, (gram) => frequency[gram & mask]++);
  }
  const least = leastCount(frequency);
  const buckets = Int32Array.from(frequency.keys()).filter((bucket) => frequency[bucket] >= least);
  const idf = Float32Array.from(buckets, (bucket) => Math.log((1 + texts) / (1 + frequency[bucket])) + 1);
  return vocabularyOf(bits, buckets, idf);
}

/** The least number of documents that leaves no more than the most columns. */
function leastCount(frequency: Uint32Array): number {
  let least = leastDocuments;
  while (frequency.reduce((sum, count) => sum + Number(count >= least), 0) > mostColumns) least++;
  return least;
}

/** The vocabulary of the given buckets, ascending, out of 2 to the power of `bits`. */
export function vocabularyOf(bits: number, buckets: Int32Array, idf: Float32Array): Vocabulary {
  const slots = new Int32Array(2 ** bits).fill(-1);
  buckets.forEach((bucket, column) => (slots[bucket] = column));
  return { bits, buckets, slots, idf };
}

/**
 * Writes a document as signed hashed features (Weinberger et al. 2009): 1 + log(times) by the column's inverse document
 * frequency, of Euclidean length 1. A missing text has no entry.
 */
export function writeDocument(
  documents: Documents,
  document: number,
  { slots, idf }: Vocabulary,
  row: SparseRow,
): void {
  row.length = 0;
  if (Number.isNaN(document)) return;
  const mask = slots.length - 1;
  let squares = 0;
  documents.forEach(document, (gram, times) => {
    const column = slots[gram & mask];
    if (column < 0) return;
    if (row.length === row.columns.length) makeRoom(row);
    const value = (1 + Math.log(times)) * idf[column];
    row.columns[row.length] = column;
    row.values[row.length++] = gram >>> 31 === 1 ? -value : value;
    squares += value * value;
  });
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let i = 0; i < row.length; i++) row.values[i] *= scale;
}

export function emptyRow(): SparseRow {
  return { length: 0, columns: new Uint32Array(64), values: new Float32Array(64) };
}

function makeRoom(row: SparseRow): void {
  const columns = new Uint32Array(2 * row.length);
  const values = new Float32Array(2 * row.length);
  columns.set(row.columns);
  values.set(row.values);
  Object.assign(row, { columns, values });
}

/** All documents of a column as sparse rows. */
export function sparseRows(documents: Documents, column: Float64Array, vocabulary: Vocabulary): SparseRows {
  let entries = 0;
  for (const document of column) {
    if (!Number.isNaN(document)) documents.forEach(document, () => entries++);
  }
  const starts = new Uint32Array(column.length + 1);
  const columns = new Uint32Array(entries);
  const values = new Float32Array(entries);
  const row = emptyRow();
  column.forEach((document, i) => {
    writeDocument(documents, document, vocabulary, row);
    columns.set(row.columns.subarray(0, row.length), starts[i]);
    values.set(row.values.subarray(0, row.length), starts[i]);
    starts[i + 1] = starts[i] + row.length;
  });
  return { rows: column.length, width: vocabulary.idf.length, starts, columns, values };
}
