import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parquetBytes, profiled, takeIn, withFolder, workbook, zip } from './fixtures/files.ts';
import { profileFile, UnreadableFile } from './profile.ts';

const csv = (header: string, rows: readonly string[]) => `${header}\n${rows.join('\n')}\n`;

describe('source: ways of writing', () => {
  it.each([
    [
      'semicolons and decimal commas',
      Buffer.from('x;y\n1,5;a\n-2,25;b\n'),
      [
        [1.5, 'a'],
        [-2.25, 'b'],
      ],
    ],
    [
      'thousands and decimal commas',
      Buffer.from('x;y\n1.234,5;a\n2,25;b\n'),
      [
        [1234.5, 'a'],
        [2.25, 'b'],
      ],
    ],
    [
      'thousands commas',
      Buffer.from('x,y\n"1,234.5",a\n"12,000",b\n'),
      [
        [1234.5, 'a'],
        [12_000, 'b'],
      ],
    ],
    [
      'Latin-1',
      Buffer.from('größe,n\nä,1\nß,2\n', 'latin1'),
      [
        ['ä', 1],
        ['ß', 2],
      ],
    ],
    ['Windows-1252', Buffer.from([...Buffer.from('p,n\n'), 0x80, 0x2c, 0x31, 0x0a]), [['€', 1]]],
    ['a byte order mark', Buffer.from('\uFEFFa,b\n1,x\n'), [[1, 'x']]],
    [
      'tabs',
      Buffer.from('a\tb\n1\tx, y\n2\tz\n'),
      [
        [1, 'x, y'],
        [2, 'z'],
      ],
    ],
    [
      'CRLF',
      Buffer.from('a,b\r\n1,x\r\n2,y'),
      [
        [1, 'x'],
        [2, 'y'],
      ],
    ],
    [
      'CR alone',
      Buffer.from('a,b\r1,x\r2,y\r'),
      [
        [1, 'x'],
        [2, 'y'],
      ],
    ],
    [
      'mixed line ends',
      Buffer.from('a,b\r\n1,x\n2,y\r\n'),
      [
        [1, 'x'],
        [2, 'y'],
      ],
    ],
    [
      'quoted line ends and quotes',
      Buffer.from('a,b\n1,"x\ny"\n2,"say ""hi"""\n'),
      [
        [1, 'x\ny'],
        [2, 'say "hi"'],
      ],
    ],
    [
      'stray quotes',
      Buffer.from('a,b\n1,5" pipe\n2,"x"y\n'),
      [
        [1, '5" pipe'],
        [2, 'xy'],
      ],
    ],
    [
      'spaces after commas',
      Buffer.from('a, b\n1, "x, y"\n2, z\n'),
      [
        [1, 'x, y'],
        [2, 'z'],
      ],
    ],
    [
      'no header',
      Buffer.from('1,x\n2,y\n3,z\n'),
      [
        [1, 'x'],
        [2, 'y'],
        [3, 'z'],
      ],
    ],
    ['one column with a gap', Buffer.from('v\n1\n\n3\n\n'), [[1], [null], [3]]],
    [
      'single quotes',
      Buffer.from("a,b\n'x, y',1\n'it''s',2\n"),
      [
        ['x, y', 1],
        ["it's", 2],
      ],
    ],
    [
      'blank lines',
      Buffer.from('a,b\n\n1,x\n\n2,y\n\n'),
      [
        [1, 'x'],
        [2, 'y'],
      ],
    ],
  ])('reads %s', async (_, content, cells) => {
    expect((await profiled(content)).cells).toEqual(cells);
  });

  it('warns that Latin-1 was guessed', async () => {
    expect((await profiled(Buffer.from('a,b\né,1\n', 'latin1'))).warnings('ENCODING')).toHaveLength(1);
  });

  it('keeps columns apart whose names differ in case only', async () => {
    for (const content of ['Age,age\n1,x\n2,y\n', '[{"Age": 1, "age": "x"}, {"Age": 2, "age": "y"}]']) {
      const result = await profiled(content);
      expect(result.columns.map(({ name }) => name)).toEqual(['Age', 'age']);
      expect(result.cells).toEqual([
        [1, 'x'],
        [2, 'y'],
      ]);
    }
  });

  it('profiles 4,096 columns', async () => {
    const row = (value: (i: number) => string) => Array.from({ length: 4096 }, (_, i) => value(i)).join(',');
    const result = await profiled(
      csv(
        row((i) => `c${i}`),
        [row(String), row((i) => (i % 2 ? 'x' : '7'))],
      ),
    );
    expect(result.columns).toHaveLength(4096);
    expect(result.cells[0]?.[4094]).toBe(4094);
    expect(result.cells[0]?.[4095]).toBe('4095');
  }, 120_000);
});

describe('source: JSON, Excel and Parquet', () => {
  it('reads JSON with nested values, gaps and keys of any characters', async () => {
    const result = await profiled(
      JSON.stringify([
        { 'a/b~c': 1, tags: ['x', 'y'], deep: { k: 1 } },
        { 'a/b~c': 2.5, late: true, deep: null },
      ]),
    );
    expect(result.columns.map(({ name }) => name)).toEqual(['a/b~c', 'tags', 'deep', 'late']);
    expect(result.cells).toEqual([
      [1, '["x","y"]', '{"k":1}', null],
      [2.5, null, null, true],
    ]);
  });

  it.each([
    ['NDJSON', '{"a":1,"b":"x"}\n{"a":2}\n'],
    ['NDJSON with blank lines and CRLF', '{"a":1,"b":"x"}\r\n\r\n{"a":2}\r\n'],
    ['NDJSON after a byte order mark', '\uFEFF{"a":1,"b":"x"}\n{"a":2}\n'],
    ['a list after a byte order mark', '\uFEFF[{"a":1,"b":"x"},{"a":2}]'],
    ['a list inside an object', '{\n"page": 1,\n"items": [{"a": 1, "b": "x"}, {"a": 2}]}'],
    ['a list inside an object on one line', '{"items": [{"a": 1, "b": "x"}, {"a": 2}]}'],
  ])('reads %s', async (_, content) => {
    expect((await profiled(content)).cells).toEqual([
      [1, 'x'],
      [2, null],
    ]);
  });

  it('reads the first sheet of a workbook with dates, booleans and gaps', async () => {
    const result = await profiled(
      workbook([
        ['name', 'when', 'ok', 'amount'],
        ['Ada & Co', new Date('2024-02-29T00:00:00Z'), true, 1.5],
        [null, new Date('2024-03-01T06:00:00Z'), false, -2],
        ['', null, null, null],
        ['z', null, true, 1e21],
      ]),
    );
    expect(result.columns.map(({ type }) => type)).toEqual(['categorical', 'datetime', 'boolean', 'numeric']);
    expect(result.cells).toEqual([
      ['Ada & Co', '2024-02-29T00:00:00.000Z', true, 1.5],
      [null, '2024-03-01T06:00:00.000Z', false, -2],
      [null, null, null, null],
      ['z', null, true, 1e21],
    ]);
  });

  it('reads Parquet by its declared types', async () => {
    const bytes = await parquetBytes(
      `SELECT 1::INTEGER AS "N", DATE '2024-01-02' AS d, 1.25::DECIMAL(8, 2) AS m, [1, 2] AS l, true AS b, '007' AS s, ` +
        `'inf'::DOUBLE AS f, TIMESTAMPTZ '2024-01-01 12:00:00+02' AS z, 0.1::FLOAT AS r, 18446744073709551615::UBIGINT AS u`,
    );
    const result = await profiled(bytes);
    expect(result.columns.map(({ name }) => name)).toEqual([
      'N',
      'd',
      'm',
      'l',
      'b',
      's',
      'f',
      'z',
      'r',
      'u',
    ]);
    expect(result.cells).toEqual([
      [
        1,
        '2024-01-02T00:00:00.000Z',
        1.25,
        '[1,2]',
        true,
        '007',
        null,
        '2024-01-01T10:00:00.000Z',
        0.1,
        '18446744073709551615',
      ],
    ]);
  });
});

describe('source: files that cannot be read', () => {
  async function failure(
    content: string | Buffer,
    { memoryMb = 256, tempBytes = 2 ** 30 } = {},
  ): Promise<string> {
    return withFolder(async (folder) => {
      const source = join(folder, 'secret-place');
      await writeFile(source, content);
      const input = {
        source,
        intake: takeIn(content),
        parquet: join(folder, 'p'),
        temp: folder,
        tempBytes,
        memoryMb,
        threads: 1,
      };
      const error: unknown = await profileFile(input, { progress() {}, log() {} }).catch(
        (caught: unknown) => caught,
      );
      if (!(error instanceof UnreadableFile))
        throw new Error('It was read, or failed otherwise.', { cause: error });
      expect(error.message).not.toMatch(/SELECT|read_|\/tmp|secret/);
      return error.message;
    });
  }

  it('names the line of broken NDJSON', async () => {
    expect(await failure('{"a": 1}\n{"a": 2}\n{"a": }\n')).toContain('line 3');
  });

  it('names the record that is no object, and a reserved key', async () => {
    expect(await failure('{"a": 1}\n[1]\n{"a": 2}\n')).toContain('Record 2');
    expect(await failure('[{"a": 1, "constructor": 2}]')).toContain('constructor');
  });

  it('says that broken JSON, workbooks and Parquet are broken', async () => {
    expect(await failure('[{"a": 1}, {"a" 2}]')).toContain('JSON');
    expect(await failure(zip({ '[Content_Types].xml': '<Types/>', 'xl/workbook.xml': '<broken' }))).toContain(
      'Excel',
    );
    const parquet = await parquetBytes('SELECT range AS a FROM range(1000)');
    parquet.fill(0x55, 40, parquet.length - 60);
    expect(await failure(parquet)).toContain('Parquet');
  });

  it('says what to do when the memory does not suffice', async () => {
    const row = Array.from({ length: 4000 }, (_, i) => i).join(',');
    const content = csv(row.replaceAll(/\d+/g, 'c$&'), [row, row]);
    expect(await failure(content, { memoryMb: 64 })).toContain('COMPUTE_MEMORY_MB');
  });

  it('says what to do when what does not fit in memory finds no room on the disk', async () => {
    // Words that nothing makes shorter, and no two alike.
    const word = (i: number): string =>
      [3, 5, 7, 11, 13, 17].map((k) => (Math.imul(i + k, 0x9e3779b1 + k) >>> 0).toString(36)).join('');
    const content = csv(
      'a,b,c,d',
      Array.from({ length: 200_000 }, (_, i) => [1, 2, 3, 4].map((j) => word(4 * i + j)).join(',')),
    );
    expect(await failure(content, { memoryMb: 64, tempBytes: 1 })).toContain('more room on the disk');
  });

  it('says that a workbook holds no rows', async () => {
    expect(await failure(workbook([['a', 'b']]))).toContain('no rows');
  });
});
