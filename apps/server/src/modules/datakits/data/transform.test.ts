import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cell, TransformPreview, TransformStep } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { exportTable } from './export.ts';
import { takeIn, withFolder } from './fixtures/files.ts';
import { previewTable } from './preview.ts';
import { profileFile } from './profile.ts';
import { QueryError } from './query-error.ts';
import { previewTransform, transformTables } from './transform.ts';
import { joinKey } from './transform-steps.ts';

const people = [
  'Name,name,age,city,born',
  'Ada,x,36,Bern,1815-12-10',
  'Bob,y,,Köln,1990-01-02',
  'Cy,y,20,Bern,2000-02-29',
  'Cy,y,20,Bern,2000-02-29',
].join('\n');
const spellings = 'town,n\n Bern,1\nBERN,2\nbern\u00a0,3\nBern,4\nKöln,5\nKÖLN,6\n  ,7';
const codes = 'city,code\nBern,3000\nKöln,50667';
const quiet = { progress: () => {}, log: () => {} };

interface Made {
  readonly names: string[];
  readonly rows: Cell[][];
}

const store = async (folder: string, name: string, csv: string) => {
  const source = join(folder, `${name}.csv`);
  await writeFile(source, csv);
  const parquet = join(folder, `${name}.parquet`);
  const temp = join(folder, `${name}-temp`);
  const { columns } = await profileFile(
    { source, intake: takeIn(csv), parquet, temp, tempBytes: 2 ** 30, memoryMb: 256, threads: 1 },
    quiet,
  );
  return { parquet, columns };
};

/** What a recipe makes of the people: one table, or two. */
const make = (recipe: {
  sql?: string;
  steps?: TransformStep[];
}): Promise<{ made: Made[]; notes: string[] }> =>
  withFolder(async (folder) => {
    const { parquet, columns } = await store(folder, 'people', people);
    const other = await store(folder, 'codes', codes);
    const outputs = [join(folder, 'a.parquet'), join(folder, 'b.parquet')];
    const { made, notes } = await transformTables(
      {
        ...recipe,
        tables: [{ names: ['data'], parquet, columns: columns.map(({ name }) => name) }],
        joined: [
          {
            key: joinKey('7d3d8f8e-0000-4000-8000-000000000000', 1),
            parquet: other.parquet,
            columns: other.columns.map(({ name }) => name),
          },
        ],
        outputs,
        temp: join(folder, 'temp'),
        tempBytes: 32 * 1024 ** 2,
        memoryMb: 256,
        threads: 1,
      },
      quiet,
    );
    const tables = made.map(async (output, i) => {
      const page = { offset: 0, limit: 100, filters: [] };
      const { rows } = await previewTable({
        parquet: outputs[i] ?? '',
        columns: output.columns,
        ...page,
      });
      return { names: output.columns.map(({ name }) => name), rows };
    });
    return { made: await Promise.all(tables), notes: [...notes] };
  });

const previewed = (csv: string, steps: TransformStep[]): Promise<TransformPreview> =>
  withFolder(async (folder) => {
    const { parquet, columns } = await store(folder, 'table', csv);
    return previewTransform({
      steps,
      tables: [{ names: ['data'], parquet, columns: columns.map(({ name }) => name) }],
      joined: [],
      limit: 10,
      timeoutMs: 20_000,
      memoryMb: 256,
    });
  });

const one = async (recipe: {
  sql?: string;
  steps?: TransformStep[];
}): Promise<Made & { notes: string[] }> => {
  const { made, notes } = await make(recipe);
  return { names: made[0]?.names ?? [], rows: made[0]?.rows ?? [], notes };
};

describe('a transformation by steps', () => {
  it('renames, drops, keeps, filters, derives and sorts, with names told apart by case', async () => {
    const { names, rows } = await one({
      steps: [
        { step: 'filter', where: '"Name" <> \'Ada\' AND "name" = \'y\'' },
        { step: 'rename', column: 'city', to: 'Town' },
        { step: 'derive', name: 'year', expression: 'year(born) -- of birth' },
        { step: 'drop', columns: ['name', 'born'] },
        { step: 'deduplicate' },
        { step: 'sort', by: [{ column: 'year', descending: true }] },
        { step: 'keep', columns: ['year', 'Name', 'Town'] },
      ],
    });
    expect(names).toEqual(['year', 'Name', 'Town']);
    expect(rows).toEqual([
      [2000, 'Cy', 'Bern'],
      [1990, 'Bob', 'Köln'],
    ]);
  });

  it('fills, casts with a count of what was lost, and encodes', async () => {
    const { names, rows, notes } = await one({
      steps: [
        { step: 'impute', columns: ['age'], method: 'median' },
        { step: 'cast', column: 'Name', type: 'integer', onFailure: 'null' },
        { step: 'encode', column: 'city', method: 'one_hot' },
        { step: 'keep', columns: ['age', 'Name', 'city=Bern', 'city=Köln'] },
      ],
    });
    expect(names).toEqual(['age', 'Name', 'city=Bern', 'city=Köln']);
    expect(rows[1]).toEqual([20, null, 0, 1]);
    expect(notes).toEqual([
      'Filled 1 missing value of "age" by median.',
      '4 values of "Name" cannot be integer, such as "Ada": made missing.',
    ]);
  });

  it('makes times of text, and seconds of times', async () => {
    const { rows, notes } = await one({
      steps: [
        { step: 'derive', name: 'woke', expression: "CASE WHEN age > 30 THEN '6:45 AM' ELSE '26:15' END" },
        { step: 'cast', column: 'woke', type: 'time', onFailure: 'null' },
        { step: 'derive', name: 'seconds', expression: 'woke' },
        { step: 'cast', column: 'seconds', type: 'integer', onFailure: 'null' },
        { step: 'keep', columns: ['woke', 'seconds'] },
      ],
    });
    expect(rows.slice(0, 2)).toEqual([
      ['06:45:00', 24_300],
      [null, null],
    ]);
    expect(notes[0]).toMatch(/^3 values of "woke" cannot be time, such as "26:15"/);
  });

  it('makes no whole seconds of a time that has parts of one', async () => {
    const times = { a: '08:30:00.7', b: '08:30:01' };
    const { rows, notes } = await one({
      steps: [
        ...Object.entries(times).map(([name, time]) => ({
          step: 'derive' as const,
          name,
          expression: `TIME '${time}'`,
        })),
        ...Object.keys(times).map((column) => ({
          step: 'cast' as const,
          column,
          type: 'integer' as const,
          onFailure: 'null' as const,
        })),
        { step: 'keep', columns: Object.keys(times) },
      ],
    });
    expect(rows[0]).toEqual([null, 30_601]);
    expect(notes[0]).toMatch(/4 values of "a" cannot be integer/);
  });

  it('takes a time with an offset as UTC, and the end of a day as the last time that a clock shows', async () => {
    const { rows } = await one({
      sql: "SELECT TIMETZ '00:30:00+02' AS a, TIME '24:00:00' AS b FROM data LIMIT 1",
    });
    expect(rows).toEqual([['22:30:00', '23:59:59.999999']]);
  });

  it('tidies text: spaces at the ends, case, and spellings of one word', async () => {
    const towns = async (step: Omit<Extract<TransformStep, { step: 'tidy' }>, 'step' | 'column'>) => {
      const made = await previewed(spellings, [{ step: 'tidy', column: 'town', ...step }]);
      return { towns: made.rows.map(([town]) => town), notes: made.notes };
    };
    expect(await towns({ trim: true, case: 'keep' })).toEqual({
      towns: ['Bern', 'BERN', 'bern', 'Bern', 'Köln', 'KÖLN', null],
      notes: ['Tidied 3 values of "town".'],
    });
    expect((await towns({ trim: false, case: 'upper' })).towns).toEqual([
      ' BERN',
      'BERN',
      'BERN\u00a0',
      'BERN',
      'KÖLN',
      'KÖLN',
      '  ',
    ]);
    expect((await towns({ trim: true, case: 'common' })).towns).toEqual([
      'Bern',
      'Bern',
      'Bern',
      'Bern',
      'KÖLN',
      'KÖLN',
      null,
    ]);
    await expect(one({ steps: [{ step: 'tidy', column: 'age', trim: true, case: 'keep' }] })).rejects.toThrow(
      '"age" holds no text',
    );
  });

  it('shows beforehand how many rows and which columns each step leaves, of a moderate table exactly', async () => {
    const rows = Array.from({ length: 1500 }, (_, i) => `${i},${i % 5 === 0 ? 'a' : 'b'}`);
    const seen = await previewed(`n,kind\n${rows.join('\n')}`, [
      { step: 'filter', where: "kind = 'b'" },
      { step: 'rename', column: 'kind', to: 'sort' },
      { step: 'split', testShare: 0.25, seed: 1 },
    ]);
    expect(seen).toMatchObject({
      sampled: false,
      counts: {
        total: 1500,
        taken: 1500,
        after: [
          { rows: 1200, columns: ['n', 'kind'] },
          { rows: 1200, columns: ['n', 'sort'] },
          { rows: 900, columns: ['n', 'sort'] },
        ],
      },
    });
    expect(seen.rows).toHaveLength(10);
    const long = await previewed(`n\n${Array.from({ length: 100_200 }, (_, i) => i % 7).join('\n')}`, [
      { step: 'deduplicate', columns: ['n'] },
    ]);
    expect(long).toMatchObject({
      sampled: true,
      counts: { total: 100_200, taken: 100_000, after: [{ rows: 7, columns: ['n'] }] },
    });
  });

  it('joins another datakit by columns and keeps the order of the rows', async () => {
    const { names, rows } = await one({
      steps: [
        {
          step: 'join',
          datakitId: '7d3d8f8e-0000-4000-8000-000000000000',
          version: 1,
          on: [{ left: 'city', right: 'city' }],
          type: 'left',
          prefix: 'of_',
        },
        { step: 'keep', columns: ['Name', 'of_code'] },
      ],
    });
    expect(names).toEqual(['Name', 'of_code']);
    expect(rows.map(([, code]) => code)).toEqual([3000, 50667, 3000, 3000]);
  });

  it('splits the same way for a seed, every row in one part', async () => {
    const steps: TransformStep[] = [{ step: 'split', testShare: 0.5, seed: 7 }];
    const [first, again] = [await make({ steps }), await make({ steps })];
    expect(first.made.map(({ rows }) => rows.length)).toEqual([2, 2]);
    expect(again.made).toEqual(first.made);
  });

  it.for([
    [{ step: 'drop', columns: ['nobody'] }, 'steps.0.columns.0', /no column "nobody"/],
    [{ step: 'rename', column: 'age', to: 'city' }, 'steps.0.to', /same name "city"/],
    [{ step: 'filter', where: 'agee > 3' }, 'steps.0.where', /Line 1, column 1: There is no column "agee"/],
    [{ step: 'filter', where: 'true) FROM data; DROP VIEW data; SELECT (1' }, 'steps.0.where', /./],
    [
      { step: 'derive', name: 'x', expression: "current_setting('allowed_paths')" },
      'steps.0.expression',
      /cannot be used/,
    ],
    [
      {
        step: 'join',
        datakitId: '7d3d8f8e-0000-4000-8000-000000000000',
        version: 1,
        on: [{ left: 'Name', right: 'code' }],
        type: 'left',
        prefix: 'its_',
      },
      'steps.0.on',
      /^The text "Ada" is not a whole number/,
    ],
    [{ step: 'filter', where: 'Name::INTEGER > 3' }, 'steps.0.where', /^(?!.*column 8)/],
    [{ step: 'impute', columns: ['city'], method: 'mean' }, 'steps.0.columns', /no numbers/],
    [{ step: 'cast', column: 'Name', type: 'integer', onFailure: 'refuse' }, 'steps.0.type', /4 values/],
  ] as [TransformStep, string, RegExp][])('refuses %o at its field', async ([step, field, message]) => {
    const error = await make({ steps: [step] }).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(QueryError);
    expect(error).toMatchObject({ field, message: expect.stringMatching(message) });
  });
});

describe('a transformation by SQL', () => {
  it('stores the rows of a SELECT, sums of whole numbers as such', async () => {
    const { names, rows } = await one({
      sql: 'SELECT city, sum(age) AS "Sum" FROM data GROUP BY 1 ORDER BY 1',
    });
    expect(names).toEqual(['city', 'Sum']);
    expect(rows).toEqual([
      ['Bern', 76],
      ['Köln', null],
    ]);
  });

  it('refuses two columns of one name, and a result without rows', async () => {
    await expect(one({ sql: 'SELECT 1 AS a, 2 AS a FROM data' })).rejects.toThrow(/same name "a"/);
    await expect(one({ sql: 'SELECT * FROM data WHERE false' })).rejects.toThrow(/no rows/);
  });
});

describe('rows below a column of times', () => {
  const below = (second: string) =>
    withFolder(async (folder) => {
      const { parquet, columns } = await store(folder, 'first', 'woke,n\n6:45,1\n7:15,2');
      const source = join(folder, 'second.csv');
      await writeFile(source, second);
      const joined = join(folder, 'joined.parquet');
      const input = { source, intake: takeIn(second), base: { parquet, columns }, parquet: joined };
      const limits = { temp: join(folder, 'j'), tempBytes: 2 ** 30, memoryMb: 256, threads: 1 };
      const made = await profileFile({ ...input, ...limits }, quiet);
      const page = { columns: made.columns, offset: 0, limit: 10, filters: [] };
      const { rows } = await previewTable({ parquet: joined, ...page });
      return { columns: made.columns, woke: rows.map(([cell]) => cell) };
    });

  it('are times too', async () => {
    const { columns, woke } = await below('n,woke\n3,8:00 PM\n4,\n');
    expect(columns[0]).toEqual({ name: 'woke', type: 'time' });
    expect(woke).toEqual(['06:45:00', '07:15:00', '20:00:00', null]);
  });

  it.each(['2024-05-01T08:30:00Z', '26:15'])('may not hold %s', async (value) => {
    await expect(below(`n,woke\n3,${value}\n`)).rejects.toThrow(
      /"woke" holds times of day, but the file has/,
    );
  });
});

describe('an export', () => {
  it.for(['csv', 'json', 'parquet'] as const)('as %s reads back as the same table', async (format) => {
    await withFolder(async (folder) => {
      const hard = [
        'Age,age,"a ""b"", c",born,at,Ünï 漢字,yes,woke',
        '1,1.5,"line\nbreak",2000-02-29,2024-05-31T10:11:12.5Z,"quote "" here",true,6:45',
        ',0.1,plain,,2024-05-31T10:11:12Z,😀,false,23:59:59.000001',
        '9007199254740993,-2.5,"  spaced  ",1999-12-31,,x,,',
      ].join('\n');
      const { parquet, columns } = await store(folder, 'hard', hard);
      const file = join(folder, `out.${format}`);
      await exportTable({ parquet, columns: columns.map(({ name }) => name), format, file });
      const bytes = await readFile(file);
      const again = join(folder, 'again.parquet');
      const back = await profileFile(
        {
          source: file,
          intake: takeIn(bytes),
          parquet: again,
          temp: join(folder, 't'),
          tempBytes: 2 ** 30,
          memoryMb: 256,
          threads: 1,
        },
        quiet,
      );
      expect(back.columns).toEqual(columns);
      expect(columns.at(-1)).toEqual({ name: 'woke', type: 'time' });
      const page = { columns, offset: 0, limit: 10, filters: [] };
      expect(await previewTable({ parquet: again, ...page })).toEqual(
        await previewTable({ parquet, ...page }),
      );
    });
  });
});

it('what does not find room on the disk is ended, with what to do', async () => {
  await expect(make({ sql: 'SELECT hash(range) AS n FROM range(100_000_000)' })).rejects.toMatchObject({
    code: 'QUERY_LIMIT',
    message:
      'The result needs more room on the disk than there is to spare. Filter or aggregate earlier, or select fewer columns.',
  });
});
