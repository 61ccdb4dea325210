import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { profiled, refusalOf, takeIn, withFolder, workbook, workbookOf, zip } from './fixtures/files.ts';
import { demandSheet } from './workbook-sheets.ts';

const lines = (...rows: string[]) => `${rows.join('\n')}\n`;

describe('reading: delimiters', () => {
  it.each(['^', '~', '#', '\u0001', '\u001f'])(
    'finds %j where nothing common makes columns',
    async (mark) => {
      const content = lines(
        ...Array.from({ length: 500 }, (_, i) => (i === 0 ? ['name', 'n'] : [`x${i}`, i]).join(mark)),
      );
      const { cells, intake } = await profiled(content);
      expect(intake.table).toMatchObject({ delimiter: mark, columns: ['name', 'n'], records: 499 });
      expect(cells[0]).toEqual(['x1', 1]);
    },
  );

  it.each([
    ['percentages', lines('share', '1%', '2%', '30%')],
    ['addresses', lines('mail', 'ada@example.org', 'alan@example.org', 'grace@example.org')],
    ['prices', lines('price', '$1.00', '$2.50', '$3.00')],
    ['dates', lines('at', '2020-01-01', '2020-01-02', '2020-01-03')],
    ['paths', lines('path', 'a/b', 'c/d', 'e/f')],
    ['words', lines('snake_case', 'a_b', 'c_d', 'e_f')],
  ])('takes %s for one column', (_, content) => {
    expect(takeIn(content).table.columns).toHaveLength(1);
  });

  it('honours the first line that Excel writes, and leaves it out', async () => {
    const { intake, cells } = await profiled('sep=;\r\nname;share\r\nAda;1,5\r\nAlan;2,5\r\n');
    expect(intake.table).toMatchObject({ delimiter: ';', columns: ['name', 'share'], records: 2, skip: 1 });
    expect(cells).toEqual([
      ['Ada', 1.5],
      ['Alan', 2.5],
    ]);
  });

  it.each(['§', '→', '"', 'a'])(
    'takes a first line sep=%s, which no delimiter is, for what it is',
    (sign) => {
      expect(takeIn(`sep=${sign}\nname;share\nAda;1\nAlan;2\n`).table).toMatchObject({
        delimiter: ';',
        columns: ['name', 'share'],
        skip: 1,
      });
    },
  );

  it('believes a stated delimiter', () => {
    const content = lines('a;b,c', '1;2,3', '4;5,6');
    expect(takeIn(content, { reading: { delimiter: ',' } }).table.columns).toEqual(['a;b', 'c']);
    expect(takeIn(content, { reading: { delimiter: ';' } }).table.columns).toEqual(['a', 'b,c']);
    expect(takeIn(content, { reading: { delimiter: '|' } }).table.columns).toEqual(['a;b,c']);
  });

  it('believes what is stated of the header', async () => {
    const content = lines('name,city', 'Ada,London', 'Alan,Wilmslow');
    const { intake, cells } = await profiled(content, undefined, { header: 'no' });
    expect(intake.table.columns).toEqual(['column_1', 'column_2']);
    expect(cells).toHaveLength(3);
    expect(takeIn(lines('1,2', '3,4'), { reading: { header: 'yes' } }).table.columns).toEqual(['1', '2']);
  });
});

describe('reading: lines above the table', () => {
  it.each([
    ['a title', ['Monthly report'], ['id,name,v', '1,a,2', '3,b,4']],
    ['a title and a gap', ['Monthly report', ''], ['id,v', '1,2', '3,4']],
    ['comments', ['# made on 2020-01-01', '# by "nobody', '#'], ['id,v', '1,2', '3,4']],
    ['a comment as wide as the table', ['# first, second'], ['id,v', '1,2', '3,4']],
    ['a title that fills the row with nothing', ['Report,,', ',,'], ['id,name,v', '1,a,2', '3,b,4']],
    ['a remark of several fields', ['from, until'], ['id,name,v', '1,a,2', '3,b,4']],
  ])('leaves out %s, and says so', async (_, above, table) => {
    const { intake, rows, warnings } = await profiled(lines(...above, ...table));
    expect(intake.table).toMatchObject({ columns: table[0]?.split(','), ragged: 0, skip: above.length });
    expect(rows).toBe(2);
    expect(warnings('SKIPPED_LINES')).toHaveLength(1);
    expect(warnings('SKIPPED_LINES')[0]?.message).toContain(`line ${above.length + 1}`);
  });

  it('counts the lines above when it names one below', () => {
    const content = lines('Report', 'a,b', ...Array.from({ length: 20 }, () => '1,2'), '3');
    expect(takeIn(content).table).toMatchObject({ ragged: 1, raggedLine: 23 });
  });

  it.each([
    ['a first name with a #', lines('#id,name', '1,a', '2,b'), ['#id', 'name']],
    [
      'a first name with a # above a row with a gap',
      lines('#gene,chrom,score', 'BRCA1,chr17,NA', 'TP53,chr17,0.5'),
      ['#gene', 'chrom', 'score'],
    ],
    ['an index without a name', lines(',a', '0,1', '1,2'), ['column_1', 'a']],
    ['names that are missing', lines('a,,', '1,2,3', '4,5,6'), undefined],
    ['prose with commas', lines('comment', 'yes, we do', 'no', 'so, it, is'), ['comment']],
  ])('takes %s for no title', (_, content, columns) => {
    const { table } = takeIn(content);
    if (columns) expect(table.columns).toEqual(columns);
    expect(table.skip).toBeUndefined();
  });

  it('still refuses names that are fewer than the fields below them', () => {
    expect(refusalOf(lines('a,b', 'x,1,2', 'y,3,4')).message).toMatch(/The header names 2 columns/);
  });
});

describe('reading: Excel', () => {
  const table = [
    ['name', 'n'],
    ['Ada', 1],
    ['Alan', 2],
  ] as const;

  it('reads the first sheet that holds a table, and names the others', async () => {
    const content = workbookOf({ Cover: [], Notes: [['see below']], Sales: table, 'R&D "x"': table });
    const { cells, warnings } = await profiled(content);
    expect(cells).toEqual([
      ['Ada', 1],
      ['Alan', 2],
    ]);
    expect(warnings('OTHER_SHEETS')[0]?.message).toMatch(/"Sales" was read.*"R&D "x""/);
  });

  it('is not kept busy by a list of sheets that is none', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'hostile.xlsx');
      await writeFile(path, zip({ 'xl/workbook.xml': '<sheet '.repeat(500_000) }));
      const started = performance.now();
      await expect(demandSheet(path, 'x')).rejects.toThrow('has no sheet "x"');
      // It was minutes where each beginning was looked at to the end of the list.
      expect(performance.now() - started).toBeLessThan(5000);
    }));

  it('says nothing of a workbook with one table', async () => {
    expect((await profiled(workbookOf({ Empty: [], Data: table }))).warnings('OTHER_SHEETS')).toEqual([]);
  });

  it('reads the sheet that is stated', async () => {
    const content = workbookOf({ One: table, Two: [['x'], [7], [8]] });
    const { cells } = await profiled(content, undefined, { sheet: 'Two' });
    expect(cells).toEqual([[7], [8]]);
  });

  it('reads times of day as times', async () => {
    const at = (hours: number) => new Date(Date.UTC(1899, 11, 30) + hours * 3_600_000);
    const { cells, columns } = await profiled(workbook([['at'], [at(6)], [at(13.5)], [at(0)], [at(23.75)]]));
    expect(columns).toEqual([{ name: 'at', type: 'time' }]);
    expect(cells).toEqual([['06:00:00'], ['13:30:00'], ['00:00:00'], ['23:45:00']]);
  });

  it('leaves out a title above the table', async () => {
    const content = workbook([['Sales 2020'], [], ...table]);
    const { columns, rows, warnings } = await profiled(content);
    expect(columns.map(({ name }) => name)).toEqual(['name', 'n']);
    expect(rows).toBe(2);
    expect(warnings('SKIPPED_LINES')).toHaveLength(1);
  });

  it('keeps a first row that names all columns but the first', async () => {
    const { columns } = await profiled(
      workbook([
        [null, 'n'],
        [1, 2],
        [3, 4],
      ]),
    );
    expect(columns.map(({ name }) => name)).toEqual(['column_1', 'n']);
  });

  it('numbers the columns when that is stated', async () => {
    const { columns, rows } = await profiled(workbook(table), undefined, { header: 'no' });
    expect(columns.map(({ name }) => name)).toEqual(['column_1', 'column_2']);
    expect(rows).toBe(3);
  });
});

describe('reading: times of day', () => {
  const single = async (...values: string[]) => {
    const found = await profiled(lines('at,n', ...values.map((value, i) => `${value},${i}`)));
    return { ...found, type: found.columns[0]?.type, at: found.cells.map(([cell]) => cell) };
  };

  it.each([
    ['of 24 hours', ['08:30', '23:59', '0:05', '9:05'], ['08:30:00', '23:59:00', '00:05:00', '09:05:00']],
    ['with seconds', ['08:30:00', '23:59:59', '12:00:00.25'], ['08:30:00', '23:59:59', '12:00:00.25']],
    [
      'of twice 12 hours',
      ['9:05 PM', '12:00 am', '12:30pm', '1:02:03 a.m.'],
      ['21:05:00', '00:00:00', '12:30:00', '01:02:03'],
    ],
    ['with missing values', ['08:30', '', 'NA', '-', '17:15'], ['08:30:00', null, null, null, '17:15:00']],
  ])('reads times %s', async (_, values, read) => {
    const { type, at, warnings } = await single(...values);
    expect(type).toBe('time');
    expect(at).toEqual(read);
    expect(warnings('MIXED_TYPES')).toEqual([]);
  });

  it('tells their bounds, quantiles and histogram', async () => {
    const { profile } = await single(...Array.from({ length: 24 }, (_, hour) => `${hour}:30`));
    const [column] = profile.columns;
    expect(column).toMatchObject({
      type: 'time',
      min: '00:30:00',
      max: '23:30:00',
      distinct: 24,
      missing: 0,
    });
    expect(column?.quantiles?.[2]).toMatchObject({ p: 0.5, value: expect.stringMatching(/^1[12]:30:00$/) });
    const { edges = [], counts = [] } = column?.histogram ?? {};
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(24);
    expect(edges[0]).toBeLessThanOrEqual(30 * 60_000);
    expect(edges.at(-1)).toBeLessThanOrEqual(86_400_000);
  });

  it.each([
    ['durations of more than a day', ['08:30', '26:15', '40:00', '12:00']],
    ['the end of a day', ['08:30', '24:00', '12:00']],
    ['minutes that are none', ['08:30', '12:75', '12:00']],
    ['dates among them', ['08:30', '2024-05-01', '12:00']],
    ['offsets', ['08:30+02:00', '09:30+02:00']],
    ['scores', ['2:1', '0:0', '3:2']],
    ['half past 13 PM', ['1:30 PM', '13:30 PM', '2:00 PM']],
  ])('leaves %s as text', async (_, values) => {
    const { type, at } = await single(...values);
    expect(type).not.toBe('time');
    expect(at).toEqual(values);
  });

  it('says what keeps a column from being one of times', async () => {
    const { warnings } = await single('08:30', '09:15', '10:00', '26:15');
    expect(warnings('MIXED_TYPES')[0]?.message).toMatch(/times of day.*"26:15"/);
  });

  it('reads a long column whose last value is none as the text it is', async () => {
    const values = Array.from({ length: 12_000 }, (_, i) => `${i % 24}:${String(i % 60).padStart(2, '0')}`);
    expect((await single(...values)).type).toBe('time');
    const { type, at } = await single(...values, '99:00');
    expect(type).not.toBe('time');
    expect(at[1]).toBe('1:01');
  });

  it('tells a header above times from them', () => {
    expect(takeIn(lines('opens,closes', '8:30 AM,5:00 PM')).table.columns).toEqual(['opens', 'closes']);
    expect(takeIn(lines('8:30 AM,5:00 PM', '9:00 AM,6:00 PM')).table.header).toBe(false);
  });
});

describe('reading: dates that can be read two ways', () => {
  const dates = (...values: string[]) => `at,x\n${values.map((value, i) => `${value},${i}\n`).join('')}`;
  const days = (cells: readonly (readonly unknown[])[]) => cells.map(([at]) => String(at).slice(0, 10));

  it('reads them month first where nothing tells, and says so', async () => {
    const { cells, warnings } = await profiled(dates('02/06/2020', '03/04/2020', '11/12/2021'));
    expect(days(cells)).toEqual(['2020-02-06', '2020-03-04', '2021-11-12']);
    expect(warnings('AMBIGUOUS_DATES')).toMatchObject([
      { column: 'at', message: expect.stringMatching(/read month first.*state the date order day-first/) },
    ]);
  });

  it('reads them as is stated, and says nothing', async () => {
    const content = dates('02/06/2020', '03/04/2020');
    const { cells, warnings } = await profiled(content, undefined, { dateOrder: 'day-first' });
    expect(days(cells)).toEqual(['2020-06-02', '2020-04-03']);
    expect(warnings('AMBIGUOUS_DATES')).toEqual([]);
  });

  it('keeps the time of day when it exchanges day and month', async () => {
    const content = dates('02/06/2020 13:45:10', '03/04/2020 00:00:00');
    const { cells } = await profiled(content, undefined, { dateOrder: 'day-first' });
    expect(cells.map(([at]) => String(at).replace('T', ' ').slice(0, 19))).toEqual([
      '2020-06-02 13:45:10',
      '2020-04-03 00:00:00',
    ]);
  });

  it('follows another column that tells', async () => {
    const content = lines('a,b', '02/06/2020,25/12/2020', '03/04/2020,24/12/2020');
    const { cells, warnings } = await profiled(content);
    expect(cells[0]).toEqual(['2020-06-02T00:00:00.000Z', '2020-12-25T00:00:00.000Z']);
    expect(warnings('AMBIGUOUS_DATES')).toMatchObject([
      { column: 'a', message: expect.stringContaining('as other columns') },
    ]);
  });

  it('follows semicolons and decimal commas', async () => {
    const { cells } = await profiled(lines('a;b', '02/06/2020;1,5', '03/04/2020;2,5'));
    expect(days(cells)).toEqual(['2020-06-02', '2020-04-03']);
  });

  it('reads dates that fit one order only in that order, and says so where another is stated', async () => {
    const content = dates('12/31/2020', '02/06/2020');
    const { cells, warnings } = await profiled(content, undefined, { dateOrder: 'day-first' });
    expect(days(cells)).toEqual(['2020-12-31', '2020-02-06']);
    expect(warnings('AMBIGUOUS_DATES')[0]?.message).toMatch(
      /read month first, although day-first was stated/,
    );
    expect((await profiled(content)).warnings('AMBIGUOUS_DATES')).toEqual([]);
  });

  it('does so in a table too long to be looked at whole', async () => {
    const many = Array.from({ length: 150_000 }, (_, i) => `0${(i % 9) + 1}/0${(i % 7) + 1}/2020`);
    const { cells, warnings } = await profiled(`at\n${many.join('\n')}\n`, undefined, {
      dateOrder: 'day-first',
    });
    expect(days(cells).slice(0, 8)).toEqual(
      many.slice(0, 8).map((text) => text.split('/').toReversed().join('-')),
    );
    expect(warnings('AMBIGUOUS_DATES')).toEqual([]);
  });
});

describe('reading: numbers with signs and gaps', () => {
  it.each([
    ['dollars', ['$1.00', '-$2.50', '$1,234.50'], [1, -2.5, 1234.5], '$'],
    ['euros behind', ['1,50 €', '2,25 €', '1.234,50 €'], [1.5, 2.25, 1234.5], '€'],
    ['codes', ['CHF 1', "CHF 1'234.50", 'CHF 20'], [1, 1234.5, 20], 'CHF'],
    ['percentages', ['1%', '2.5 %', '-30%'], [1, 2.5, -30], '%'],
    [
      'spaces between thousands',
      ['1 234,50', '12,25', '1 234 567,00'],
      [1234.5, 12.25, 1_234_567],
      undefined,
    ],
    ['narrow spaces', ['1\u202f234', '12\u00a0345', '7'], [1234, 12_345, 7], undefined],
    ['apostrophes', ["1'234.5", '12', "1'234'567"], [1234.5, 12, 1_234_567], undefined],
  ])('reads %s as numbers, and says what sign they had', async (_, values, numbers, unit) => {
    const { cells, columns, warnings } = await profiled(
      lines('v\tx', ...values.map((value, i) => `${value}\t${i}`)),
    );
    expect(cells.map(([value]) => value)).toEqual(numbers);
    expect(['numeric', 'integer']).toContain(columns[0]?.type);
    expect(warnings('UNITS').map(({ message }) => message)).toEqual(
      unit === undefined ? [] : [expect.stringContaining(`"${unit}"`)],
    );
  });

  it.each([
    ['telephone numbers', ['555 123 456', '555 987 654', '555 111 222']],
    ['codes with a leading zero', ['030 123', '040 456', '1 234']],
    ['several currencies', ['$1.00', '€2.00', '$3.00']],
    ['numbers of which one has no sign', ['1%', '2%', '3']],
  ])('leaves %s as the text they are', async (_, values) => {
    const { cells, warnings } = await profiled(lines('v\tx', ...values.map((value, i) => `${value}\t${i}`)));
    expect(cells.map(([value]) => value)).toEqual(values);
    expect(warnings('UNITS')).toEqual([]);
  });

  it('reads points between thousands where commas are decimal', async () => {
    const { cells } = await profiled(lines('item;price;weight', 'A;1.234 €;0,5', 'B;2.500 €;1,25'));
    expect(cells).toEqual([
      ['A', 1234, 0.5],
      ['B', 2500, 1.25],
    ]);
  });

  it('reads them in a long table too', async () => {
    const many = Array.from({ length: 120_000 }, (_, i) => `$${i}.50`);
    const { cells, column } = await profiled(`price\n${many.join('\n')}\n`);
    expect(cells.slice(0, 2)).toEqual([[0.5], [1.5]]);
    expect(column('price')).toMatchObject({ type: 'numeric', max: 119_999.5, missing: 0 });
  });
});
