import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parquetBytes, refusalOf, takeIn, workbook, zip } from './fixtures/files.ts';
import { createIntake, IntakeError } from './intake.ts';

const lines = (...rows: string[]) => `${rows.join('\n')}\n`;
const plain = lines('name,age,city', 'Ada,36,London', 'Grace,85,New York', 'Alan,41,Wilmslow');

describe('intake: what the file is', () => {
  it('tells size, SHA-256, dialect, columns and records of plain CSV', () => {
    const result = takeIn(plain, { chunk: 7 });
    expect(result).toEqual({
      format: 'csv',
      bytes: plain.length,
      sha256: createHash('sha256').update(plain).digest('hex'),
      table: {
        encoding: 'utf-8',
        delimiter: ',',
        quote: '"',
        decimal: '.',
        header: true,
        columns: ['name', 'age', 'city'],
        records: 3,
        ragged: 0,
        longest: 17,
        newline: 'lf',
        skipSpace: false,
        irregular: false,
      },
    });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it.each([
    ['json', '[{"a": 1}, {"a": 2}]'],
    ['json', '  [\n  {"a": 1}\n]\n'],
    ['json', '{\n  "rows": [{"a": 1}]\n}'],
    ['ndjson', '{"a": 1}\n{"a": 2}\n'],
    ['ndjson', '{"a": 1}'],
    ['csv', '[id],[name]\n1,x\n2,y\n'],
    ['csv', '{id},name\n1,x\n2,y\n'],
    ['xlsx', workbook([['a'], [1]])],
  ])('decides %s on the content', (format, content) => {
    expect(takeIn(content).format).toBe(format);
  });

  it('knows Parquet by its head and its end', async () => {
    const bytes = await parquetBytes('SELECT 1 AS a');
    expect(takeIn(bytes).format).toBe('parquet');
    const cut = refusalOf(bytes.subarray(0, bytes.length - 5));
    expect(cut).toMatchObject({ code: 'UNREADABLE_FILE', message: expect.stringContaining('cut off') });
  });

  it.each([
    ['gzip', gzipSync(plain)],
    ['PDF', Buffer.from('%PDF-1.7\n%\u00e2\u00e3\n1 0 obj')],
    ['PNG', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0])],
    ['a program', Buffer.concat([Buffer.from('MZ'), Buffer.from(new Uint8Array(200))])],
    ['a program', Buffer.concat([Buffer.from([0x7f]), Buffer.from('ELF'), Buffer.alloc(60)])],
    ['.xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])],
    ['ZIP', zip({ 'a.txt': 'hello' })],
    ['ZIP', zip({ '[Content_Types].xml': '<Types/>', 'word/document.xml': '<w/>' })],
    ['web page', Buffer.from('<!DOCTYPE html>\n<html><body>a,b</body></html>')],
    ['binary', Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 251))],
  ])('refuses %s as an unsupported kind', (kind, content) => {
    const { code, message, details } = refusalOf(content);
    expect(code).toBe('UNSUPPORTED_TYPE');
    expect(message).toContain(kind);
    expect(details[0]?.field).toBe('dataset');
  });

  it('takes a text that begins like a program for a text', () => {
    expect(takeIn('MZ,kind\n1,2\n3,4\n').table.columns).toEqual(['MZ', 'kind']);
  });
});

describe('intake: encodings', () => {
  it('leaves the byte order mark out of the first name', () => {
    const { table } = takeIn(`\uFEFF${plain}`);
    expect(table).toMatchObject({ encoding: 'utf-8-bom', columns: ['name', 'age', 'city'] });
  });

  it('remembers Latin-1 for transcoding', () => {
    const { table } = takeIn(Buffer.from(lines('café,größe', 'é,1', 'ü,2'), 'latin1'));
    expect(table).toMatchObject({ encoding: 'windows-1252', columns: ['café', 'größe'], irregular: true });
  });

  it('finds characters that chunks split', () => {
    expect(takeIn(lines('näme,größe', '日本,€', '😀,x'), { chunk: 1 }).table.encoding).toBe('utf-8');
  });

  it('takes UTF-8 with a few broken bytes for damaged UTF-8', () => {
    const good = Buffer.from(lines('a,b', ...Array.from({ length: 50 }, () => 'é,ü')));
    const broken = Buffer.concat([good, Buffer.from([0x78, 0xff, 0x2c, 0x79, 0x0a])]);
    expect(takeIn(broken).table).toMatchObject({ encoding: 'utf-8-damaged', irregular: true });
  });
});

describe('intake: dialects', () => {
  it.each([
    ['tabs', 'a\tb\n1\t2\n3\t4\n', { delimiter: '\t', columns: ['a', 'b'] }],
    ['pipes', 'a|b\n1|2\n3|4\n', { delimiter: '|' }],
    ['semicolons and decimal commas', 'x;y\n1,5;2,25\n3,5;4\n', { delimiter: ';', decimal: ',' }],
    [
      'decimal commas without a header',
      '1,5;2,25\n3,5;4,1\n',
      { delimiter: ';', decimal: ',', header: false },
    ],
    ['colons', 'a:b:c\n1:2:3\n4:5:6\n', { delimiter: ':' }],
    ['spaces', 'a b c\n1 2 3\n4 5 6\n', { delimiter: ' ' }],
    ['single quotes', "a,b\n'x, y','1'\n'z','2'\n", { quote: "'" }],
    ['CRLF', 'a,b\r\n1,2\r\n', { newline: 'crlf', records: 1 }],
    ['CR alone', 'a,b\r1,2\r3,4\r', { newline: 'cr', records: 2 }],
    ['a space after the comma', 'a, b, c\n1, 2, 3\n4, 5, 6\n', { skipSpace: true, columns: ['a', 'b', 'c'] }],
    ['one column', 'value\n1\n2\n3\n', { columns: ['value'], records: 3 }],
    ['one column of prose', 'comment\nwell, yes\nno\nso, it, is\n', { columns: ['comment'], records: 3 }],
    ['no end of the last line', 'a,b\n1,2\n3,4', { records: 2 }],
    ['quoted line ends', 'a,b\n"x\ny",1\n"p, ""q""",2\n', { records: 2, ragged: 0 }],
    ['times are no colons', 'at\n12:30\n13:45\n', { columns: ['at'] }],
  ])('finds %s', (_, content, expected) => {
    expect(takeIn(content).table).toMatchObject(expected);
  });

  it.each([
    ['names', 'a,b\n1,2\n', true],
    ['names above text', 'first,second\nx,y\nz,w\n', true],
    ['years as names', 'country,2019,2020\nDE,1.5,2.5\nFR,1.1,2.2\n', true],
    ['an empty first name', ',a\n0,1\n1,2\n', true],
    ['numbers only', '1,2\n3,4\n', false],
    ['a word above words', 'x,1\ny,2\nz,3\n', false],
    ['dates', '2020-01-01,5\n2020-01-02,6\n', false],
  ])('tells a header from data: %s', (_, content, header) => {
    expect(takeIn(content).table.header).toBe(header);
  });

  it('numbers the columns of a table without a header', () => {
    expect(takeIn('1,2\n3,4\n').table).toMatchObject({ columns: ['column_1', 'column_2'], records: 2 });
  });

  it('trims names, fills empty ones and keeps case', () => {
    const { table } = takeIn(' Age ,age,,column_3\n1,2,3,4\n');
    expect(table.columns).toEqual(['Age', 'age', 'column_3_2', 'column_3']);
  });

  it('counts ragged rows when they are few', () => {
    const { table } = takeIn(lines('a,b', ...Array.from({ length: 20 }, (_, i) => `${i},1`), '1', '1,2,3'));
    expect(table).toMatchObject({ records: 22, ragged: 2, raggedLine: 22, irregular: true });
  });

  it('accepts 4,096 columns', () => {
    const names = Array.from({ length: 4096 }, (_, i) => `n${i}`);
    expect(takeIn(lines(names.join(','), names.map(() => '1').join(','))).table.columns).toHaveLength(4096);
  });
});

describe('intake: bad input', () => {
  it('refuses an empty file and one of blank lines', () => {
    expect(refusalOf('').code).toBe('EMPTY_FILE');
    expect(refusalOf('\n \n\r\n').code).toBe('EMPTY_FILE');
  });

  it('refuses more bytes than allowed as soon as they come', () => {
    const intake = createIntake({ fileName: 'big.csv', maxBytes: 100 });
    intake.write(Buffer.alloc(100, 'a'));
    expect(() => intake.write(Buffer.from('b'))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  it('takes exactly as many bytes as allowed', () => {
    expect(takeIn(plain, { maxBytes: plain.length }).bytes).toBe(plain.length);
  });

  it.each([
    ['a NUL byte', 'a,b\n1,2\n3,\u00004\n', /NUL byte/, /[Ll]ine 3/],
    ['an open quote', 'a,b\n1,2\n"3,4\n5,6\n', /quote/, /line 3/],
    ['a header alone', 'a,b\n', /no rows/, /row/],
    ['a repeated name', 'a,b,a\n1,2,3\n', /Columns 1 and 3/, /"a"/],
    ['__proto__', 'a,__proto__\n1,2\n', /__proto__/, /Column 2/],
    ['constructor', 'constructor,b\n1,2\n', /constructor/, /Column 1/],
    ['a control character in a name', 'a,b\u0007c\n1,2\n', /control character/, /column 2/],
    [
      '10,000 columns',
      `${Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(',')}\n1\n`,
      /10,000/,
      /4,096/,
    ],
    ['rows that do not fit', 'a,b\n1\n2\n3\n4,5\n', /3 of 4/, /line 2/],
    ['an empty JSON list', '[ ]', /empty/, /JSON/],
    ['a JSON list of numbers', '[1, 2, 3]', /objects/, /JSON/],
    ['cut-off JSON', '[{"a": 1}, {"a"', /cut off/, /JSON/],
  ])('refuses %s and says where', (_, content, what, where) => {
    const { code, message, details } = refusalOf(content);
    expect(code).toBe('UNREADABLE_FILE');
    expect(message).toMatch(what);
    expect(message).toMatch(where);
    expect(details.every(({ field }) => field === 'dataset')).toBe(true);
  });

  it('names every faulty column in the details', () => {
    expect(refusalOf('a,a,b,b\n1,2,3,4\n').details.map(({ message }) => message)).toEqual([
      expect.stringContaining('"a"'),
      expect.stringContaining('"b"'),
    ]);
  });

  it.each([
    ['one endless line', 'x'],
    ['a quote that is never closed', 'a,b\n1,"x'],
  ])('refuses %s early, without holding it', (_, start) => {
    const intake = createIntake({ fileName: 'line.csv', maxBytes: 1e10 });
    const block = Buffer.alloc(1 << 20, 'y');
    intake.write(Buffer.from(start));
    let written = 0;
    const feed = () => {
      for (; written < 1024; written++) intake.write(block);
    };
    expect(feed).toThrow(IntakeError);
    expect(written).toBeLessThan(20);
  });
});
