/** How delimited text is read: the page before an upload and the server cut it alike. */
export { maxColumns, nameColumns } from './column-names.ts';
export { isDelimiter } from './delimiter.ts';
export { sniffDialect, sniffHeader } from './dialect.ts';
export type { Dialect } from './dialect.ts';
export { leadingLines, mostLeading } from './leading-lines.ts';
export { afterLines, createLineSkip } from './line-skip.ts';
export {
  clock12,
  clock24,
  isBoolean,
  isDate,
  isMark,
  isMissing,
  isNumber,
  isTimeOfDay,
  isTypedMissingText,
  missingTokens,
  typedMissingTokens,
} from './literals.ts';
export { createRecordParser } from './record-parser.ts';
export type { Cutting } from './record-parser.ts';
export { sampleLength } from './sample.ts';
