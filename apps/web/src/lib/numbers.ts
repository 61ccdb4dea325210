/** What a field says that does not understand what was typed. */
export const notANumber = 'This is no number. Write it like 1234.5 or 1234,5.';

/**
 * The number that was typed or pasted, with a point or a comma before its decimals: '' for nothing, NaN for what is no
 * number or could be two, such as "1,234.5".
 */
export function readNumber(text: string): number | '' {
  const trimmed = text.trim().replace('\u2212', '-');
  if (trimmed === '') return '';
  return /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(trimmed)
    ? Number(trimmed.replace(',', '.'))
    : Number.NaN;
}
