import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { profileSchema } from '@quadrax/contract';
import { parquetBytes, profiled, takeIn, withFolder, workbook, zip } from './fixtures/files.ts';
import { profileFile, UnreadableFile } from './profile.ts';

const csv = (header: string, rows: readonly string[]) => `${header}\n${rows.join('\n')}\n`;
const many = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i));

describe('profile: types', () => {
  it('infers every type from text', async () => {
    const result = await profiled(
      csv(
        'id,weight,age,alive,born,city,notes,lat,lon,country,ref',
        many(60, (i) =>
          [
            i * 3 + 1000,
            i / 4,
            i % 40,
            i % 3 === 0 ? 'True' : 'False',
            `2020-01-${String((i % 28) + 1).padStart(2, '0')}`,
            ['Oslo', 'Rome'][i % 2],
            `a longer remark about number ${i} of them`,
            i - 30.5,
            i * 2.5,
            ['NO', 'NA', 'IT', 'SE'][i % 4],
            `K-${i}`,
          ].join(','),
        ),
      ),
    );
    expect(result.columns).toEqual([
      { name: 'id', type: 'identifier' },
      { name: 'weight', type: 'numeric' },
      { name: 'age', type: 'integer' },
      { name: 'alive', type: 'boolean' },
      { name: 'born', type: 'datetime' },
      { name: 'city', type: 'categorical' },
      { name: 'notes', type: 'text' },
      { name: 'lat', type: 'geographic' },
      { name: 'lon', type: 'geographic' },
      { name: 'country', type: 'geographic' },
      { name: 'ref', type: 'identifier' },
    ]);
    expect(result.column('country').missing).toBe(0);
    expect(result.cells[1]?.[9]).toBe('NA');
    expect(profileSchema.parse(result.profile)).toEqual(result.profile);
  });

  it.each([
    [
      'ISO dates with a zone, kept as UTC',
      ['2020-01-01T12:00:00+02:00', '2020-06-01T00:00:00Z'],
      '2020-01-01T10:00:00.000Z',
    ],
    ['day first, by the 31st', ['01/02/2020', '31/12/2020'], '2020-02-01T00:00:00.000Z'],
    ['month first, where both would do', ['01/02/2020', '03/04/2020'], '2020-01-02T00:00:00.000Z'],
    ['German dates', ['01.02.2020 08:30', '31.12.2020 09:00'], '2020-02-01T08:30:00.000Z'],
    ['written months', ['"Feb 1, 2020"', '"Mar 2, 2020"'], '2020-02-01T00:00:00.000Z'],
    ['months', ['2020-02', '2020-03'], '2020-02-01T00:00:00.000Z'],
  ])('reads %s', async (_, values, first) => {
    const result = await profiled(
      csv(
        'when,n',
        values.map((value, i) => `${value},${i}`),
      ),
    );
    expect(result.column('when').type).toBe('datetime');
    expect(result.cells[0]?.[0]).toBe(first);
  });

  it('keeps codes with leading zeros, underscores and hexadecimal digits as text', async () => {
    const result = await profiled(csv('zip,code,hex', ['01234,1_000,0x1F', '98765,2_000,0x2A']));
    expect(result.cells).toEqual([
      ['01234', '1_000', '0x1F'],
      ['98765', '2_000', '0x2A'],
    ]);
  });

  it('keeps whole numbers beyond 2^53 exactly, and those beyond 64 bits as text', async () => {
    const result = await profiled(
      csv('big,huge', ['9007199254740993,123456789012345678901', '9007199254740995,123456789012345678902']),
    );
    expect(result.cells[0]).toEqual(['9007199254740993', '123456789012345678901']);
    expect(result.column('big')).toMatchObject({ type: 'integer', distinct: 2, min: '9007199254740993' });
    expect(result.column('huge').type).toBe('categorical');
  });

  it('counts marks for "missing" in columns of numbers, dates, booleans and categories', async () => {
    const result = await profiled(
      csv('n,d,b,c', ['1,2020-01-01,true,x', 'NA,null,N/A,NA', '?,NaT,nan,?', ',,,', '-,None,na,y']),
    );
    expect(result.columns.map(({ type }) => type)).toEqual(['integer', 'datetime', 'boolean', 'categorical']);
    expect(result.profile.columns.map(({ missing }) => missing)).toEqual([4, 4, 4, 3]);
    expect(result.column('c').top?.map(({ value }) => value)).toEqual(['x', 'y']);
    expect(result.cells[1]).toEqual([null, null, null, null]);
  });

  it('keeps a column of mixed types as text and says what does not fit', async () => {
    const result = await profiled(csv('n,k', [...many(99, (i) => `${i},a`), 'about 40,a']));
    expect(result.column('n').missing).toBe(0);
    const [warning] = result.warnings('MIXED_TYPES');
    expect(warning?.column).toBe('n');
    expect(warning?.message).toContain('99 values');
    expect(warning?.message).toContain('about 40');
    expect(result.cells[99]?.[0]).toBe('about 40');
  });

  it('finds a value of another type beyond the rows it guesses from', async () => {
    const result = await profiled(
      csv(
        'n,m,late',
        many(12_000, (i) => `${i === 11_990 ? 'oops' : i},${i === 11_000 ? 0.5 : i},${i < 9000 ? '' : i}`),
      ),
    );
    expect(result.columns.map(({ type }) => type)).toEqual([expect.any(String), 'numeric', 'integer']);
    expect(result.warnings('MIXED_TYPES').map(({ column }) => column)).toEqual(['n']);
    expect(result.column('late').missing).toBe(9000);
    expect(result.rows).toBe(12_000);
  });
});

describe('profile: figures', () => {
  it('gives the moments, quantiles and histogram of numbers', async () => {
    const { profile } = await profiled(
      csv(
        'x',
        many(101, (i) => String(i)),
      ),
    );
    const [column] = profile.columns;
    expect(column).toMatchObject({ missing: 0, distinct: 101, min: 0, max: 100, mean: 50 });
    expect(column?.std).toBeCloseTo(29.3002, 4);
    expect(column?.quantiles).toEqual([
      { p: 0.05, value: 5 },
      { p: 0.25, value: 25 },
      { p: 0.5, value: 50 },
      { p: 0.75, value: 75 },
      { p: 0.95, value: 95 },
    ]);
    const { edges = [], counts = [] } = column?.histogram ?? {};
    expect(edges).toHaveLength(counts.length + 1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(101);
    expect(edges[1]).toBe(5);
    expect(profile.exact).toBe(true);
  });

  it('keeps infinite values out of the figures and warns', async () => {
    const result = await profiled(csv('x,y', ['1.5,1', 'inf,2', '-Infinity,3', 'NaN,4', '2.5,5']));
    expect(result.column('x')).toMatchObject({
      type: 'numeric',
      missing: 1,
      distinct: 4,
      min: 1.5,
      max: 2.5,
      mean: 2,
    });
    expect(result.column('x').histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(result.warnings('NOT_FINITE')).toHaveLength(1);
    expect(result.cells.map((row) => row[0])).toEqual([1.5, null, null, null, 2.5]);
  });

  it('survives numbers whose variance no double holds', async () => {
    const result = await profiled(csv('x', ['1e308', '-1e308', '1e307']));
    expect(result.column('x')).toMatchObject({ min: -1e308, max: 1e308 });
    expect(result.column('x').std).toBeUndefined();
    expect(profileSchema.safeParse(result.profile).success).toBe(true);
  });

  it('gives dates as ISO 8601 and their histogram in milliseconds', async () => {
    const result = await profiled(
      csv(
        'day',
        many(100, (i) => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10)),
      ),
    );
    const column = result.column('day');
    expect(column).toMatchObject({
      min: '2020-01-01T00:00:00.000Z',
      max: '2020-04-09T00:00:00.000Z',
      distinct: 100,
    });
    expect(column.histogram?.edges[0]).toBeLessThanOrEqual(Date.UTC(2020, 0, 1));
    expect(column.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(100);
  });

  it('lists the most frequent values of categories and of few numbers', async () => {
    const result = await profiled(csv('c,n', ['b,1', 'a,2', 'b,2', 'c,2']));
    expect(result.column('c').top).toEqual([
      { value: 'b', count: 2 },
      { value: 'a', count: 1 },
      { value: 'c', count: 1 },
    ]);
    expect(result.column('n').top?.[0]).toEqual({ value: '2', count: 3 });
  });

  it('reports rising progress in units of a known total', async () => {
    const { stages } = await profiled(
      csv(
        'a,b',
        many(50, (i) => `${i},x${i}`),
      ),
    );
    const done = stages.map(([count]) => count);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(stages.at(-1)).toEqual([100, 100, 'done']);
  });
});

describe('profile: warnings', () => {
  it('names constant, empty, sparse, identifying and lopsided columns, and repeated rows', async () => {
    const rows = many(100, (i) => `same,,${i < 30 ? i : ''},u${i},${i === 0 ? 'rare' : 'usual'}`);
    const result = await profiled(csv('constant,empty,sparse,key,lopsided', rows));
    const found = result.profile.warnings.map(({ code, column }) => `${code} ${column}`);
    expect(found).toEqual(
      expect.arrayContaining([
        'CONSTANT constant',
        'ALL_MISSING empty',
        'MANY_MISSING sparse',
        'LIKELY_IDENTIFIER key',
        'IMBALANCED lopsided',
      ]),
    );
    expect(result.warnings('DUPLICATE_ROWS')).toEqual([]);
  });

  it('counts repeated rows', async () => {
    const result = await profiled(csv('a,b', ['1,x', '2,y', '1,x', '1,x']));
    expect(result.warnings('DUPLICATE_ROWS')[0]?.message).toContain('2 rows repeat');
  });

  it('finds columns that tell each other', async () => {
    const rows = many(
      60,
      (i) =>
        `${(i * 37) % 101},${((i * 37) % 101) * 2.54 + 1},${(i * 53) % 97},${'abc'[i % 3]},${'xyz'[i % 3]}`,
    );
    const result = await profiled(csv('inch,cm,other,kind,label', rows));
    expect(result.warnings('LIKELY_LEAK').map(({ column }) => column)).toEqual(['cm', 'label']);
  });

  it('warns of ragged rows and fills them up', async () => {
    const result = await profiled(csv('a,b,c', [...many(20, () => '1,2,3'), '4,5', '6,7,8,9']));
    expect(result.warnings('RAGGED_ROWS')[0]?.message).toContain('2 rows');
    expect(result.cells.slice(20)).toEqual([
      [4, 5, null],
      [6, 7, 8],
    ]);
  });
});

describe('profile: ways of writing', () => {
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
  }, 15_000);
});

describe('profile: JSON, Excel and Parquet', () => {
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

  it('reads NDJSON and a list inside an object', async () => {
    expect((await profiled('{"a":1,"b":"x"}\n{"a":2}\n')).cells).toEqual([
      [1, 'x'],
      [2, null],
    ]);
    expect((await profiled('{\n"page": 1,\n"items": [{"a": 1}, {"a": 2}]}')).cells).toEqual([[1], [2]]);
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

describe('profile: files that cannot be read', () => {
  async function failure(content: string | Buffer, memoryMb = 256): Promise<string> {
    return withFolder(async (folder) => {
      const source = join(folder, 'secret-place');
      await writeFile(source, content);
      const input = {
        source,
        intake: takeIn(content),
        parquet: join(folder, 'p'),
        temp: folder,
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
    expect(await failure(content, 64)).toContain('COMPUTE_MEMORY_MB');
  });

  it('says that a workbook holds no rows', async () => {
    expect(await failure(workbook([['a', 'b']]))).toContain('no rows');
  });
});
