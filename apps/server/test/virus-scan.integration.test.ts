import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import { eventually, gradesCsv, readyDatakit, startTestServer, uploadForm } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { infected, longestStream, signature, startClamd, withoutClamd } from './clamd.ts';
import type { Clamd } from './clamd.ts';

const { upload, startUpload, appendUpload, completeUpload, append } = routes.datakits;
const bad = `${gradesCsv()}\n1,${infected},2.5,pass\n`;
const form = (text: string): FormData => uploadForm(text, 'grades.csv');

const filesKept = async (server: TestServer, tenantId: string): Promise<string[]> => {
  const folder = join(server.dataDir, 'objects', tenantId);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
};

const expectNothingKept = async (server: TestServer, { tenantId }: TestClient): Promise<void> => {
  const rows = await server.database.owner(
    `SELECT 1 FROM quadrax.objects WHERE tenant_id = $1 AND (state <> 'deleted' OR bytes > 0)`,
    [tenantId],
  );
  expect(rows).toEqual([]);
  expect(await filesKept(server, tenantId)).toEqual([]);
};

const sendInParts = async (client: TestClient, text: string): Promise<{ params: { id: string } }> => {
  const bytes = new Uint8Array(Buffer.from(text));
  const { id } = await client.call(startUpload, { body: { fileName: 'grades.csv', bytes: bytes.length } });
  await client.call(appendUpload, { params: { id }, headers: { 'upload-offset': '0' }, bytes });
  return { params: { id } };
};

const missing = withoutClamd();

describe.skipIf(missing !== undefined)('uploads with clamd', () => {
  let clamd: Clamd;
  let server: TestServer;
  let ada: TestClient;
  beforeAll(async () => {
    clamd = await startClamd();
    server = await startTestServer({ env: { CLAMD_HOST: clamd.unix }, mayLogErrors: true });
    ada = await server.register();
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await clamd.cleanUp();
  });

  it('are refused with what was found in them, and leave a line in both logs and nothing else', async () => {
    const refused = await ada.refused(upload, { form: form(bad) });
    expect(refused).toMatchObject({
      status: 422,
      code: 'VIRUS_FOUND',
      details: [{ field: 'dataset', message: signature }],
    });
    expect(refused.error).toContain(signature);
    expect((await ada.page(routes.datakits.list)).items).toEqual([]);
    await expectNothingKept(server, ada);
    const { items } = await ada.page(routes.audit.list, { query: { action: 'upload.infected' } });
    expect(items).toMatchObject([{ after: { fileName: 'grades.csv', signature } }]);
    expect(await ada.call(routes.audit.verify)).toMatchObject({ intact: true });
    expect(server.logs.find(({ action }) => action === 'virus_found')).toMatchObject({
      level: 'warn',
      stream: 'security',
      signature,
      tenant_id: ada.tenantId,
    });
  });

  it('in parts are scanned when they are whole, and end with what was found', async () => {
    const bob = await server.register();
    const sent = await sendInParts(bob, bad);
    expect(await bob.refused(completeUpload, sent)).toMatchObject({ status: 422, code: 'VIRUS_FOUND' });
    expect((await bob.send(routes.datakits.getUpload, sent)).status).toBe(404);
    await expectNothingKept(server, bob);
  });

  it('without anything in them are taken', async () => {
    const { id } = await readyDatakit(ada);
    expect(await ada.refused(append, { params: { id }, form: form(bad) })).toMatchObject({
      code: 'VIRUS_FOUND',
    });
    expect((await ada.page(routes.datakits.versions, { params: { id } })).items).toHaveLength(1);
    expect((await ada.call(completeUpload, await sendInParts(ada, gradesCsv()))).status).toBe('PROCESSING');
  });

  it('longer than clamd takes say what to change', async () => {
    const rows = 'x'.repeat(60);
    const long = `a,b\n${`1,${rows}\n`.repeat(Math.ceil((longestStream * 1.5) / 63))}`;
    expect(await ada.refused(upload, { form: form(long) })).toMatchObject({
      status: 413,
      code: 'TOO_LARGE',
      error: expect.stringContaining('StreamMaxLength'),
    });
  });

  it('are scanned over TCP as well', async () => {
    const other = await startTestServer({ env: { CLAMD_HOST: clamd.tcp } });
    try {
      const client = await other.register();
      expect(await client.refused(upload, { form: form(bad) })).toMatchObject({ code: 'VIRUS_FOUND' });
      expect((await client.send(upload, { form: form(gradesCsv()) })).status).toBe(202);
    } finally {
      await other.close();
    }
  });

  it('are refused while clamd is away, and taken when it is back', async () => {
    const carol = await server.register();
    // What it says may be a second old.
    const says = (status: string) =>
      eventually(
        `the scanner is ${status}`,
        async () => (await server.anonymous.call(routes.operations.health)).services['virusScan'],
        (component) => component?.status === status,
      );
    await says('healthy');
    const sent = await sendInParts(carol, gradesCsv());
    await clamd.stop();
    await says('degraded');
    for (const [route, input] of [
      [upload, { form: form(gradesCsv()) }],
      [startUpload, { body: { fileName: 'a.csv', bytes: 10 } }],
      [completeUpload, sent],
    ] as const)
      expect(await carol.refused(route, input)).toMatchObject({
        status: 503,
        code: 'UNAVAILABLE',
        error: expect.stringContaining('CLAMD_HOST'),
      });
    expect((await carol.page(routes.datakits.list)).items).toEqual([]);
    await clamd.start();
    expect((await carol.call(completeUpload, sent)).status).toBe('PROCESSING');
  });
});

describe('something that is no clamd', () => {
  it.each([
    ['says nothing', undefined],
    ['answers in its own way', 'HTTP/1.1 400 Bad Request\r\n\r\n\0'],
    ['goes on for ever', 'x'.repeat(10_000)],
  ])('and %s: uploads are refused', async (_what, answer) => {
    const fake = createServer((socket) => {
      socket.on('error', () => {});
      if (answer !== undefined) socket.on('data', () => socket.write(answer));
    }).listen(0, '127.0.0.1');
    await once(fake, 'listening');
    const { port } = fake.address() as AddressInfo;
    const server = await startTestServer({
      env: { CLAMD_HOST: `127.0.0.1:${port}`, CLAMD_TIMEOUT_MS: '300' },
      mayLogErrors: true,
    });
    try {
      const client = await server.register();
      expect(await client.refused(upload, { form: form(gradesCsv()) })).toMatchObject({ status: 503 });
      await expectNothingKept(server, client);
    } finally {
      await server.close();
      fake.close();
    }
  });

  it('is needed by nobody who has not asked for it', async () => {
    const server = await startTestServer();
    const { services } = await server.anonymous.call(routes.operations.health);
    expect(services['virusScan']?.status).toBe('disabled');
    await server.close();
  });
});
