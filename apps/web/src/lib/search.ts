/** Readers for `validateSearch`: what the address bar holds is anyone's text, so a wrong value is left out. */

/** Text, or undefined when absent or empty. Numbers that were typed as text come back as text. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One of the words given, or undefined. */
export const oneOf = <const T extends string>(value: unknown, words: readonly T[]): T | undefined =>
  words.find((word) => word === value);

/** A whole number of at least `least`, or undefined. */
export function whole(value: unknown, least = 0): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= least ? number : undefined;
}
