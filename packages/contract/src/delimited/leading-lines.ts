import { isMissing, isValue } from './literals.ts';

/** More lines than this above a table are not looked for. */
export const mostLeading = 50;

/**
 * How many lines at the beginning are no part of the table: titles, remarks and comments (`#`), which are narrower than
 * it. `lines` are the fields of the first lines, also of blank ones; `width` is what most records have; `below` gives
 * the records that follow so many lines.
 */
export function leadingLines(
  lines: readonly (readonly string[])[],
  width: number,
  below: (lines: number) => readonly (readonly string[])[],
): number {
  if (width < 2) return 0;
  const above = lines.findIndex((line) => isWide(line, width));
  if (above < 0) return 0;
  // A comment may be as wide as the table by chance; a name may begin with # too, where nothing better follows.
  const comments = lines.findIndex((line) => !isComment(line) && !isBlank(line));
  if (comments > above && looksNamed(below(comments), width)) return comments;
  const skipped = lines.slice(0, above).filter((line) => !isBlank(line));
  if (skipped.length === 0) return 0;
  const rest = below(above);
  const named = looksNamed(rest, width);
  const even = rest.filter((line) => line.length === width).length >= rest.length * 0.9;
  const plain = skipped.every((line) => isComment(line) || filled(line) < 2);
  const padded = skipped.some((line) => line.length >= width);
  if (!even || (padded && !named)) return 0;
  // One name above rows of two fields may be prose with commas; above more, or above values, it is a title.
  return named || (plain && (width > 2 || rest.every((line) => line.some(isValueText)))) ? above : 0;
}

const isValueText = (field: string): boolean => isValue(field.trim());
const filled = (line: readonly string[]): number => line.filter((field) => field.trim() !== '').length;
const isBlank = (line: readonly string[]): boolean => filled(line) === 0;
const isComment = (line: readonly string[]): boolean => line[0]?.trimStart().startsWith('#') ?? false;

/** As many fields as the table has, of which a title leaves all but the first empty. */
function isWide(line: readonly string[], width: number): boolean {
  return (
    line.length >= width && !(filled(line) < 2 && (line[0]?.trim() !== '' || width > 2)) && filled(line) > 0
  );
}

/** The first line holds names, and below it some column holds values throughout. */
function looksNamed(lines: readonly (readonly string[])[], width: number): boolean {
  const [first = [], ...body] = lines;
  const isName = (field: string) => !isValueText(field) && (field.trim() === '' || !isMissing(field));
  const names = first.length === width && first.every(isName) && filled(first) >= width - 1;
  if (!names || body.length === 0) return false;
  const looked = body.slice(0, 200).filter((line) => line.length === width);
  const hasValues = (column: number) =>
    looked.length > 0 &&
    looked.every((line) => isValueText(line[column] ?? '') || isMissing(line[column] ?? ''));
  return first.some((_, column) => hasValues(column));
}
