import { isTypedMissingText } from '@quadrax/contract/delimited';

/** How many texts of a column read as what. Those that stand for "missing" count nowhere. */
export interface Counts {
  readonly present: number;
  readonly double: number;
  readonly bigint: number;
  readonly boolean: number;
  /** Digits with a leading zero: codes, not numbers. */
  readonly zeros: number;
  /** Whole numbers too big for 64 bits. */
  readonly overflow: number;
}

const double = /^\s*[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf|infinity)\s*$/i;
const whole = /^ *[+-]?(0|[1-9]\d*) *$/;
const boolean = /^(true|True|TRUE|false|False|FALSE)$/;
const zero = /^0\d/;

/** Counts by the same rules as the casts of `physical.ts`. */
export function countTexts(texts: readonly (string | null)[]): Counts {
  const counts = { present: 0, double: 0, bigint: 0, boolean: 0, zeros: 0, overflow: 0 };
  for (const text of texts) {
    if (text === null || isTypedMissingText(text)) continue;
    counts.present++;
    if (double.test(text)) countNumber(text, counts);
    else if (boolean.test(text)) counts.boolean++;
    if (zero.test(text)) counts.zeros++;
  }
  return counts;
}

function countNumber(text: string, counts: { double: number; bigint: number; overflow: number }): void {
  counts.double++;
  if (!whole.test(text)) return;
  if (text.length > 18 && !fits(text)) counts.overflow++;
  else counts.bigint++;
}

function fits(text: string): boolean {
  const value = BigInt(text.trim().replace('+', ''));
  return BigInt.asIntN(64, value) === value;
}
