import { createConnection } from 'node:net';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import type { ErrorReply } from '@quadrax/contract';
import {
  eventually,
  gradesCsv,
  newModel,
  readyDatakit,
  startTestServer,
  trainedModel,
  uploadForm,
} from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let client: TestClient;

beforeAll(async () => {
  server = await startTestServer({ env: { MAX_FILE_SIZE: '40MB' } });
  client = await server.register();
});
afterAll(() => server.close());

const filesKept = async (): Promise<string[]> => {
  const entries = await readdir(join(server.dataDir, 'objects'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name !== 'installation').map(({ name }) => name);
};

/** Nothing of a refused upload is left: no datakit, no job, no visible object, no file. */
const expectNothingKept = async (): Promise<void> => {
  expect((await client.page(routes.datakits.list)).items).toEqual([]);
  expect((await client.page(routes.jobs.list)).items).toEqual([]);
  const rows = await server.database.owner(`SELECT 1 FROM quadrax.objects WHERE state <> 'deleted'`);
  expect(rows).toEqual([]);
  await eventually('no file is left', filesKept, (files) => files.length === 0, 5000);
};

const utf16 = (text: string, bom: boolean): Buffer =>
  Buffer.concat([bom ? Buffer.from([0xff, 0xfe]) : Buffer.alloc(0), Buffer.from(text, 'utf16le')]);

const columns = (count: number): string => Array.from({ length: count }, (_unused, i) => `c${i}`).join(',');

describe('an upload is refused whole, naming the field, and leaves nothing:', () => {
  it.each<[string, string | Uint8Array, number, string]>([
    ['an empty file', '', 400, 'EMPTY_FILE'],
    ['a header and no row', 'a,b,c\n', 422, 'UNREADABLE_FILE'],
    [
      'a picture under a .csv name',
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      415,
      'UNSUPPORTED_TYPE',
    ],
    ['a PDF under a .csv name', '%PDF-1.7\n1 0 obj\n', 415, 'UNSUPPORTED_TYPE'],
    ['a NUL character in UTF-16', utf16('a,b\n1,\u0000\n3,4\n', true), 422, 'UNREADABLE_FILE'],
    ['an open quote in UTF-16 without a mark', utf16('a,b\n1,"2\n3,4\n', false), 422, 'UNREADABLE_FILE'],
    ['a NUL byte', 'a,b\n1,2\n3,\u00004\n', 422, 'UNREADABLE_FILE'],
    ['a NUL byte far into the file', `a,b\n${'1,2\n'.repeat(100_000)}3,\u00004\n`, 422, 'UNREADABLE_FILE'],
    ['a quote that is never closed', `a,b\n1,"two\n${'3,4\n'.repeat(1000)}`, 422, 'UNREADABLE_FILE'],
    ['two columns of one name', 'a,b,a\n1,2,3\n', 422, 'UNREADABLE_FILE'],
    ['a column named __proto__', 'a,__proto__\n1,2\n', 422, 'UNREADABLE_FILE'],
    ['10,000 columns', `${columns(10_000)}\n${columns(10_000)}\n`, 422, 'UNREADABLE_FILE'],
  ])('%s', async (_what, content, status, code) => {
    const refused = await client.refused(routes.datakits.upload, { form: uploadForm(content, 'table.csv') });
    expect(refused).toMatchObject({ status, code });
    if (code !== 'EMPTY_FILE') expect(refused.details?.[0]?.field).toBe('dataset');
    expect(refused.error.length).toBeGreaterThan(10);
    await expectNothingKept();
  });

  it('no file', async () => {
    const form = new FormData();
    form.append('name', 'Nothing');
    expect(await client.refused(routes.datakits.upload, { form })).toMatchObject({
      status: 400,
      code: 'NO_FILE',
      details: [{ field: 'dataset' }],
    });
  });

  it('a file in another field', async () => {
    const form = new FormData();
    form.append('file', new Blob(['a,b\n1,2\n']), 'table.csv');
    expect(await client.refused(routes.datakits.upload, { form })).toMatchObject({
      status: 400,
      code: 'NO_FILE',
      details: [{ field: 'file' }],
    });
    await expectNothingKept();
  });

  it('two files', async () => {
    const form = uploadForm(gradesCsv(), 'grades.csv');
    form.append('dataset', new Blob([gradesCsv()]), 'more.csv');
    const refused = await client.refused(routes.datakits.upload, { form });
    expect(refused).toMatchObject({
      status: 400,
      code: 'VALIDATION_FAILED',
      details: [{ field: 'dataset', message: 'Send one file, not several.' }],
    });
    await expectNothingKept();
  });

  it('more fields than a form has', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_unused, i) => [`field${i}`, 'x']));
    const refused = await client.refused(routes.datakits.upload, {
      form: uploadForm(gradesCsv(), 'grades.csv', many),
    });
    expect(refused).toMatchObject({ status: 400, details: [{ field: 'body' }] });
    await expectNothingKept();
  });

  it('no multipart form', async () => {
    expect(await client.refused(routes.datakits.upload, { body: { dataset: 'a,b' } })).toMatchObject({
      status: 400,
      code: 'NO_FILE',
    });
  });

  it('a name that is too long', async () => {
    const form = uploadForm(gradesCsv(), 'grades.csv', { name: 'n'.repeat(256) });
    expect(await client.refused(routes.datakits.upload, { form })).toMatchObject({
      status: 400,
      details: [{ field: 'name' }],
    });
    await expectNothingKept();
  });

  it('more bytes than the server takes', async () => {
    const form = uploadForm(`a,b\n${'1,2\n'.repeat(11_000_000)}`, 'large.csv');
    expect(await client.refused(routes.datakits.upload, { form })).toMatchObject({
      status: 413,
      code: 'TOO_LARGE',
    });
    await expectNothingKept();
  });

  it('one line without an end, in bounded memory', async () => {
    const before = process.memoryUsage().rss;
    const form = uploadForm(`a,b\n1,${'x'.repeat(39_000_000)}`, 'line.csv');
    expect(await client.refused(routes.datakits.upload, { form })).toMatchObject({
      status: 422,
      code: 'UNREADABLE_FILE',
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
    await expectNothingKept();
  });

  it('an upload that is cut in the middle', async () => {
    const { port } = new URL(server.url);
    const socket = createConnection({ port: Number(port), host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.write(
      [
        'POST /api/v1/datakits/upload HTTP/1.1',
        'Host: localhost',
        `Authorization: Bearer ${client.token}`,
        'Content-Type: multipart/form-data; boundary=cut',
        'Content-Length: 1000000',
        '',
        '--cut',
        'Content-Disposition: form-data; name="dataset"; filename="grades.csv"',
        '',
        gradesCsv(),
      ].join('\r\n'),
    );
    await eventually('the upload has begun', filesKept, (files) => files.length === 1);
    socket.destroy();
    await expectNothingKept();
  });
});

it('a path in a file name is cut off', async () => {
  const other = await server.register();
  const datakit = await other.call(routes.datakits.upload, {
    form: uploadForm(gradesCsv(), '../../../etc/passwd.csv'),
  });
  expect(datakit).toMatchObject({ name: 'passwd', fileName: 'passwd.csv' });
});

describe('a training that cannot work is refused before it is queued:', () => {
  const bodyOf = (datakitId: string, changes: Record<string, unknown>) => ({
    datakitId,
    target: 'grade',
    algorithm: 'baseline',
    validation: { folds: 2 },
    ...changes,
  });
  const table = (target: readonly string[]): string =>
    `x,grade\n${target.map((value, i) => `${i},${value}`).join('\n')}\n`;

  it.each<[string, string, Record<string, unknown>, number, string]>([
    ['a target with one class', table(['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a']), {}, 422, 'target'],
    [
      'fewer rows than folds',
      table(['a', 'b', 'a', 'b']),
      { validation: { folds: 10 } },
      422,
      'validation.folds',
    ],
    ['an unknown target', gradesCsv(), { target: 'nothing' }, 400, 'target'],
    ['an unknown feature', gradesCsv(), { features: ['hours', 'nothing'] }, 400, 'features[1]'],
    ['the target among the features', gradesCsv(), { features: ['hours', 'grade'] }, 422, 'features'],
    ['unknown weights', gradesCsv(), { weights: 'nothing' }, 400, 'weights'],
    ['weights that are no numbers', gradesCsv(), { weights: 'city' }, 422, 'weights'],
  ])('%s', async (_what, csv, changes, status, field) => {
    const own = await server.register();
    const { id: datakitId } = await readyDatakit(own, csv);
    const { id } = await newModel(own);
    const refused = await own.refused(routes.models.train, {
      params: { id },
      body: bodyOf(datakitId, changes),
    });
    expect(refused.status).toBe(status);
    expect(refused.details?.[0]?.field).toBe(field);
    expect((await own.page(routes.jobs.list, { query: { kind: 'model.train' } })).items).toEqual([]);
  });

  it('NaN and infinities in the data are no numbers and no harm', async () => {
    const own = await server.register();
    const rows = Array.from(
      { length: 40 },
      (_unused, i) => `${i % 5 === 0 ? 'NaN' : i % 7 === 0 ? 'inf' : i},${i % 2 === 0 ? 'a' : 'b'}`,
    );
    const { id: datakitId } = await readyDatakit(own, `x,grade\n${rows.join('\n')}\n`);
    const profile = await own.call(routes.datakits.profile, { params: { id: datakitId } });
    expect(profile.columns[0]).toMatchObject({ name: 'x', missing: 8, max: 39 });
    expect(profile.warnings).toContainEqual(expect.objectContaining({ code: 'NOT_FINITE', column: 'x' }));
    await trainedModel(own, datakitId);
  });
});

describe('a form without an end to its parts is refused:', () => {
  it.each([
    ['no boundary', 'multipart/form-data'],
    ['one that is too long', `multipart/form-data; boundary=${'x'.repeat(5000)}`],
  ])('%s', async (_what, type) => {
    for (const path of ['/api/v1/datakits/upload', '/api/v1/models/import']) {
      const reply = await client.request('POST', path, { headers: { 'content-type': type }, body: 'abc' });
      expect(reply).toMatchObject({ status: 400, body: { code: 'MALFORMED_BODY' } });
    }
  });
});

describe('a prediction names every field that is wrong:', () => {
  let own: TestClient;
  let id: string;
  let datakitId: string;
  beforeAll(async () => {
    own = await server.register();
    datakitId = (await readyDatakit(own)).id;
    const { model } = await trainedModel(own, datakitId);
    id = model.id;
    await own.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
  });

  const good = { hours: 20, city: 'Bern', rainfall: 3.5 };
  it.each<[string, unknown, string[]]>([
    ['a field that is missing', { hours: 20, city: 'Bern' }, ['rainfall']],
    ['a field that is unknown', { ...good, colour: 'red' }, ['colour']],
    ['text for a number', { ...good, rainfall: '3.5' }, ['rainfall']],
    ['a list for a number', { ...good, rainfall: [3.5] }, ['rainfall']],
    ['several at once', { hours: 'x', city: 7, rainfall: 3 }, ['hours', 'city']],
    ['a row among many', [good, { ...good, hours: true }], ['inputs[1].hours']],
    ['no row', [], ['inputs']],
    ['no object', 'Bern', ['inputs']],
  ])('%s', async (_what, inputs, fields) => {
    const refused = await own.refused(routes.models.predict, { params: { id }, body: { inputs } });
    expect(refused).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    expect(refused.details?.map(({ field }) => field)).toEqual(fields);
  });

  it.each([
    '{"inputs":{"hours":NaN,"city":"Bern","rainfall":1}}',
    '{"inputs":{"hours":Infinity}}',
    '{"inputs":',
    'hours=20',
  ])('a body that is no JSON: %s', async (text) => {
    const reply = await own.request('POST', `/api/v1/models/${id}/predict`, {
      headers: { 'content-type': 'application/json' },
      body: text,
    });
    expect(reply.status).toBe(400);
    expect((reply.body as ErrorReply).code).toBe('MALFORMED_BODY');
  });

  it('a number too large to be one', async () => {
    for (const number of ['1e999', '1e308', '-1e301']) {
      const text = `{"inputs":{"hours":${number},"city":"Bern","rainfall":1}}`;
      const reply = await own.request('POST', `/api/v1/models/${id}/predict`, {
        headers: { 'content-type': 'application/json' },
        body: text,
      });
      expect(reply.status).toBe(400);
      expect((reply.body as ErrorReply).details?.[0]?.field).toBe('hours');
    }
  });

  it.each([
    'to=9999-12-31T23:59:59Z',
    'to=0000-01-01T00:00:00Z',
    'from=0000-01-01T00:00:00Z&to=0000-01-02T00:00:00Z',
  ])('a time at which nothing can have been counted: %s', async (query) => {
    const { status } = await own.request('GET', `/api/v1/models/${id}/monitoring?${query}`);
    expect([200, 400]).toContain(status);
  });

  it('a plan that is none, or for what does not search', async () => {
    const train = (body: Record<string, unknown>) =>
      own.send(routes.models.train, { params: { id }, body: { datakitId, target: 'grade', ...body } });
    const trial = { algorithm: 'linear', parameters: { foo: 1 }, rungs: 1 };
    expect(await train({ algorithm: 'auto', plan: { trials: [], ensemble: true } })).toMatchObject({
      status: 400,
    });
    expect(await train({ algorithm: 'linear', plan: { trials: [trial], ensemble: true } })).toMatchObject({
      status: 422,
      body: { code: 'UNTRAINABLE', details: [{ field: 'plan' }] },
    });
    expect(await train({ algorithm: 'auto', plan: { trials: [trial], ensemble: true } })).toMatchObject({
      status: 422,
      body: { code: 'UNTRAINABLE', details: [{ field: 'plan.trials[0].parameters.foo' }] },
    });
  });

  it('and takes a good row, with missing values as null', async () => {
    const { predictions } = await own.call(routes.models.predict, {
      params: { id },
      body: { inputs: [good, { ...good, hours: null }] },
    });
    expect(predictions).toHaveLength(2);
    expect(['pass', 'fail']).toContain(predictions[0]?.label);
  });
});
