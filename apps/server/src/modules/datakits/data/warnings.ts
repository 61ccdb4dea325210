import { textEncodings } from '@quadrax/contract/text-encodings';
import type { ColumnProfile, ProfileWarning, TextEncoding } from '@quadrax/contract';
import { shortened } from '#platform/text';
import type { Mixed } from './infer.ts';
import type { TableDialect } from './intake-result.ts';
import type { LeakPair } from './leaks.ts';
import { isUtf8Name } from './text-encoding.ts';
import type { ManySpellings } from './spelling.ts';

/** What is known of a column besides its profile. */
export interface ColumnFacts {
  readonly profile: ColumnProfile;
  readonly infinite: number;
  readonly mixed: Mixed | undefined;
  /** Its values number the rows. */
  readonly rowNumber: boolean;
  /** The rows of its most frequent value. */
  readonly mostFrequent: number | undefined;
}

const manyMissing = 0.5;
const imbalanced = 0.9;
const telling = 20;

const plural = (count: number, one: string, many: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
const percent = (share: number) => `${(share * 100).toFixed(share > 0.995 && share < 1 ? 2 : 0)} %`;

/** What a person should know about a column before using it. */
export function columnWarnings(facts: ColumnFacts, rows: number): ProfileWarning[] {
  const { profile, infinite, mixed } = facts;
  const column = profile.name;
  const present = rows - profile.missing;
  const warnings: ProfileWarning[] = [];
  const warn = (code: ProfileWarning['code'], message: string) => warnings.push({ code, column, message });
  if (present === 0) {
    warn('ALL_MISSING', 'The column holds no value at all. Leave it out.');
    return warnings;
  }
  if (profile.distinct === 1 && rows > 1)
    warn('CONSTANT', 'Every value is the same, so the column tells nothing.');
  if (profile.missing >= rows * manyMissing) {
    warn('MANY_MISSING', `${percent(profile.missing / rows)} of the values are missing.`);
  }
  if (infinite > 0) {
    warn('NOT_FINITE', `${plural(infinite, 'value is', 'values are')} infinite and left out of the figures.`);
  }
  if (mixed) warn('MIXED_TYPES', mixedMessage(mixed));
  if (profile.type === 'identifier' || facts.rowNumber) {
    warn(
      'LIKELY_IDENTIFIER',
      'Every row has its own value, as an identifier has. Leave it out of a training.',
    );
  }
  const most = facts.mostFrequent ?? 0;
  if (profile.distinct > 1 && present >= telling && most >= present * imbalanced) {
    warn('IMBALANCED', `${percent(most / present)} of the values are "${shown(profile.top?.[0]?.value)}".`);
  }
  return warnings;
}

/** What a person should know of values that are written in several ways. */
export function spellingWarning(column: string, { values, rows, listed }: ManySpellings): ProfileWarning {
  const ways = (listed[0] ?? []).map(
    ({ value, count }) => `"${shown(value)}" (${count.toLocaleString('en')})`,
  );
  const others =
    values > 1 ? `; so do spellings of ${plural(values - 1, 'further value', 'further values')}` : '';
  return {
    code: 'SPELLINGS',
    column,
    message:
      `${ways.join(', ')} differ only in case or in spaces at the ends, and count as different values${others}. ` +
      `${plural(rows, 'row has', 'rows have')} another spelling than the commonest. Tidy the text to make one value of each.`,
    spellings: listed,
  };
}

/** How a column tells the one of that name. */
export function leakSentence(how: LeakPair['how'], other: string): string {
  if (how === 'correlation') return `It follows from "${other}": their correlation is 1.`;
  if (how === 'order')
    return `It goes by "${other}": the higher the one, always the higher, or the lower, the other.`;
  return `It says the same as "${other}" in other words.`;
}

function mixedMessage({ kind, values, others, example }: Mixed): string {
  const rest = plural(others, 'value is', 'values are');
  return (
    `${plural(values, 'value reads', 'values read')} as ${kind} and ${rest} something else, such as "${shown(example)}". ` +
    'The column was kept as text; correct those values to have it typed.'
  );
}

function shown(value: string | undefined): string {
  return shortened(value ?? '', 40);
}

/** What a person should know about the file as a whole. */
export function fileWarnings(table: TableDialect, duplicates: number): ProfileWarning[] {
  const warnings: ProfileWarning[] = [];
  if (duplicates > 0) {
    const message = `${plural(duplicates, 'row repeats', 'rows repeat')} an earlier one in every column.`;
    warnings.push({ code: 'DUPLICATE_ROWS', message });
  }
  if (table.ragged > 0) {
    const where = table.raggedLine === undefined ? '' : `, the first on line ${table.raggedLine}`;
    const message =
      `${plural(table.ragged, 'row has', 'rows have')} another number of fields than the table has columns${where}. ` +
      'Missing fields count as missing values; fields too many were left out.';
    warnings.push({ code: 'RAGGED_ROWS', message });
  }
  if (table.skip !== undefined) {
    const lines = table.skip === 1 ? 'The first line is' : `The first ${table.skip} lines are`;
    const message = `${lines} no part of the table and ${table.skip === 1 ? 'was' : 'were'} left out: the table begins on line ${table.skip + 1}.`;
    warnings.push({ code: 'SKIPPED_LINES', message });
  }
  const encoding = encodingMessage(table);
  if (encoding) warnings.push({ code: 'ENCODING', message: encoding });
  return warnings;
}

function encodingMessage({ encoding, stated, replaced }: TableDialect): string | undefined {
  const lost =
    replaced === undefined
      ? undefined
      : `${plural(replaced, 'character', 'characters')} could not be read and became U+FFFD.`;
  if (encoding === 'utf-8-damaged')
    return 'Some bytes of the text are not valid UTF-8 and were replaced by the character U+FFFD.';
  if (stated === true || encoding === null || isUtf8Name(encoding) || encoding.startsWith('utf-'))
    return lost;
  const guess =
    `The text is not UTF-8 and was read as ${textEncodings[encoding as TextEncoding]}, which is a guess. ` +
    'If letters look wrong, upload the file again and state its encoding.';
  return lost === undefined ? guess : `${guess} ${lost}`;
}
