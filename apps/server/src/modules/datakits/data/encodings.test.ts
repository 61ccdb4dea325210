import { textEncodings } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { encodeText } from './fixtures/encode.ts';
import { profiled, refusalOf, takeIn } from './fixtures/files.ts';

const rows = 20_000;

/** A table at a size that no single piece of a stream holds, in the words of a language. */
const tableOf = (header: string, words: readonly string[]): string =>
  `${header}\n${Array.from({ length: rows }, (_, i) => `${words[i % words.length]},${i}`).join('\n')}\n`;

const texts = {
  russian: tableOf('город,население', ['Москва', 'Санкт-Петербург', 'Новосибирск', 'Казань', 'Уфа']),
  japanese: tableOf('都市,人口', ['東京', '大阪', '名古屋', 'さっぽろ', 'データ', '表示']),
  chinese: tableOf('城市,人口', ['北京', '上海', '广州', '深圳', '重庆', '成都']),
  taiwanese: tableOf('城市,人口', ['臺北', '高雄', '臺中', '這是測試', '新竹']),
  korean: tableOf('도시,인구', ['서울', '부산', '인천', '대구', '대전']),
  greek: tableOf('πόλη,πληθυσμός', ['Αθήνα', 'Θεσσαλονίκη', 'Πάτρα', 'Λάρισα']),
  polish: tableOf('miasto,ludność', ['Łódź', 'Kraków', 'Gdańsk', 'Wrocław', 'Białystok']),
  german: tableOf('größe,zahl', ['Müller', 'Straße', 'Böse', 'ähnlich', 'Köln']),
  french: tableOf('prénom,nombre', ['élève', 'été', 'à côté', 'œuvre', 'Noël']),
  english: tableOf('remark,count', ['it’s fine', 'don’t', '“quoted” text', 'a – b']),
} as const;

const guessed: readonly (readonly [keyof typeof texts, string])[] = [
  ['russian', 'windows-1251'],
  ['russian', 'koi8-r'],
  ['russian', 'ibm866'],
  ['japanese', 'shift_jis'],
  ['japanese', 'euc-jp'],
  ['chinese', 'gb18030'],
  ['taiwanese', 'big5'],
  ['korean', 'euc-kr'],
  ['greek', 'windows-1253'],
  ['polish', 'windows-1250'],
  ['german', 'windows-1252'],
  ['french', 'windows-1252'],
  ['english', 'windows-1252'],
];

const wide = ['utf-16le', 'utf-16be'].flatMap((encoding) =>
  (['russian', 'chinese', 'english'] as const).map((language) => [language, encoding] as const),
);

const fields = (language: keyof typeof texts) =>
  texts[language]
    .split('\n')
    .slice(1, 201)
    .map((line) => [line.split(',')[0], Number(line.split(',')[1])]);

const names = (language: keyof typeof texts) => (texts[language].split('\n')[0] ?? '').split(',');

describe('encodings: told by the bytes', () => {
  it.each([...guessed, ...wide])(
    'reads %s text in %s whole, and says in what',
    async (language, encoding) => {
      const { rows: read, intake, cells, column } = await profiled(encodeText(texts[language], encoding));
      expect(intake.table.encoding).toBe(encoding);
      expect(intake.table.columns).toEqual(names(language));
      expect(read).toBe(rows);
      expect(cells).toEqual(fields(language));
      expect(column(names(language)[1] ?? '').missing).toBe(0);
    },
  );

  it.each([
    ['utf-16le', [0xff, 0xfe]],
    ['utf-16be', [0xfe, 0xff]],
    ['utf-32le', [0xff, 0xfe, 0, 0]],
    ['utf-32be', [0, 0, 0xfe, 0xff]],
  ])('reads %s by its mark, which is no part of the first name', async (encoding, mark) => {
    const content = Buffer.concat([Buffer.from(mark), encodeText(texts.russian, encoding)]);
    const { rows: read, intake, cells, warnings } = await profiled(content);
    expect(intake.table).toMatchObject({ encoding, columns: names('russian') });
    expect(read).toBe(rows);
    expect(cells).toEqual(fields('russian'));
    expect(warnings('ENCODING')).toEqual([]);
  });

  it.each([
    ['russian', 'windows-1251'],
    ['japanese', 'shift_jis'],
    ['chinese', 'gb18030'],
    ['chinese', 'utf-16be'],
    ['japanese', 'utf-16le'],
    ['russian', 'utf-32le'],
  ] as const)('finds the same in %s %s however it is cut', (language, encoding) => {
    const mark = encoding === 'utf-32le' ? Buffer.from([0xff, 0xfe, 0, 0]) : Buffer.alloc(0);
    const bytes = Buffer.concat([mark, encodeText(texts[language], encoding)]);
    const whole = takeIn(bytes, { chunk: bytes.length });
    expect(whole.table).toMatchObject({ columns: names(language), records: rows, ragged: 0 });
    expect(whole.table.replaced).toBeUndefined();
    // Odd sizes go through characters of two and of four bytes, again and again.
    for (const chunk of [509, 4099, 65_537]) expect(takeIn(bytes, { chunk })).toEqual(whole);
  });

  it('cuts no character in two where the job reads the file in pieces', async () => {
    // Lines of seven bytes behind ten: the first MiB ends between the two bytes of a character.
    expect((2 ** 20 - 10) % 7).toBe(1);
    const line = encodeText('東京,1\n', 'shift_jis');
    const content = Buffer.concat([
      Buffer.from('abcd,efgh\n'),
      ...Array.from({ length: 200_000 }, () => line),
    ]);
    const { rows: read, column } = await profiled(content);
    expect(read).toBe(200_000);
    expect(column('abcd')).toMatchObject({ distinct: 1, top: [{ value: '東京', count: 200_000 }] });
  });

  it('reads the names anew where only later rows tell the encoding', () => {
    const filler = Array.from({ length: 30_000 }, (_, i) => `x${i},${i}`).join('\n');
    const rest = texts.russian.split('\n').slice(1).join('\n');
    const { table } = takeIn(encodeText(`имя,n\n${filler}\n${rest}`, 'windows-1251'));
    expect(table).toMatchObject({ encoding: 'windows-1251', columns: ['имя', 'n'] });
  });

  it('says that it guessed, and how to state another', async () => {
    const { warnings } = await profiled(encodeText(texts.russian, 'windows-1251'));
    expect(warnings('ENCODING')).toEqual([
      {
        code: 'ENCODING',
        message: expect.stringMatching(/Cyrillic \(Windows-1251\).*guess.*state its encoding/),
      },
    ]);
  });

  it('reads JSON in UTF-16', async () => {
    const records = JSON.stringify([
      { город: 'Москва', n: 1 },
      { город: 'Уфа', n: 2 },
    ]);
    const { intake, cells } = await profiled(encodeText(`\uFEFF${records}`, 'utf-16le'));
    expect(intake).toMatchObject({ format: 'json', table: { encoding: 'utf-16le' } });
    expect(cells).toEqual([
      ['Москва', 1],
      ['Уфа', 2],
    ]);
  });
});

describe('encodings: stated', () => {
  it('reads JSON in the one that is stated, and refuses it otherwise', async () => {
    const content = Buffer.from('[{"straße": "é"}, {"straße": "ü"}]', 'latin1');
    expect(refusalOf(content).message).toMatch(/state its encoding/);
    const { cells, columns } = await profiled(content, undefined, { encoding: 'windows-1252' });
    expect(columns[0]?.name).toBe('straße');
    expect(cells).toEqual([['é'], ['ü']]);
  });

  it('believes what is stated over what it would guess, and keeps it', async () => {
    const content = encodeText('name,n\nŠkoda,1\nčaj,2\n', 'windows-1250');
    expect(takeIn(content).table.encoding).toBe('windows-1252');
    const { cells, intake, warnings } = await profiled(content, undefined, { encoding: 'windows-1250' });
    expect(cells).toEqual([
      ['Škoda', 1],
      ['čaj', 2],
    ]);
    expect(intake).toMatchObject({
      reading: { encoding: 'windows-1250' },
      table: { encoding: 'windows-1250' },
    });
    expect(warnings('ENCODING')).toEqual([]);
  });

  it('reads delimiters that are half a character elsewhere', async () => {
    // The second byte of 表 is that of the vertical bar's neighbour, of ポ that of |.
    const content = encodeText('名|n\nポ|1\n表|2\n', 'shift_jis');
    const { cells } = await profiled(content, undefined, { encoding: 'shift_jis' });
    expect(cells).toEqual([
      ['ポ', 1],
      ['表', 2],
    ]);
  });

  it('lets a mark say which end comes first', () => {
    const content = Buffer.concat([Buffer.from([0xfe, 0xff]), encodeText('a,b\n1,2\n', 'utf-16be')]);
    expect(takeIn(content, { reading: { encoding: 'utf-16le' } }).table.columns).toEqual(['a', 'b']);
  });

  it('refuses an encoding that the text is not in', () => {
    const { code, message } = refusalOf(Buffer.from(texts.russian), { reading: { encoding: 'euc-jp' } });
    expect(code).toBe('UNREADABLE_FILE');
    expect(message).toMatch(/not encoded as euc-jp/);
  });

  it('says how many characters of a damaged text were lost', async () => {
    const good = encodeText('名,n\n東京,1\n大阪,2\n', 'shift_jis');
    const broken = Buffer.concat([good, Buffer.from([0xff]), Buffer.from(',3\n')]);
    const { warnings, cells } = await profiled(broken, undefined, { encoding: 'shift_jis' });
    expect(cells[2]).toEqual(['\uFFFD', 3]);
    expect(warnings('ENCODING')[0]?.message).toMatch(/^1 character could not be read/);
  });

  it.each(Object.keys(textEncodings))('knows how to read %s', (encoding) => {
    const content = encoding.startsWith('utf-16')
      ? encodeText('a,b\n1,2\n', encoding)
      : Buffer.from('a,b\n1,2\n');
    const { table } = takeIn(content, { reading: { encoding: encoding as keyof typeof textEncodings } });
    expect(table).toMatchObject({ columns: ['a', 'b'], records: 1 });
  });
});
