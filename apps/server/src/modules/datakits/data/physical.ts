import { sqlText } from './duckdb.ts';
import { clock12, clock24, missingTokens, typedMissingTokens } from '@quadrax/contract/delimited';

/**
 * How numbers are written: `plain` 1234.5, `comma` 1234,5, `thousands-comma` 1,234.5, `thousands-point` 1.234,5.
 */
export type NumberStyle = 'plain' | 'comma' | 'thousands-comma' | 'thousands-point';

/** What else numbers are written with: a sign that every one has, and spaces or apostrophes between thousands. */
export interface NumberDress {
  /** A currency sign or code, `%` or `‰`, before or after the number. */
  readonly unit?: string;
  readonly gaps?: boolean;
}

/**
 * What a column of text becomes. `format` of a timestamp: `iso`, `iso-offset` (with a zone, kept as UTC), or a
 * strptime format. `raw` is text whose type is not yet known.
 */
export type Physical =
  | ({ readonly kind: 'double'; readonly style: NumberStyle } & NumberDress)
  | { readonly kind: 'bigint' | 'boolean' | 'time' | 'varchar' | 'raw' }
  | { readonly kind: 'timestamp'; readonly format: string };

export const sqlTypes = {
  double: 'DOUBLE',
  bigint: 'BIGINT',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  time: 'TIME',
  varchar: 'VARCHAR',
  raw: 'VARCHAR',
} as const satisfies Record<Physical['kind'], string>;

// As lists: DuckDB turns a long IN into a join over all rows, also where CASE would skip nearly all of them.
const typedTokens = listOf(['', ...new Set(typedMissingTokens.map((token) => token.toLowerCase()))]);
const wordTokens = listOf(missingTokens);

/** SQL: the text stands for no value in a column of numbers or dates. */
export const isTypedMissing = (column: string): string =>
  `list_contains(${typedTokens}, lower(trim(${column})))`;
/** SQL: the text stands for no value in a column of categories. */
export const isWordMissing = (column: string): string => `list_contains(${wordTokens}, ${column})`;

function listOf(texts: readonly string[]): string {
  return `[${texts.map(sqlText).join(', ')}]`;
}

/** Space, no-break space, narrow no-break space, apostrophe. */
const gapMarks = " \u00a0\u202f'";

const numberText: Record<NumberStyle, (column: string) => string> = {
  plain: (c) => c,
  comma: (c) => `CASE WHEN contains(${c}, '.') THEN NULL ELSE replace(${c}, ',', '.') END`,
  'thousands-comma': (c) =>
    `CASE WHEN regexp_full_match(${c}, '\\s*[+-]?(\\d{1,3}(,\\d{3})*|\\d+)(\\.\\d*)?\\s*') THEN replace(${c}, ',', '') END`,
  'thousands-point': (c) =>
    `CASE WHEN regexp_full_match(${c}, '\\s*[+-]?(\\d{1,3}(\\.\\d{3})*|\\d+)(,\\d*)?\\s*') ` +
    `THEN replace(replace(${c}, '.', ''), ',', '.') END`,
};

/**
 * SQL: as `castSql`, for a column of which every text is known to be of the type or missing. Shorter, so that a
 * statement over thousands of columns is planned in time.
 */
export function plainCastSql(column: string, physical: Physical): string {
  if (physical.kind === 'bigint') return `try_cast(${column} AS BIGINT)`;
  if (physical.kind === 'double' && physical.style === 'plain' && !isDressed(physical)) {
    return `nullif(try_cast(${column} AS DOUBLE), 'nan'::DOUBLE)`;
  }
  return castSql(column, physical);
}

/** SQL: the value of a text, NULL when it is not of the type. Stricter than DuckDB, which takes `1.5` for an integer. */
export function castSql(column: string, physical: Physical): string {
  switch (physical.kind) {
    case 'double': {
      const text = numberText[physical.style](undressed(column, physical));
      return `CASE WHEN contains(${column}, '_') THEN NULL ELSE nullif(try_cast(${text} AS DOUBLE), 'nan'::DOUBLE) END`;
    }
    case 'bigint':
      return bigintSql(column);
    case 'boolean':
      return booleanSql(column);
    case 'timestamp':
      return timestampSql(column, physical.format);
    case 'time':
      return timeSql(column);
    case 'varchar':
    case 'raw':
      return column;
  }
}

const isDressed = ({ unit, gaps }: NumberDress): boolean => unit !== undefined || gaps === true;

/** SQL: the digits of a number without its sign and the gaps in it; NULL where it has no sign, or gaps elsewhere. */
function undressed(column: string, { unit, gaps }: NumberDress): string {
  let text = column;
  if (unit !== undefined) {
    const sign = sqlText(unit);
    const rest = (from: number) => `ltrim(substr(trim(${column}), ${from}))`;
    text =
      `CASE WHEN starts_with(trim(${column}), ${sign}) THEN ${rest(unit.length + 1)} ` +
      `WHEN starts_with(trim(${column}), ${sqlText(`-${unit}`)}) THEN '-' || ${rest(unit.length + 2)} ` +
      `WHEN ends_with(trim(${column}), ${sign}) THEN rtrim(left(trim(${column}), -${unit.length}), ${sqlText(gapMarks)}) END`;
  }
  if (gaps !== true) return text;
  const thousands = `\\s*[+-]?([1-9]\\d{0,2}([${gapMarks.replace("'", "''")}]\\d{3})+|\\d+)([.,]\\d*)?\\s*`;
  return `CASE WHEN regexp_full_match(${text}, '${thousands}') THEN translate(${text}, ${sqlText(gapMarks)}, '') END`;
}

/** Most integers print as they were written, which is quicker to see than the pattern the others must have. */
function bigintSql(column: string): string {
  const value = `try_cast(${column} AS BIGINT)`;
  return (
    `CASE WHEN ${value}::VARCHAR = ${column} THEN ${value} ` +
    `WHEN regexp_full_match(${column}, ' *[+-]?(0|[1-9][0-9]*) *') THEN ${value} END`
  );
}

function booleanSql(column: string): string {
  const words = ['true', 'True', 'TRUE', 'false', 'False', 'FALSE'];
  const cases = words.map((word) => `WHEN '${word}' THEN ${word.toLowerCase()}`);
  return `CASE ${column} ${cases.join(' ')} END`;
}

/** A cast to TIMESTAMP would drop an offset without a word, and take `epoch` and `infinity` for times. */
function timestampSql(column: string, format: string): string {
  const digit = `${column} >= '0' AND ${column} < ':'`;
  if (format === 'iso') {
    const time = `try_cast(${column} AS TIMESTAMP)`;
    const local = `NOT contains(${column}, '+') AND NOT contains(substr(${column}, 12), '-')`;
    return `CASE WHEN strlen(${column}) <= 19 AND ${digit} THEN ${time} WHEN ${local} AND ${digit} THEN ${time} END`;
  }
  if (format === 'iso-offset') {
    return `CASE WHEN ${digit} THEN make_timestamp(epoch_us(try_cast(${column} AS TIMESTAMPTZ))) END`;
  }
  return `try_strptime(${column}, ${sqlText(format)})`;
}

/** A cast to TIME would take the clock out of a date, and drop an offset without a word. */
function timeSql(column: string): string {
  const text = `trim(${column})`;
  const short = `translate(upper(${text}), ' .', '')`;
  return (
    `CASE WHEN regexp_full_match(${text}, '${clock24}') THEN try_cast(${text} AS TIME) ` +
    `WHEN regexp_full_match(${text}, '${clock12}') THEN try_strptime(${short}, ['%I:%M%p', '%I:%M:%S%p'])::TIME END`
  );
}

const strictFailure = 'value of another type in';

/** The column whose value ended a statement of `strictSql` expressions, or undefined for another error. */
export function strictlyFailed(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return new RegExp(`${strictFailure} (\\w+)`).exec(error.message)?.[1];
}

/** SQL: as `castSql`, but a text that is neither of the type nor missing ends the statement (`strictlyFailed`). */
export function strictSql(column: string, physical: Physical): string {
  if (physical.kind === 'varchar' || physical.kind === 'raw') return column;
  const type = sqlTypes[physical.kind];
  const otherwise =
    `CASE WHEN ${column} IS NULL OR ${isTypedMissing(column)} THEN NULL ` +
    `ELSE error(${sqlText(`${strictFailure} ${column}`)})::${type} END`;
  return `coalesce(${castSql(column, physical)}, ${otherwise})`;
}
