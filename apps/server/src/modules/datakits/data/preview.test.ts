import { describe, expect, it } from 'vitest';
import { profiled } from './fixtures/files.ts';
import { parseFilters, parseSort, PreviewError } from './page-request.ts';
import { previewTable, type PreviewInput } from './preview.ts';

const table = [
  'name,age,born,active,score,long,woke',
  'Ada,36,1815-12-10,true,1.5,9007199254740993,6:45',
  'Grace,85,1906-12-09,false,,9007199254740995,',
  'Alan,41,1912-06-23,true,inf,1,7:00',
  'grace,7,2017-01-01,,2.5,2,12:00',
  "O'Neil,41,1912-06-24,false,-1,3,23:10",
].join('\n');

type Question = Partial<Omit<PreviewInput, 'sort' | 'filters'>> & { sort?: string; filter?: unknown };

async function ask(questions: readonly Question[]) {
  const answers: Awaited<ReturnType<typeof previewTable>>[] = [];
  await profiled(table, async (parquet, { columns }) => {
    for (const { sort, filter, ...page } of questions) {
      const filters = parseFilters(filter === undefined ? undefined : JSON.stringify(filter), columns);
      answers.push(
        await previewTable({
          parquet,
          columns,
          offset: 0,
          limit: 50,
          ...page,
          filters,
          sort: parseSort(sort, columns),
        }),
      );
    }
  });
  return answers;
}

const names = (answer: { rows: unknown[][] } | undefined) => answer?.rows.map(([name]) => name);

describe('preview', () => {
  it('shows pages in the order of the file, with the total', async () => {
    const [first, second, beyond] = await ask([{ limit: 2 }, { offset: 2, limit: 2 }, { offset: 99 }]);
    expect(first).toEqual({
      rows: [
        ['Ada', 36, '1815-12-10T00:00:00.000Z', true, 1.5, '9007199254740993', '06:45:00'],
        ['Grace', 85, '1906-12-09T00:00:00.000Z', false, null, '9007199254740995', null],
      ],
      total: 5,
    });
    expect(names(second)).toEqual(['Alan', 'grace']);
    expect(beyond).toEqual({ rows: [], total: 5 });
  });

  it('sorts up and down, missing values last, equal ones as in the file', async () => {
    const [up, down, sparse] = await ask([{ sort: 'age' }, { sort: '-age' }, { sort: '-active' }]);
    expect(names(up)).toEqual(['grace', 'Ada', 'Alan', "O'Neil", 'Grace']);
    expect(names(down)).toEqual(['Grace', 'Alan', "O'Neil", 'Ada', 'grace']);
    expect(names(sparse)?.at(-1)).toBe('grace');
  });

  it.each([
    ['=', 'age', 41, ['Alan', "O'Neil"]],
    ['=', 'age', '41', ['Alan', "O'Neil"]],
    ['!=', 'active', true, ['Grace', "O'Neil"]],
    ['<', 'age', 36.5, ['Ada', 'grace']],
    ['<=', 'age', 36, ['Ada', 'grace']],
    ['>', 'born', '1912-06-23', ['grace', "O'Neil"]],
    ['>=', 'born', '1912-06-23T00:00:00Z', ['Alan', 'grace', "O'Neil"]],
    ['=', 'born', Date.UTC(1912, 5, 24), ["O'Neil"]],
    ['=', 'name', "O'Neil", ["O'Neil"]],
    ['contains', 'name', 'GRACE', ['Grace', 'grace']],
    ['contains', 'age', 4, ['Alan', "O'Neil"]],
    ['=', 'long', '9007199254740993', ['Ada']],
    ['>=', 'woke', '7:00', ['Alan', 'grace', "O'Neil"]],
    ['<', 'woke', '12:00 PM', ['Ada', 'Alan']],
    ['=', 'woke', '06:45:00', ['Ada']],
    ['missing', 'woke', undefined, ['Grace']],
    ['missing', 'score', undefined, ['Grace']],
    ['missing', 'active', undefined, ['grace']],
  ])('filters by %s on %s', async (operator, column, value, expected) => {
    const [answer] = await ask([{ filter: [{ column, operator, value }] }]);
    expect(names(answer)).toEqual(expected);
    expect(answer?.total).toBe(expected.length);
  });

  it('asks for every filter to hold', async () => {
    const filter = [
      { column: 'age', operator: '=', value: 41 },
      { column: 'active', operator: '=', value: false },
    ];
    const [answer] = await ask([{ filter, sort: '-name', limit: 1 }]);
    expect(answer).toMatchObject({
      rows: [["O'Neil", 41, expect.anything(), false, -1, 3, '23:10:00']],
      total: 1,
    });
  });

  it('takes SQL in a value for text', async () => {
    const value = "x' OR 1=1; --";
    const [answer] = await ask([{ filter: [{ column: 'name', operator: '=', value }] }]);
    expect(answer).toEqual({ rows: [], total: 0 });
  });
});

describe('preview: what it refuses', () => {
  const columns = [
    { name: 'age', type: 'integer' },
    { name: '-age', type: 'numeric' },
    { name: 'born', type: 'datetime' },
    { name: 'ok', type: 'boolean' },
    { name: 'woke', type: 'time' },
  ] as const;

  function refusal(run: () => unknown): PreviewError {
    try {
      run();
    } catch (error) {
      if (error instanceof PreviewError) return error;
      throw error;
    }
    throw new Error('It was accepted.');
  }

  it.each([
    ['[', 'VALIDATION_FAILED', /JSON/],
    ['{}', 'VALIDATION_FAILED', /array|list/i],
    ['[{"column": "age", "operator": "~", "value": 1}]', 'VALIDATION_FAILED', /Filter 1.*operator/],
    ['[{"column": "age", "operator": "="}]', 'VALIDATION_FAILED', /needs a value/],
    ['[{"column": "age", "operator": "=", "value": "old"}]', 'VALIDATION_FAILED', /a number/],
    ['[{"column": "born", "operator": ">", "value": "soon"}]', 'VALIDATION_FAILED', /a date/],
    ['[{"column": "woke", "operator": "=", "value": "26:15"}]', 'VALIDATION_FAILED', /a time of day/],
    ['[{"column": "ok", "operator": "=", "value": 3}]', 'VALIDATION_FAILED', /true or false/],
    ['[{"column": "Age", "operator": "=", "value": 1}]', 'UNKNOWN_FIELD', /"Age"/],
    ['[{"column": "age", "operator": "=", "value": 1, "or": 2}]', 'VALIDATION_FAILED', /Filter 1/],
  ])('refuses the filter %s', (text, code, message) => {
    const error = refusal(() => parseFilters(text, columns));
    expect(error).toMatchObject({ code, field: 'filter' });
    expect(error.message).toMatch(message);
  });

  it('refuses an unknown column to sort by', () => {
    expect(refusal(() => parseSort('size', columns))).toMatchObject({ code: 'UNKNOWN_FIELD', field: 'sort' });
    expect(refusal(() => parseSort('--born', columns)).code).toBe('UNKNOWN_FIELD');
  });

  it('reads a leading minus as downwards unless a column is named so', () => {
    expect(parseSort('-born', columns)).toEqual({ column: 'born', descending: true });
    expect(parseSort('-age', columns)).toEqual({ column: '-age', descending: false });
    expect(parseSort('--age', columns)).toEqual({ column: '-age', descending: true });
    expect(parseSort(undefined, columns)).toBeUndefined();
  });
});
