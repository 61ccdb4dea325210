import type { Reading, StatedReading } from '@quadrax/contract';
import { encodingWords } from './quick-decode.ts';
import { delimiterName } from './quick-look.ts';

/** How a file was read, in a sentence; empty where there is nothing to tell. */
export function readingWords(reading: Reading): string {
  const { encoding, delimiter, header, sheet, dateOrder, skippedLines, stated } = reading;
  const name = encoding === 'utf-8-bom' || encoding === 'utf-8-damaged' ? 'utf-8' : encoding;
  const mark = (option: Reading['stated'][number]) => (stated.includes(option) ? ' (stated)' : '');
  return [
    name !== undefined && `${encodingWords(name)}${mark('encoding')}`,
    delimiter !== undefined && `${delimiterName(delimiter)} between cells${mark('delimiter')}`,
    header === 'no' && `no names in the first row${mark('header')}`,
    header === 'yes' && stated.includes('header') && 'names in the first row (stated)',
    sheet !== undefined && `sheet “${sheet}” (stated)`,
    dateOrder !== undefined && `dates ${dateOrder.replace('-', ' ')} (stated)`,
    skippedLines !== undefined &&
      `${skippedLines === 1 ? 'a line' : `${skippedLines} lines`} above the table left out`,
  ]
    .filter((fact) => typeof fact === 'string')
    .join(', ');
}

/** What was stated of how a file is to be read, in a sentence; empty where it was all guessed. */
export function statedWords(reading: Reading | undefined): string {
  const { stated = [] } = reading ?? {};
  return readingWords({ ...statedIn(reading), stated }).replaceAll(' (stated)', '');
}

/** What was stated of a file, to be stated again. */
export function statedIn(reading: Reading | undefined): StatedReading {
  if (!reading) return {};
  const { stated, ...options } = reading;
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => stated.some((option) => option === name)),
  );
}
