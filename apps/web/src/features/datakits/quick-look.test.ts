import { describe, expect, it } from 'vitest';
import { quickLook } from './quick-look.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a quick look at delimited text', () => {
  it('finds the delimiter, the columns, their kind and examples', () => {
    const look = quickLook(bytes('species;mass;seen\nAdelie;3,75;2007-11-11\nGentoo;5,0;2008-01-02\n'), true);
    expect(look).toMatchObject({ format: 'csv', delimiter: ';', encoding: 'utf-8', notes: [] });
    expect(look.columns).toEqual([
      { name: 'species', guess: 'text', examples: ['Adelie', 'Gentoo'] },
      { name: 'mass', guess: 'number', examples: ['3,75', '5,0'] },
      { name: 'seen', guess: 'date', examples: ['2007-11-11', '2008-01-02'] },
    ]);
  });

  it('is not misled by delimiters and line ends inside quotes', () => {
    const look = quickLook(bytes('a,b\n"x, ""y""\nz",2\nw,3\n'), true);
    expect(look.columns).toEqual([
      { name: 'a', guess: 'text', examples: ['x, "y"\nz', 'w'] },
      { name: 'b', guess: 'number', examples: ['2', '3'] },
    ]);
  });

  it('leaves out a last line that the cut may have shortened', () => {
    const look = quickLook(bytes('a,b\n1,2\n3,45'), false);
    expect(look.columns[1]?.examples).toEqual(['2']);
    expect(quickLook(bytes('a,b\n1,2\n3,45'), true).columns[1]?.examples).toEqual(['2', '45']);
  });

  it('takes missing values as such', () => {
    const look = quickLook(bytes('a,b\n1,NA\n,n/a\n3,\n'), true);
    expect(look.columns.map((column) => column.guess)).toEqual(['number', 'empty']);
  });

  it('says so when there is no header, a name twice, or lines of uneven length', () => {
    expect(quickLook(bytes('1,2\n3,4\n'), true).notes[0]).toContain('The first line holds values');
    expect(quickLook(bytes('a,a\n3,4\n'), true).notes[0]).toContain('have the same name "a"');
    expect(quickLook(bytes('a,b\n1,2\n1,2,3\n1,2\n'), true).notes[0]).toContain('1 of the first 4 lines has');
  });

  it('reads a single column without a delimiter', () => {
    const look = quickLook(bytes('value\n1\n2\n'), true);
    expect(look.delimiter).toBeUndefined();
    expect(look.columns).toEqual([{ name: 'value', guess: 'number', examples: ['1', '2'] }]);
  });
});

describe('a quick look at encodings', () => {
  it('survives a character that the cut went through', () => {
    const whole = bytes('name\nGrün\n');
    expect(quickLook(whole.subarray(0, 8), false).encoding).toBe('utf-8');
  });

  it('reads Windows-1252 where UTF-8 cannot be', () => {
    const look = quickLook(Uint8Array.of(0x6e, 0x0a, 0x47, 0x72, 0xfc, 0x6e, 0x0a), true);
    expect(look).toMatchObject({ encoding: 'windows-1252', columns: [{ name: 'n', examples: ['Grün'] }] });
  });

  it('reads UTF-16 by its mark', () => {
    const look = quickLook(Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x2c, 0, 0x62, 0, 0x0a, 0), true);
    expect(look.encoding).toBe('utf-16le');
    expect(look.columns.map((column) => column.name)).toEqual(['a', 'b']);
  });
});

describe('a quick look at what is stated', () => {
  const cyrillic = Uint8Array.of(0xea, 0xee, 0xe4, 0x3b, 0x6e, 0x0a, 0xff, 0x3b, 0x31, 0x0a);

  it('reads the text so, and shows it', () => {
    const look = quickLook(cyrillic, true, { encoding: 'windows-1251' });
    expect(look).toMatchObject({ encoding: 'windows-1251', columns: [{ name: 'код', examples: ['я'] }, {}] });
    expect(quickLook(cyrillic, true, { encoding: 'koi8-r' }).columns[0]?.name).toBe('ЙНД');
  });

  it('cuts by the delimiter, and takes the first line for what it is said to be', () => {
    const text = bytes('a;b,c\n1;2,3\n');
    expect(quickLook(text, true, { delimiter: ',' }).columns.map(({ name }) => name)).toEqual(['a;b', 'c']);
    expect(quickLook(bytes('x,y\nz,w\n'), true, { header: 'no' })).toMatchObject({
      header: false,
      columns: [{ name: 'column_1', examples: ['x', 'z'] }, {}],
    });
  });

  it('guesses older encodings as the server does', () => {
    const words = 'Москва Казань Новосибирск Екатеринбург Самара';
    const russian = Uint8Array.from(words, (char) => (char === ' ' ? 32 : char.charCodeAt(0) - 0x350));
    expect(quickLook(russian, true).encoding).toBe('windows-1251');
    const japanese = Uint8Array.of(0x93, 0x8c, 0x8b, 0x9e, 0x2c, 0x91, 0xe5, 0x8d, 0xe3, 0x0a);
    expect(quickLook(japanese, true)).toMatchObject({
      encoding: 'shift_jis',
      columns: [{ name: '東京' }, { name: '大阪' }],
    });
  });

  it('honours the first line of Excel, and leaves out titles and comments', () => {
    const excel = quickLook(bytes('sep=;\na;b\n1;2\n'), true);
    expect(excel.columns.map(({ name }) => name)).toEqual(['a', 'b']);
    const titled = quickLook(bytes('Report 2020\n# by me\na^b^c\n1^2^3\n4^5^6\n'), true);
    expect(titled).toMatchObject({ delimiter: '^', notes: ['2 lines above the table will be left out.'] });
    expect(titled.columns.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });
});

describe('a quick look at other formats', () => {
  it('knows Parquet and Excel by their first bytes', () => {
    expect(quickLook(bytes('PAR1....'), false).format).toBe('parquet');
    expect(quickLook(bytes('PK\u0003\u0004....'), false).format).toBe('xlsx');
  });

  it('says that bytes which are no text may be refused', () => {
    const look = quickLook(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0, 1), true);
    expect(look.format).toBe('unknown');
    expect(look.notes[0]).toContain('will refuse it');
  });

  it('reads objects a line, also where the last is cut off', () => {
    const look = quickLook(bytes('{"a":1,"b":"x"}\n{"a":2,"c":null}\n{"a":3,'), false);
    expect(look.format).toBe('ndjson');
    expect(look.columns.map(({ name, guess }) => [name, guess])).toEqual([
      ['a', 'number'],
      ['b', 'text'],
      ['c', 'empty'],
    ]);
  });

  it('reads the whole objects of a JSON list that is cut off', () => {
    const look = quickLook(bytes('[{"a":1,"b":"} ]"},\n {"a":2,"b":{"c":1}}, {"a":'), false);
    expect(look.format).toBe('json');
    expect(look.columns).toEqual([
      { name: 'a', guess: 'number', examples: ['1', '2'] },
      { name: 'b', guess: 'text', examples: ['} ]', '{"c":1}'] },
    ]);
  });
});
