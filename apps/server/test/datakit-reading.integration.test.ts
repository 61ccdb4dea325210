import { routes } from '@quadrax/contract';
import type { Datakit, DatakitVersion } from '@quadrax/contract';
import { jobSucceeds, startTestServer, uploadForm } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workbookOf } from '../src/modules/datakits/data/fixtures/files.ts';

const { upload, startUpload, appendUpload, completeUpload, append, replace, preview, profile, list } =
  routes.datakits;

let server: TestServer;
let ada: TestClient;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  ada = await server.register();
});

/** Text of Latin and Cyrillic letters in Windows-1251. */
const cyrillic = (text: string): Buffer =>
  Buffer.from(Array.from(text, (char) => char.charCodeAt(0) - (char < '\u0080' ? 0 : 0x350)));

const ready = async (datakit: Datakit): Promise<Datakit> => {
  await jobSucceeds(ada, datakit.jobId ?? '');
  return datakit;
};
const send = (content: string | Uint8Array, fields: Record<string, string>, fileName = 'data.csv') =>
  ada.call(upload, { form: uploadForm(content, fileName, fields) });
const rowsOf = async ({ id, version }: Datakit): Promise<unknown[][]> =>
  (await ada.call(preview, { params: { id }, query: { version } })).rows;
const versionOf = ({ id, version }: Datakit): Promise<DatakitVersion> =>
  ada.call(routes.datakits.version, { params: { id, version } });
const warningsOf = async ({ id }: Datakit): Promise<string[]> =>
  (await ada.call(profile, { params: { id } })).warnings.map(({ code }) => code);

describe('how a file is read', () => {
  it('is stated with its upload, and kept with the version', async () => {
    // Too little to guess by: a letter here and there may be of any alphabet.
    const content = cyrillic('код;и\nя;1,5\nж;2,5\n');
    const datakit = await ready(
      await send(content, { encoding: 'CP1251', delimiter: 'semicolon', header: 'yes' }),
    );
    expect(await rowsOf(datakit)).toEqual([
      ['я', 1.5],
      ['ж', 2.5],
    ]);
    expect(await versionOf(datakit)).toMatchObject({
      reading: {
        encoding: 'windows-1251',
        delimiter: ';',
        header: 'yes',
        stated: ['encoding', 'delimiter', 'header'],
      },
    });
    expect(await warningsOf(datakit)).not.toContain('ENCODING');
  });

  it('is guessed where nothing is stated, and told', async () => {
    const datakit = await ready(await send('Report\na;b\n1;02/03/2020\n2;04/05/2020\n', {}));
    expect((await versionOf(datakit)).reading).toEqual({
      encoding: 'utf-8',
      delimiter: ';',
      header: 'yes',
      skippedLines: 1,
      stated: [],
    });
    expect(await warningsOf(datakit)).toEqual(expect.arrayContaining(['SKIPPED_LINES', 'AMBIGUOUS_DATES']));
  });

  it.each([
    ['encoding', 'utf-9', /"utf-9" is no encoding.*windows-1251/],
    ['encoding', 'constructor', /"constructor" is no encoding/],
    ['delimiter', 'ab', /one ASCII character/],
    ['delimiter', '"', /one ASCII character/],
    ['header', 'perhaps', /yes/],
    ['dateOrder', 'year-first', /day-first/],
  ])('is refused where %s is %s, and nothing is kept', async (field, value, message) => {
    const body = { [field]: value, fileName: 'a.csv', bytes: 8 };
    const form = uploadForm('a,b\n1,2\n', 'a.csv', { [field]: value });
    for (const refused of [await ada.send(upload, { form }), await ada.send(startUpload, { body })]) {
      expect(refused.status).toBe(400);
      expect(refused.body).toMatchObject({
        code: 'VALIDATION_FAILED',
        details: [{ field, message: expect.stringMatching(message) }],
      });
    }
    expect(await ada.call(list)).toEqual([]);
  });

  it('cannot be stated after the file, which is read by then', async () => {
    const form = uploadForm('a,b\n1,2\n', 'a.csv');
    form.append('delimiter', ';');
    const refused = await ada.send(upload, { form });
    expect(refused.body).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ field: 'delimiter', message: 'Send this field before the file.' }],
    });
    expect(await ada.call(list)).toEqual([]);
  });

  it('is stated with an upload in parts, which may cut a character in two', async () => {
    const bytes = Buffer.from('day,word\n02/06/2020,größer\n03/04/2020,日本\n', 'utf16le').swap16();
    const body = { fileName: 'parts.csv', bytes: bytes.length, encoding: 'utf-16be', dateOrder: 'day-first' };
    const { id } = await ada.call(startUpload, { body });
    const cut = 41;
    for (const [from, to] of [
      [0, cut],
      [cut, bytes.length],
    ] as const)
      await ada.call(appendUpload, {
        params: { id },
        headers: { 'upload-offset': String(from) },
        bytes: new Uint8Array(bytes.subarray(from, to)),
      });
    const datakit = await ready(await ada.call(completeUpload, { params: { id } }));
    expect(await rowsOf(datakit)).toEqual([
      ['2020-06-02T00:00:00.000Z', 'größer'],
      ['2020-04-03T00:00:00.000Z', '日本'],
    ]);
    expect((await versionOf(datakit)).reading).toMatchObject({
      encoding: 'utf-16be',
      dateOrder: 'day-first',
      stated: ['encoding', 'dateOrder'],
    });
  });

  it.each([
    ['appended', append],
    ['replaced', replace],
  ] as const)('of dates in rows that are %s is that of the version before', async (made, route) => {
    const { id } = await ready(await send('at,n\n25/12/2020,1\n01/02/2021,2\n', {}));
    for (const [text, date] of [
      ['03/04/2021', '2021-04-03'],
      ['05/06/2021', '2021-06-05'],
    ] as const) {
      const form = uploadForm(`at,n\n${text},3\n`, 'more.csv');
      const next = await ready(await ada.call(route, { params: { id }, form }));
      expect((await rowsOf(next)).at(-1)).toEqual([`${date}T00:00:00.000Z`, 3]);
      expect(await ada.call(routes.datakits.profile, { params: { id } })).toMatchObject({
        dateOrder: 'day-first',
      });
      // Of rows that tell nothing, it is said why they were read so.
      if (made === 'replaced') expect(await warningsOf(next)).toContain('AMBIGUOUS_DATES');
    }
  });

  it('of dates is still known after a transformation, and a guess is not kept', async () => {
    const { id } = await ready(await send('at,n,m\n25/12/2020,1,2\n', {}));
    const body = { steps: [{ step: 'drop', columns: ['m'] }] };
    await ready(await ada.call(routes.datakits.transform, { params: { id }, body }));
    const form = () => uploadForm('at,n\n03/04/2021,3\n', 'more.csv');
    const next = await ready(await ada.call(append, { params: { id }, form: form() }));
    expect((await rowsOf(next)).at(-1)).toEqual(['2021-04-03T00:00:00.000Z', 3]);

    const guessed = await ready(await send('at;n\n03/04/2021;3\n', {}));
    const later = uploadForm('at;n\n03/04/2021;1,5\n', 'more.csv');
    const replaced = await ready(await ada.call(replace, { params: { id: guessed.id }, form: later }));
    // Semicolons and a decimal comma say more than the guess before.
    expect(await rowsOf(replaced)).toEqual([['2021-04-03T00:00:00.000Z', 1.5]]);
  });

  it.each([
    ['appended', append],
    ['replaced', replace],
  ] as const)('is stated of rows that are %s', async (made, route) => {
    const { id } = await ready(await send('слово,n\nодин,1\n', {}));
    const form = uploadForm(cyrillic('слово,n\nж,2\n'), 'more.csv', { encoding: 'windows-1251' });
    const next = await ready(await ada.call(route, { params: { id }, form }));
    const added = [['ж', 2]];
    expect(await rowsOf(next)).toEqual(made === 'appended' ? [['один', 1], ...added] : added);
    expect((await versionOf(next)).reading).toMatchObject({ encoding: 'windows-1251', stated: ['encoding'] });
  });

  it('is nothing that a version has which no file was read for', async () => {
    const { id } = await ready(await send('a,b\n1,2\n', {}));
    const body = { steps: [{ step: 'drop', columns: ['b'] }] };
    const made = await ready(await ada.call(routes.datakits.transform, { params: { id }, body }));
    expect((await versionOf(made)).reading).toBeUndefined();
  });
});

describe('the sheet of a workbook', () => {
  const book = workbookOf({
    'R&D': [['a'], [1]],
    Sales: [
      ['b', 'c'],
      [2, 3],
    ],
  });

  it('is the one that is stated', async () => {
    const datakit = await ready(await send(book, { sheet: 'Sales' }, 'book.xlsx'));
    expect(await rowsOf(datakit)).toEqual([[2, 3]]);
    expect((await versionOf(datakit)).reading).toEqual({ sheet: 'Sales', stated: ['sheet'] });
  });

  it('is refused where there is none of that name, and those that are there are named', async () => {
    const form = uploadForm(book, 'book.xlsx', { sheet: 'Costs' });
    const refused = await ada.send(upload, { form });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({
      code: 'UNREADABLE_FILE',
      error: 'The workbook has no sheet "Costs". Its sheets are "R&D", "Sales".',
    });
    expect(await ada.call(list)).toEqual([]);
  });

  it('is refused as well where the workbook came in parts', async () => {
    const { id } = await ada.call(startUpload, {
      body: { fileName: 'book.xlsx', bytes: book.length, sheet: 'Costs' },
    });
    await ada.call(appendUpload, {
      params: { id },
      headers: { 'upload-offset': '0' },
      bytes: new Uint8Array(book),
    });
    const refused = await ada.send(completeUpload, { params: { id } });
    expect(refused.status).toBe(422);
    expect((await ada.send(routes.datakits.getUpload, { params: { id } })).status).toBe(404);
  });
});
