/** How values look in text: the one place that says what counts as a number, a date or a missing value. */

/** Stand for "no value" in a column of numbers, dates, booleans or categories. */
export const missingTokens: readonly string[] = [
  'NA',
  'N/A',
  'n/a',
  '#N/A',
  'NULL',
  'null',
  'Null',
  'NaN',
  'nan',
  'NAN',
  '?',
];

/** Stand for "no value" only where every other value is a number or a date: elsewhere they are words of their own. */
export const typedMissingTokens: readonly string[] = [
  ...missingTokens,
  'na',
  'None',
  'none',
  'nil',
  '-',
  '--',
  '.',
  '#NULL!',
  '#DIV/0!',
  '#VALUE!',
  '-nan',
  '<NA>',
  'NaT',
  'missing',
];

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const commaNumber = /^[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+$/;
const dateStart = /^(\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([ T]|$)/;
const clock = /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]\.?m\.?)?$/i;
/** A time of day of 24 hours, and one of twice 12: patterns that JavaScript and DuckDB read alike. */
export const clock24 = String.raw`([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?`;
export const clock12 = String.raw`(0?[1-9]|1[0-2]):[0-5]\d(:[0-5]\d)? ?[AaPp]\.?[Mm]\.?`;
const timeOfDay = new RegExp(`^(${clock24}|${clock12})$`);
const infinite = /^[+-]?inf(inity)?$/i;

export const isPointNumber = (text: string): boolean => number.test(text);
export const isCommaNumber = (text: string): boolean => commaNumber.test(text);
export const isNumber = (text: string): boolean =>
  number.test(text) || commaNumber.test(text) || infinite.test(text);
export const isDate = (text: string): boolean => dateStart.test(text);
export const isClock = (text: string): boolean => clock.test(text);
/** Stricter than `isClock`, which durations such as 26:15 are too. */
export const isTimeOfDay = (text: string): boolean => timeOfDay.test(text.trim());
export const isBoolean = (text: string): boolean => /^(true|false|True|False|TRUE|FALSE)$/.test(text);

const missing: ReadonlySet<string> = new Set(['', ...typedMissingTokens]);
export const isMissing = (text: string): boolean => missing.has(text.trim());

const lowered: ReadonlySet<string> = new Set(['', ...typedMissingTokens.map((token) => token.toLowerCase())]);
/** The text stands for no value among numbers and dates, in any case. */
export const isTypedMissingText = (text: string): boolean => lowered.has(text.trim().toLowerCase());

/** A value of a kind that column names do not have. */
export const isValue = (text: string): boolean =>
  isNumber(text) || isDate(text) || isClock(text) || isBoolean(text);

const marks: ReadonlySet<string> = new Set(missingTokens);
/** A mark for "missing" among words. */
export const isMark = (text: string): boolean => marks.has(text);
