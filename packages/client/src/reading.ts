import type { Reading } from './generated/nouns.ts';

/** How a file is to be read, where that is not to be guessed by its bytes. */
export interface ReadingOptions {
  /** Of text: a name of the Encoding Standard (WHATWG), such as `windows-1251`. */
  readonly encoding?: string | undefined;
  /** Of delimited text: one ASCII character, or `comma`, `semicolon`, `tab`, `space`, `colon` or `pipe`. */
  readonly delimiter?: string | undefined;
  /** Of delimited text and Excel: whether the first record names the columns. */
  readonly header?: Reading['header'];
  /** Of Excel: the sheet to read. */
  readonly sheet?: string | undefined;
  /** How dates such as 02/06/2020 are read where both ways would do. */
  readonly dateOrder?: Reading['dateOrder'];
}

type Stated = { -readonly [K in keyof ReadingOptions]?: NonNullable<ReadingOptions[K]> };

/** The options that are stated, as fields of a request. */
export const statedOf = ({ encoding, delimiter, header, sheet, dateOrder }: ReadingOptions = {}): Stated => ({
  ...(encoding !== undefined && { encoding }),
  ...(delimiter !== undefined && { delimiter }),
  ...(header !== undefined && { header }),
  ...(sheet !== undefined && { sheet }),
  ...(dateOrder !== undefined && { dateOrder }),
});
