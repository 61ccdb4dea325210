import { describe, expect, it } from 'vitest';
import { readingWords, statedIn, statedWords } from './reading-words.ts';

describe('how a file was read, in words', () => {
  it('says what was found, and what was stated', () => {
    expect(
      readingWords({
        encoding: 'windows-1251',
        delimiter: '\t',
        header: 'no',
        dateOrder: 'day-first',
        skippedLines: 2,
        stated: ['encoding', 'dateOrder'],
      }),
    ).toBe(
      'Cyrillic (Windows-1251) (stated), tab between cells, no names in the first row, ' +
        'dates day first (stated), 2 lines above the table left out',
    );
    expect(readingWords({ encoding: 'utf-8-damaged', delimiter: ',', header: 'yes', stated: [] })).toBe(
      'Unicode (UTF-8), comma between cells',
    );
    expect(readingWords({ stated: [] })).toBe('');
  });

  it('gives what was stated for the next file, and nothing that was found', () => {
    const reading = {
      encoding: 'koi8-r',
      delimiter: ';',
      header: 'no',
      stated: ['encoding', 'header'],
    } as const;
    expect(statedIn({ ...reading, stated: [...reading.stated] })).toEqual({
      encoding: 'koi8-r',
      header: 'no',
    });
    expect(statedWords({ ...reading, stated: [...reading.stated] })).toBe(
      'Cyrillic (KOI8-R), no names in the first row',
    );
    expect([statedIn(undefined), statedWords(undefined)]).toEqual([{}, '']);
  });
});
