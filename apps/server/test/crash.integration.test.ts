import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import {
  createDatabase,
  eventually,
  gradesCsv,
  jobSucceeds,
  newModel,
  quickTraining,
  readyDatakit,
  spawnServer,
  trainedModel,
  uploadForm,
} from '@quadrax/testkit';
import type { SpawnedServer, TestClient, TestDatabase } from '@quadrax/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** How often each place is tried: CRASH_ROUNDS=3 finds a race that is lost now and then. */
const times = Number(process.env['CRASH_ROUNDS'] ?? 1);
vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
let dataDir: string;
const servers: SpawnedServer[] = [];

const start = async (fault?: string): Promise<SpawnedServer> => {
  const server = await spawnServer({ database, dataDir, ...(fault !== undefined && { fault }) });
  servers.push(server);
  return server;
};

beforeEach(async () => {
  database = await createDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'quadrax-crash-'));
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.cleanUp();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Files in the object store, the scratch folders' included. */
const storedFiles = async (): Promise<string[]> => {
  const entries = await readdir(join(dataDir, 'objects'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== 'installation')
    .map((entry) => entry.name);
};

/** Every file has its row and every row its file; nothing is half done. */
const expectWholeStore = async (objects: number): Promise<void> => {
  const rows = await database.owner<{ key: string; state: string }>('SELECT key, state FROM quadrax.objects');
  expect(rows.map(({ state }) => state)).toEqual(Array.from({ length: objects }, () => 'stored'));
  const files = await storedFiles();
  expect(files.toSorted()).toEqual(rows.map(({ key }) => key.split('/').at(-1) ?? '').toSorted());
};

const sendFile = (client: TestClient) =>
  client.send(routes.datakits.upload, { form: uploadForm(gradesCsv(), 'grades.csv', { name: 'Grades' }) });

const again = (server: SpawnedServer, client: TestClient): TestClient => client.with({}, server.url);

describe.each(Array.from({ length: times }, (_unused, i) => i + 1))('killed -9 (round %i)', () => {
  it.each(['upload.streaming', 'upload.stored'])('at %s: nothing of the upload is kept', async (point) => {
    const first = await start(point);
    const client = await first.register();
    await expect(sendFile(client)).rejects.toThrow();
    expect(await first.exited).toBe('SIGKILL');

    const second = await start();
    const { items } = await again(second, client).page(routes.datakits.list);
    expect(items).toEqual([]);
    await expectWholeStore(0);
  });

  it.each(['upload.committed', 'job.claimed', 'job.progress', 'job.artifact', 'job.committed'])(
    'at %s of an upload: the next start has it read, once',
    async (point) => {
      const first = await start(point);
      const client = await first.register();
      const sent = await sendFile(client).catch(() => undefined);
      if (sent) expect(sent.status).toBe(202);
      expect(await first.exited).toBe('SIGKILL');

      const second = await start();
      const survivor = again(second, client);
      const { items } = await survivor.page(routes.datakits.list);
      expect(items).toHaveLength(1);
      const [{ id, jobId = '' } = { id: '' }] = items;
      await jobSucceeds(survivor, jobId);
      expect(await survivor.call(routes.datakits.get, { params: { id } })).toMatchObject({
        status: 'READY',
        rows: 60,
      });
      const original = await survivor.send(routes.datakits.download, { params: { id } });
      expect(original.text).toBe(gradesCsv());
      await expectWholeStore(2);
    },
  );

  it.each(['job.claimed', 'job.artifact', 'job.committed'])(
    'at %s of a transformation: the next start makes the version, once',
    async (point) => {
      const quiet = await start();
      const client = await quiet.register();
      const { id } = await readyDatakit(client);
      await quiet.stop();

      const first = await start(point);
      const body = { sql: 'SELECT city, count(*) AS n FROM data GROUP BY city' };
      const sent = await again(first, client)
        .send(routes.datakits.transform, { params: { id }, body })
        .catch(() => undefined);
      if (sent) expect(sent.status).toBe(202);
      expect(await first.exited).toBe('SIGKILL');

      const second = await start();
      const survivor = again(second, client);
      const { items } = await survivor.page(routes.jobs.list, { query: { kind: 'datakit.transform' } });
      expect(items).toHaveLength(1);
      await jobSucceeds(survivor, items[0]?.id ?? '');
      const versions = await survivor.page(routes.datakits.versions, { params: { id } });
      expect(versions.items.map(({ version, status }) => [version, status])).toEqual([
        [2, 'READY'],
        [1, 'READY'],
      ]);
      expect(await survivor.call(routes.datakits.get, { params: { id } })).toMatchObject({
        version: 2,
        rows: 3,
      });
      await expectWholeStore(3);
    },
  );

  it.each(['job.enqueued', 'job.claimed', 'job.progress', 'job.artifact', 'job.committed'])(
    'at %s of a batch prediction: the next start makes the datakit, once',
    async (point) => {
      const quiet = await start();
      const client = await quiet.register();
      const datakit = await readyDatakit(client);
      const { model } = await trainedModel(client, datakit.id);
      await quiet.stop();

      const first = await start(point);
      const body = { datakitId: datakit.id, name: 'Predicted' };
      const sent = await again(first, client)
        .send(routes.models.predictBatch, { params: { id: model.id }, body })
        .catch(() => undefined);
      if (sent) expect(sent.status).toBe(202);
      expect(await first.exited).toBe('SIGKILL');

      const second = await start();
      const survivor = again(second, client);
      const { items } = await survivor.page(routes.jobs.list, { query: { kind: 'model.predict_batch' } });
      expect(items).toHaveLength(1);
      await jobSucceeds(survivor, items[0]?.id ?? '');
      const made = await survivor.page(routes.datakits.list, { query: { name: 'Predicted' } });
      expect(made.items).toMatchObject([{ status: 'READY', rows: 60, version: 1 }]);
      expect(made.meta.total).toBe(1);
      await expectWholeStore(4);
    },
  );

  it.each(['job.enqueued', 'job.claimed', 'job.progress', 'job.artifact', 'job.committed'])(
    'at %s of a training: the next start finishes it, once',
    async (point) => {
      const quiet = await start();
      const client = await quiet.register();
      const datakit = await readyDatakit(client);
      const model = await newModel(client);
      await quiet.stop();

      const first = await start(point);
      const body = quickTraining(datakit.id);
      const sent = await again(first, client)
        .send(routes.models.train, { params: { id: model.id }, body })
        .catch(() => undefined);
      if (sent) expect(sent.status).toBe(202);
      expect(await first.exited).toBe('SIGKILL');

      const second = await start();
      const survivor = again(second, client);
      const { items } = await survivor.page(routes.jobs.list, { query: { kind: 'model.train' } });
      expect(items).toHaveLength(1);
      await jobSucceeds(survivor, items[0]?.id ?? '');
      const versions = await survivor.page(routes.models.versions, { params: { id: model.id } });
      expect(versions.items.map(({ version }) => version)).toEqual([1]);
      expect(await survivor.call(routes.models.get, { params: { id: model.id } })).toMatchObject({
        status: 'TRAINED',
        latestVersion: 1,
      });
      await expectWholeStore(3);
    },
  );
});

describe.each(Array.from({ length: times }, (_unused, i) => i + 1))('killed -9 (round %i)', () => {
  it.each(['job.claimed', 'job.artifact'])(
    'at %s of a call that was put off: the next start answers it, once',
    async (point) => {
      const quiet = await start();
      const client = await quiet.register();
      const { model } = await trainedModel(client, (await readyDatakit(client)).id);
      const params = { id: model.id };
      await client.call(routes.models.deploy, { params, body: { version: 1 } });
      await quiet.stop();

      const first = await start(point);
      const body = { inputs: { hours: 12, city: 'Bern', rainfall: 3.5 } };
      const headers = { prefer: 'respond-async', 'idempotency-key': 'put off' };
      await again(first, client)
        .send(routes.models.predict, { params, body, headers })
        .catch(() => undefined);
      expect(await first.exited).toBe('SIGKILL');

      const second = await start();
      const survivor = again(second, client);
      const repeated = await survivor.send(routes.models.predict, { params, body, headers });
      const { data } = repeated.body as { data: { id: string } };
      const { result } = await jobSucceeds(survivor, data.id);
      expect(result).toEqual(await survivor.call(routes.models.predict, { params, body }));
      const { items, meta } = await survivor.page(routes.jobs.list, { query: { kind: 'models.predict' } });
      expect([items.length, meta.total]).toEqual([1, 1]);
    },
  );
});

describe('killed -9 with its own database', () => {
  it('the next start adopts or restarts the database and finishes the job', async () => {
    // The database runs as an unprivileged account when the tests run as root.
    await chmod(dataDir, 0o711);
    const env = { DATABASE_URL: '' };
    const first = await spawnServer({ database, dataDir, env, fault: 'job.claimed' });
    servers.push(first);
    const client = await first.register();
    await sendFile(client).catch(() => undefined);
    expect(await first.exited).toBe('SIGKILL');

    const second = await spawnServer({ database, dataDir, env });
    servers.push(second);
    const survivor = again(second, client);
    const { items } = await survivor.page(routes.datakits.list);
    await jobSucceeds(survivor, items[0]?.jobId ?? '');
    await eventually(
      'the datakit is ready',
      () => survivor.call(routes.datakits.get, { params: { id: items[0]?.id ?? '' } }),
      ({ status }) => status === 'READY',
    );
    expect(await second.stop()).toBe(0);
  });
});
