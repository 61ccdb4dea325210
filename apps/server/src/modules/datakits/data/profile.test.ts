import { describe, expect, it } from 'vitest';
import { profileSchema } from '@quadrax/contract';
import { profiled } from './fixtures/files.ts';

const csv = (header: string, rows: readonly string[]) => `${header}\n${rows.join('\n')}\n`;
const many = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i));

describe('profile: spellings', () => {
  it('warns of categories that differ only in case or spaces, over every row', async () => {
    // The rare spelling stands beyond what any sample of the first rows would show.
    const rows = many(30_000, (i) => (i === 29_990 ? 'BERLIN,x' : i % 3 === 0 ? '"Berlin",X' : '"Bern ",y'));
    rows[29_991] = '" berlin",y';
    const result = await profiled(csv('city,kind', rows));
    expect(result.warnings('SPELLINGS')).toEqual([
      {
        code: 'SPELLINGS',
        column: 'city',
        message:
          '"Berlin" (9,999), " berlin" (1), "BERLIN" (1) differ only in case or in spaces at the ends, and count as different values. 2 rows have another spelling than the commonest. Tidy the text to make one value of each.',
        spellings: [
          [
            { value: 'Berlin', count: 9999 },
            { value: ' berlin', count: 1 },
            { value: 'BERLIN', count: 1 },
          ],
        ],
      },
      expect.objectContaining({
        column: 'kind',
        message: expect.stringContaining('"X" (9,999), "x" (1)'),
      }),
    ]);
    expect(profileSchema.parse(result.profile)).toEqual(result.profile);
  });

  it('says how many values there are beyond the first, and leaves other columns alone', async () => {
    const rows = many(40, (i) => `${'abcdefgh'[i % 8]}${i < 20 ? '' : ' '},${i % 8},Remark ${i},remark ${i}`);
    const result = await profiled(csv('letter,n,id,text', rows));
    expect(result.warnings('SPELLINGS').map(({ column }) => column)).toEqual(['letter']);
    expect(result.warnings('SPELLINGS')[0]?.spellings).toHaveLength(5);
    expect(result.warnings('SPELLINGS')[0]?.message).toContain('so do spellings of 7 further values');
  });
});

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
    [
      'whole names of months, most of them May',
      ['"May 1, 2020"', '"May 2, 2020"', '"June 3, 2020"'],
      '2020-05-01T00:00:00.000Z',
    ],
    [
      'whole names of months behind the day',
      ['1 May 2020', '2 May 2020', '3 June 2020'],
      '2020-05-01T00:00:00.000Z',
    ],
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

  it('reads numbers with commas between thousands beside numbers with decimal commas', async () => {
    const rows = ['1,5;1,234,567.25', '2,25;-1,711.80', '3,75;0.27'];
    const result = await profiled(csv('share;amount', rows));
    expect(result.cells).toEqual([
      [1.5, 1_234_567.25],
      [2.25, -1711.8],
      [3.75, 0.27],
    ]);
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

  it('finds values of another type far beyond the rows it guesses from', async () => {
    const count = 120_000;
    const row = (i: number) =>
      [
        i === 110_000 ? 'oops' : i,
        i === 119_999 ? 0.5 : i,
        i < 90_000 ? '' : i,
        i % 1000 === 7 ? 'NA' : i / 4,
      ].join(',');
    const result = await profiled(csv('n,m,late,gaps', many(count, row)));
    expect(result.rows).toBe(count);
    expect(result.columns.slice(1).map(({ type }) => type)).toEqual(['numeric', 'integer', 'numeric']);
    const [warning] = result.warnings('MIXED_TYPES');
    expect(warning).toMatchObject({ column: 'n', message: expect.stringContaining('oops') });
    expect(result.profile.columns.map(({ missing }) => missing)).toEqual([0, 0, 90_000, 120]);
    expect(result.column('m').max).toBe(count - 2);
    const done = result.stages.map(([share]) => share);
    expect(done).toEqual(done.toSorted((x, y) => x - y));
  });

  it('finds a type that only most of a long column has', async () => {
    const rows = many(120_000, (i) => `${i < 6000 ? 'unknown' : i},${['x', 'y'][i % 2]}`);
    const result = await profiled(csv('n,k', rows));
    expect(result.warnings('MIXED_TYPES')[0]?.message).toContain('114,000 values');
    expect(result.column('k').top).toEqual([
      { value: 'x', count: 60_000 },
      { value: 'y', count: 60_000 },
    ]);
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

  it('counts rows as repeated that are missing the same value, however that is marked', async () => {
    const result = await profiled(csv('a,b', ['1,NA', '1,', '1,N/A', '1,yes', '2,no', '2,no']));
    expect(result.warnings('DUPLICATE_ROWS')[0]?.message).toContain('3 rows repeat');
  });

  it('finds columns that tell each other', async () => {
    const rows = many(
      60,
      (i) =>
        `${(i * 37) % 101},${((i * 37) % 101) * 2.54 + 1},${(i * 53) % 97},${'abc'[i % 3]},${'xyz'[i % 3]}`,
    );
    const result = await profiled(csv('inch,cm,other,kind,label', rows));
    expect(result.warnings('LIKELY_LEAK').map(({ column, other }) => [other, column])).toEqual([
      ['inch', 'cm'],
      ['kind', 'label'],
    ]);
  });

  it('finds numbers in the order of others, and numbers that stand for words', async () => {
    const x = (i: number) => ((i * 37) % 101) / 10;
    const rows = many(
      200,
      (i) =>
        `${x(i)},${Math.exp(x(i))},${-Math.log(x(i) + 1)},${(i * 53) % 97},${i % 3 === 0 ? 1 : 0},${i % 3 === 0 ? 'bad' : 'good'},${i % 2}`,
    );
    const result = await profiled(csv('x,grown,fallen,other,flag,word,coin', rows));
    expect(result.warnings('LIKELY_LEAK').map(({ column, other }) => [other, column])).toEqual([
      ['x', 'grown'],
      ['x', 'fallen'],
      ['grown', 'fallen'],
      ['flag', 'word'],
    ]);
    const [grown, , , word] = result.warnings('LIKELY_LEAK').map(({ message }) => message);
    expect(grown).toMatch(/^It goes by "x": the higher the one, always the higher/);
    expect(word).toMatch(/^It says the same as "flag" in other words/);
  });

  it('looks at words before numbers that may stand for them', async () => {
    const flags = Array.from({ length: 30 }, (_, k) => `f${k}`);
    const rows = many(120, (i) => {
      const bits = flags.map((_, k) => ((i * 7919 + k * 104_729) >> (k % 5)) & 1);
      return `${bits.join(',')},${'fm'[i % 2]},${i % 2 ? 'male' : 'female'}`;
    });
    const result = await profiled(csv(`${flags.join(',')},sex,gender`, rows));
    expect(result.warnings('LIKELY_LEAK').map(({ column, other }) => [other, column])).toContainEqual([
      'sex',
      'gender',
    ]);
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
