import { createHash, randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import type { Datakit, Upload } from '@quadrax/contract';
import {
  asOperator,
  eventually,
  gradesCsv,
  jobSucceeds,
  sentUpload,
  startTestServer,
} from '@quadrax/testkit';
import type { RawReply, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appendByHand } from './upload-by-hand.ts';

const { startUpload, getUpload, appendUpload, completeUpload, cancelUpload } = routes.datakits;
const csv = Buffer.from(gradesCsv());

let server: TestServer;
let ada: TestClient;
beforeAll(async () => {
  server = await startTestServer({ env: { MAX_FILE_SIZE: '1MB' } });
});
afterAll(() => server.close());
beforeEach(async () => {
  ada = await server.register();
});

const start = (changes: Record<string, unknown> = {}): Promise<Upload> =>
  ada.call(startUpload, { body: { fileName: 'grades.csv', bytes: csv.length, ...changes } });

const send = (
  id: string,
  offset: number | string,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): Promise<RawReply> =>
  ada.send(appendUpload, {
    params: { id },
    headers: { 'upload-offset': String(offset), ...headers },
    bytes: new Uint8Array(bytes),
  });

const offsetOf = async (id: string): Promise<number> =>
  (await ada.call(getUpload, { params: { id } })).offset;
const complete = (id: string): Promise<Datakit> => ada.call(completeUpload, { params: { id } });
const digestOf = (bytes: Uint8Array): string =>
  `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const filesKept = async (): Promise<string[]> => {
  const entries = await readdir(join(server.dataDir, 'objects', ada.tenantId), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
};

/** The sizes of all files of the tenant together. */
const bytesWritten = async (): Promise<number> => {
  const folder = join(server.dataDir, 'objects', ada.tenantId, 'uploads');
  const sizes = await Promise.all((await filesKept()).map((name) => stat(join(folder, name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
};

/** Nothing of an upload is left: no record, no bytes that count, no file, no datakit. */
const expectNothingKept = async (id: string): Promise<void> => {
  expect((await ada.send(getUpload, { params: { id } })).status).toBe(404);
  expect((await ada.page(routes.datakits.list)).items).toEqual([]);
  const rows = await server.database.owner(
    `SELECT state, bytes FROM quadrax.objects WHERE tenant_id = $1 AND (state <> 'deleted' OR bytes > 0)`,
    [ada.tenantId],
  );
  expect(rows).toEqual([]);
  expect(await filesKept()).toEqual([]);
};

const writers = async (id: string): Promise<number> => {
  const [row] = await server.database.owner<{ count: number }>(
    'SELECT count(writer)::int AS count FROM quadrax.uploads WHERE id = $1',
    [id],
  );
  return row?.count ?? 0;
};

describe('an upload in parts', () => {
  it('becomes the datakit that the file in one piece would be', async () => {
    const upload = await start({ name: 'Grades', description: 'Of a year', sha256: sha256Of(csv) });
    expect(upload).toMatchObject({ offset: 0, status: 'OPEN', bytes: csv.length });
    expect(upload.chunkBytes).toBeGreaterThan(0);
    expect(Date.parse(upload.expiresAt)).toBeGreaterThan(Date.now());
    for (let at = 0; at < csv.length; at += 500) {
      const reply = await send(upload.id, at, csv.subarray(at, at + 500));
      expect(reply.status, reply.text).toBe(200);
      expect(reply.headers.get('upload-offset')).toBe(String(Math.min(at + 500, csv.length)));
    }
    const made = await complete(upload.id);
    expect(made).toMatchObject({
      name: 'Grades',
      description: 'Of a year',
      fileName: 'grades.csv',
      status: 'PROCESSING',
      sizeBytes: csv.length,
      sha256: sha256Of(csv),
    });
    await jobSucceeds(ada, made.jobId ?? '');
    const original = await ada.send(routes.datakits.download, { params: { id: made.id } });
    expect(original.text).toBe(csv.toString());
    expect(await ada.call(getUpload, { params: { id: upload.id } })).toMatchObject({
      status: 'COMPLETE',
      datakitId: made.id,
      version: 1,
    });
    const { items } = await ada.page(routes.audit.list, { query: { action: 'datakit.created' } });
    expect(items.map(({ resourceId }) => resourceId)).toEqual([made.id]);
  });

  it('says how far it has come to HEAD', async () => {
    const { id } = await start();
    await send(id, 0, csv.subarray(0, 100));
    const head = await ada.request('HEAD', `/api/v1/datakits/uploads/${id}`);
    expect([head.status, head.headers.get('upload-offset'), head.headers.get('cache-control')]).toEqual([
      200,
      '100',
      'no-store',
    ]);
  });

  it('keeps what came before the line broke', async () => {
    const { id } = await start();
    const socket = await appendByHand(ada, id, 0, csv.length, csv.subarray(0, 700));
    await eventually('they are written', bytesWritten, (bytes) => bytes === 700);
    socket.end();
    await eventually(
      'the part is over',
      () => offsetOf(id),
      (offset) => offset === 700,
    );
    await eventually(
      'the turn is over',
      () => writers(id),
      (count) => count === 0,
    );
    expect((await send(id, 700, csv.subarray(700))).status).toBe(200);
    expect((await complete(id)).sha256).toBe(sha256Of(csv));
  });

  it('adds rows to a datakit, or replaces them', async () => {
    const first = await complete((await sentUpload(ada)).id);
    await jobSucceeds(ada, first.jobId ?? '');
    for (const [mode, rows, action] of [
      ['append', 120, 'datakit.appended'],
      ['replace', 60, 'datakit.replaced'],
    ] as const) {
      const { id } = await start({ mode, datakitId: first.id });
      await send(id, 0, csv);
      const next = await complete(id);
      await jobSucceeds(ada, next.jobId ?? '');
      const now = await ada.call(routes.datakits.get, { params: { id: first.id } });
      expect(now).toMatchObject({ version: next.version, rows });
      const { items } = await ada.page(routes.audit.list, { query: { action } });
      expect(items.map(({ resourceId }) => resourceId)).toEqual([first.id]);
    }
  });

  it('whose columns do not fit names them, and ends', async () => {
    const first = await complete((await sentUpload(ada)).id);
    await jobSucceeds(ada, first.jobId ?? '');
    const other = Buffer.from('hours,town\n1,Bern\n2,Bonn\n');
    const { id } = await start({ mode: 'append', datakitId: first.id, bytes: other.length });
    await send(id, 0, other);
    const refused = await ada.refused(completeUpload, { params: { id } });
    expect(refused).toMatchObject({ status: 422, code: 'COLUMNS_DIFFER' });
    expect(refused.details?.map(({ message }) => message)).toContain('The column "town" is new.');
    expect((await ada.send(getUpload, { params: { id } })).status).toBe(404);
  });
});

describe('a part is refused, and what is kept stays as it was:', () => {
  it.each([
    ['a gap', 50],
    ['an overlap', 5],
    ['the beginning again', 0],
  ])('at a wrong offset (%s), with the true one', async (_what, offset) => {
    const { id } = await start();
    await send(id, 0, csv.subarray(0, 10));
    const reply = await send(id, offset, csv.subarray(offset, offset + 10));
    expect([reply.status, reply.headers.get('upload-offset')]).toEqual([409, '10']);
    expect(reply.body).toMatchObject({ code: 'OFFSET_MISMATCH' });
    expect(await offsetOf(id)).toBe(10);
  });

  it.each(['-1', '1.5', '0x10', 'ten', '99999999999999999999', '1e3', ' '])(
    'at an offset that is nonsense: %j',
    async (offset) => {
      const { id } = await start();
      const reply = await send(id, offset, csv);
      expect(reply.status).toBe(400);
      expect(reply.body).toMatchObject({ details: [{ field: 'upload-offset' }] });
      expect(await offsetOf(id)).toBe(0);
    },
  );

  it('without an offset, or as something else than bytes', async () => {
    const { id } = await start();
    expect((await ada.send(appendUpload, { params: { id }, bytes: new Uint8Array(csv) })).status).toBe(400);
    expect((await send(id, 0, csv, { 'content-type': 'application/json' })).status).toBeGreaterThan(399);
    expect((await send(id, 0, csv, { 'content-type': 'text/csv' })).status).toBe(415);
    expect(await offsetOf(id)).toBe(0);
  });

  it('with more bytes than were announced', async () => {
    const { id } = await start();
    await send(id, 0, csv.subarray(0, 100));
    const reply = await send(id, 100, Buffer.concat([csv.subarray(100), Buffer.from('1,2,3,4\n')]));
    expect([reply.status, reply.body]).toMatchObject([413, { code: 'TOO_LARGE' }]);
    expect(await offsetOf(id)).toBe(100);
    expect((await send(id, 100, csv.subarray(100))).status).toBe(200);
    expect((await complete(id)).sha256).toBe(sha256Of(csv));
  });

  it('that is not what its digest says', async () => {
    const { id } = await start();
    const part = csv.subarray(0, 200);
    const bad = await send(id, 0, part, { 'content-digest': digestOf(csv) });
    expect([bad.status, bad.body]).toMatchObject([422, { code: 'DIGEST_MISMATCH' }]);
    expect(await offsetOf(id)).toBe(0);
    for (const header of ['content-digest', 'repr-digest']) {
      const at = await offsetOf(id);
      const next = csv.subarray(at, at + 200);
      expect((await send(id, at, next, { [header]: digestOf(next) })).status).toBe(200);
    }
    expect((await send(id, 400, csv.subarray(400), { 'content-digest': 'sha-256=nonsense' })).status).toBe(
      400,
    );
  });

  it('while another is being written, of which nothing is lost', async () => {
    const { id } = await start();
    const socket = await appendByHand(ada, id, 0, csv.length, csv.subarray(0, 300));
    await eventually(
      'it has its turn',
      () => writers(id),
      (count) => count === 1,
    );
    const second = await send(id, 0, csv);
    expect([second.status, second.body]).toMatchObject([409, { code: 'UPLOAD_BUSY' }]);
    expect(second.headers.get('retry-after')).toBe('1');
    expect((await ada.send(completeUpload, { params: { id } })).status).toBe(409);
    expect((await ada.send(cancelUpload, { params: { id } })).status).toBe(409);
    socket.write(csv.subarray(300));
    await eventually(
      'all of it is there',
      () => offsetOf(id),
      (offset) => offset === csv.length,
    );
    socket.destroy();
    await eventually(
      'the turn is over',
      () => writers(id),
      (count) => count === 0,
    );
    expect((await complete(id)).sha256).toBe(sha256Of(csv));
  });

  it('in a crowd at one offset: one of them is kept', async () => {
    const { id } = await start();
    const replies = await Promise.all(Array.from({ length: 8 }, () => send(id, 0, csv.subarray(0, 400))));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(7);
    expect(await offsetOf(id)).toBe(400);
  });

  it('after the end', async () => {
    const { id } = await sentUpload(ada);
    const made = await complete(id);
    for (const reply of [
      await send(id, csv.length, csv),
      await ada.send(completeUpload, { params: { id } }),
    ]) {
      expect([reply.status, reply.body]).toMatchObject([409, { code: 'CONFLICT' }]);
      expect(reply.text).toContain(made.id);
    }
    expect((await ada.page(routes.datakits.list)).items).toHaveLength(1);
  });

  it('for an upload that is another tenant’s, or none', async () => {
    const { id } = await start();
    const owner = ada;
    ada = await server.register();
    for (const one of [id, randomUUID()])
      expect([
        (await send(one, 0, csv)).status,
        (await ada.send(completeUpload, { params: { id: one } })).status,
      ]).toEqual([404, 404]);
    ada = owner;
    expect(await offsetOf(id)).toBe(0);
  });
});

describe('an upload is refused whole, and leaves nothing:', () => {
  it.each([
    ['larger than the server takes', { bytes: 2_000_000 }, 413, 'TOO_LARGE'],
    ['of no bytes', { bytes: 0 }, 400, 'VALIDATION_FAILED'],
    ['of more bytes than there are numbers', { bytes: 1e300 }, 400, 'VALIDATION_FAILED'],
    ['with a hash that is none', { sha256: 'abc' }, 400, 'VALIDATION_FAILED'],
    ['to add to nothing', { mode: 'append' }, 400, 'VALIDATION_FAILED'],
    ['to add to what is not there', { mode: 'append', datakitId: randomUUID() }, 404, 'NOT_FOUND'],
  ])('%s', async (_what, changes, status, code) => {
    const body = { fileName: 'grades.csv', bytes: csv.length, ...changes };
    expect(await ada.refused(startUpload, { body })).toMatchObject({ status, code });
    expect(
      await server.database.owner('SELECT 1 FROM quadrax.uploads WHERE tenant_id = $1', [ada.tenantId]),
    ).toEqual([]);
  });

  it('one too many at a time', async () => {
    for (let i = 0; i < 50; i++) await start();
    expect(await ada.refused(startUpload, { body: { fileName: 'a.csv', bytes: 10 } })).toMatchObject({
      status: 409,
      code: 'CONFLICT',
    });
  });

  it('one whose hash is not the one announced', async () => {
    const { id } = await start({ sha256: sha256Of(Buffer.from('another')) });
    await send(id, 0, csv);
    expect(await ada.refused(completeUpload, { params: { id } })).toMatchObject({
      status: 422,
      code: 'DIGEST_MISMATCH',
    });
    await expectNothingKept(id);
  });

  it('a picture, as soon as it shows', async () => {
    const { id } = await start({ bytes: 500_000 });
    const picture = Buffer.concat([
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      Buffer.alloc(200_000),
    ]);
    expect((await send(id, 0, picture)).body).toMatchObject({ code: 'UNSUPPORTED_TYPE' });
    await expectNothingKept(id);
  });

  it('a table that breaks off', async () => {
    const text = Buffer.from(`a,b\n1,"two\n${'3,4\n'.repeat(1000)}`);
    const { id } = await start({ bytes: text.length });
    await send(id, 0, text);
    expect(await ada.refused(completeUpload, { params: { id } })).toMatchObject({ code: 'UNREADABLE_FILE' });
    await expectNothingKept(id);
  });

  it('one that is completed before all of it is there goes on', async () => {
    const { id } = await start();
    await send(id, 0, csv.subarray(0, 10));
    const early = await ada.send(completeUpload, { params: { id } });
    expect([early.status, early.headers.get('upload-offset')]).toEqual([409, '10']);
    expect((await send(id, 10, csv.subarray(10))).status).toBe(200);
    expect((await complete(id)).sha256).toBe(sha256Of(csv));
  });
});

describe('an upload that is given up', () => {
  it('is gone at once', async () => {
    const { id } = await sentUpload(ada);
    expect(await filesKept()).toHaveLength(1);
    await ada.call(cancelUpload, { params: { id } });
    await expectNothingKept(id);
  });

  it('counts until it has expired, and is removed then', async () => {
    const { id } = await start();
    await send(id, 0, csv.subarray(0, 10));
    const counted = () =>
      server.database.owner('SELECT sum(bytes)::int AS bytes FROM quadrax.objects WHERE tenant_id = $1', [
        ada.tenantId,
      ]);
    expect(await counted()).toEqual([{ bytes: csv.length }]);
    const operator = await asOperator(server.database, await server.register());
    const run = (name: string) => operator.call(routes.upkeep.run, { params: { name } });
    await run('uploads');
    expect(await offsetOf(id)).toBe(10);
    await server.database.owner(
      `UPDATE quadrax.uploads SET expires_at = now() - interval '1 s' WHERE id = $1`,
      [id],
    );
    expect((await send(id, 10, csv.subarray(10))).status).toBe(404);
    expect((await run('uploads')).figures).toEqual({ removed: 1 });
    await run('files');
    await expectNothingKept(id);
    expect(
      await server.database.owner('SELECT 1 FROM quadrax.objects WHERE tenant_id = $1', [ada.tenantId]),
    ).toEqual([]);
  });
});
