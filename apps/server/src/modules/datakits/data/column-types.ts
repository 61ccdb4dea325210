import type { ColumnType } from '@quadrax/contract';
import type { NumberColumn, NumberStatistics } from './number-statistics.ts';
import type { WordStatistics } from './word-statistics.ts';

/** The type of a column of text, and how many of its rows are missing marks rather than words. */
export interface WordDecision {
  readonly type: ColumnType;
  /** Marks such as `NA` count as missing. */
  readonly marks: boolean;
}

const geographicName = /(^|[_\s.-])(country|countries|nation)([_\s.-]?(code|name|id|iso\d?))?$/i;
const latitudeName = /(^|[_\s.-])lat(itude)?$|[a-z]Lat(itude)?$/i;
const longitudeName = /(^|[_\s.-])(lon|lng|longitude)$|^long$|[a-z](Lon|Lng|Longitude)$/i;
const identifierName =
  /(^|[_\s.-])(id|uid|uuid|guid|key|index|idx|nr|no)$|[a-z](Id|ID|Uuid|Key)$|^(unnamed: 0|row(_?(id|number|num))?)$/i;
const point =
  /^\s*\(?-?\d{1,3}(\.\d+)?\s*[,;]\s*-?\d{1,3}(\.\d+)?\)?\s*$|^\s*(POINT|LINESTRING|POLYGON|MULTIPOLYGON)\s*\(/i;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const stateCode = /^[A-Z]{2}$/;

/** From this many values on, being all different says something. */
const tellingCount = 20;
/** Beyond these, values are no longer categories. */
const maxCategories = 10_000;
const maxCategoryLength = 64;
const fewValues = 20;

/** Decides what a column of text is from its name and values. */
export function wordType(name: string, stats: WordStatistics): WordDecision {
  const values = stats.top.map(({ value }) => value);
  const words = values.filter((value) => value !== 'NA');
  // NA among two-letter codes is Namibia or North America.
  const codes = words.length >= 3 && words.every((value) => stateCode.test(value));
  const marks = stats.markedRows > 0 && !(codes && values.includes('NA') && stats.markedValues === 1);
  const present = stats.present - (marks ? stats.markedRows : 0);
  const distinct = stats.distinct - (marks ? stats.markedValues : 0);
  if (present === 0) return { type: 'text', marks: true };
  if (words.every((value) => point.test(value))) return { type: 'geographic', marks };
  const categorical = isCategorical(stats, present, distinct);
  if (categorical && geographicName.test(name)) return { type: 'geographic', marks };
  if (isWordIdentifier(name, stats, present, distinct, words)) return { type: 'identifier', marks: false };
  return categorical ? { type: 'categorical', marks } : { type: 'text', marks: false };
}

function isCategorical(stats: WordStatistics, present: number, distinct: number): boolean {
  if (stats.length > maxCategoryLength || distinct > maxCategories) return false;
  return distinct <= fewValues || distinct * 2 <= present;
}

function isWordIdentifier(
  name: string,
  stats: WordStatistics,
  present: number,
  distinct: number,
  words: readonly string[],
): boolean {
  if (words.length > 0 && words.every((value) => uuid.test(value))) return true;
  if (present < tellingCount || distinct < present || stats.length > maxCategoryLength) return false;
  return stats.spaced < 0.05 || identifierName.test(name);
}

/** Decides what a column of numbers is. */
export function numberType(
  name: string,
  kind: NumberColumn['kind'],
  stats: NumberStatistics,
  rows: number,
): ColumnType {
  if (kind === 'timestamp') return 'datetime';
  if (kind === 'time') return 'time';
  const { low, high } = stats;
  if (low !== undefined && high !== undefined && stats.distinct > 1) {
    if (latitudeName.test(name) && low >= -90 && high <= 90) return 'geographic';
    if (longitudeName.test(name) && low >= -180 && high <= 180) return 'geographic';
  }
  if (kind === 'double') return 'numeric';
  return isNumberedIdentifier(name, stats, rows) ? 'identifier' : 'integer';
}

function isNumberedIdentifier(name: string, stats: NumberStatistics, rows: number): boolean {
  return (
    identifierName.test(name) && rows >= tellingCount && stats.present === rows && stats.distinct === rows
  );
}

/** Whole numbers without a gap or a repetition, as a row number has them. */
export function isRowNumber(stats: NumberStatistics, rows: number): boolean {
  const { low, high } = stats;
  if (low === undefined || high === undefined || rows < tellingCount) return false;
  return stats.distinct === rows && high - low === rows - 1;
}
