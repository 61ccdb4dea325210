import { chmod, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
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
  startTestServer,
  trainedModel,
  uploadForm,
} from '@quadrax/testkit';
import type { TestClient, TestDatabase } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

/** How often each place is tried: CRASH_ROUNDS=3 finds a race that is lost now and then. */
const times = Number(process.env['CRASH_ROUNDS'] ?? 1);
vi.setConfig({ testTimeout: 60_000 });

/** What there is before anything crashes, made once; each test has a copy of it. */
interface Before {
  readonly database: TestDatabase;
  readonly dataDir: string;
  readonly objects: number;
  /** Their datakit is ready, their model is trained and deployed. */
  readonly owner: TestClient;
  readonly datakit: string;
  readonly model: string;
  readonly newcomer: TestClient;
}

let before: Before;
let database: TestDatabase;
let dataDir: string;
const closing: (() => Promise<unknown>)[] = [];

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'quadrax-crash-'));

/** A server that ends itself at a place; the client speaks to it. */
const doomed = async (fault: string, client: TestClient) => {
  const server = await spawnServer({ database, dataDir, fault });
  closing.push(server.cleanUp);
  return { exited: server.exited, client: client.with({}, server.url) };
};

/** The next start on what the last one left. */
const nextStart = async (client: TestClient): Promise<TestClient> => {
  const server = await startTestServer({ database, dataDir });
  closing.push(server.close);
  return client.with({}, server.url);
};

beforeAll(async () => {
  const folder = await newFolder();
  const server = await startTestServer({ database: await createDatabase(), dataDir: folder });
  const [owner, newcomer] = [await server.register(), await server.register()];
  const { id: datakit } = await readyDatakit(owner);
  const { model } = await trainedModel(owner, datakit);
  await owner.call(routes.models.deploy, { params: { id: model.id }, body: { version: 1 } });
  await server.close();
  const [row] = await server.database.owner<{ objects: number }>(
    'SELECT count(*)::int AS objects FROM quadrax.objects',
  );
  before = {
    database: server.database,
    dataDir: folder,
    objects: row?.objects ?? 0,
    owner,
    datakit,
    model: model.id,
    newcomer,
  };
});
afterAll(async () => {
  await before.database.drop();
  await rm(before.dataDir, { recursive: true, force: true });
});

beforeEach(async () => {
  database = await before.database.clone();
  dataDir = await newFolder();
  await cp(before.dataDir, dataDir, { recursive: true });
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
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

/** Every file has its row and every row its file, and so many were added; nothing is half done. */
const expectWholeStore = async (added: number): Promise<void> => {
  const rows = await database.owner<{ key: string; state: string }>('SELECT key, state FROM quadrax.objects');
  expect(rows.map(({ state }) => state)).toEqual(
    Array.from({ length: before.objects + added }, () => 'stored'),
  );
  const files = await storedFiles();
  expect(files.toSorted()).toEqual(rows.map(({ key }) => key.split('/').at(-1) ?? '').toSorted());
};

const sendFile = (client: TestClient) =>
  client.send(routes.datakits.upload, { form: uploadForm(gradesCsv(), 'grades.csv', { name: 'Grades' }) });

describe.each(Array.from({ length: times }, (_unused, i) => i + 1))('killed -9 (round %i)', () => {
  it.each(['upload.streaming', 'upload.stored'])('at %s: nothing of the upload is kept', async (point) => {
    const first = await doomed(point, before.newcomer);
    await expect(sendFile(first.client)).rejects.toThrow();
    expect(await first.exited).toBe('SIGKILL');

    const survivor = await nextStart(before.newcomer);
    const { items } = await survivor.page(routes.datakits.list);
    expect(items).toEqual([]);
    await expectWholeStore(0);
  });

  it.each(['upload.committed', 'job.claimed', 'job.progress', 'job.artifact', 'job.committed'])(
    'at %s of an upload: the next start has it read, once',
    async (point) => {
      const first = await doomed(point, before.newcomer);
      const sent = await sendFile(first.client).catch(() => undefined);
      if (sent) expect(sent.status).toBe(202);
      expect(await first.exited).toBe('SIGKILL');

      const survivor = await nextStart(before.newcomer);
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
      const first = await doomed(point, before.owner);
      const id = before.datakit;
      const body = { sql: 'SELECT city, count(*) AS n FROM data GROUP BY city' };
      const sent = await first.client
        .send(routes.datakits.transform, { params: { id }, body })
        .catch(() => undefined);
      if (sent) expect(sent.status).toBe(202);
      expect(await first.exited).toBe('SIGKILL');

      const survivor = await nextStart(before.owner);
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
      await expectWholeStore(1);
    },
  );

  it.each(['job.enqueued', 'job.claimed', 'job.progress', 'job.artifact', 'job.committed'])(
    'at %s of a batch prediction: the next start makes the datakit, once',
    async (point) => {
      const first = await doomed(point, before.owner);
      const body = { datakitId: before.datakit, name: 'Predicted' };
      const sent = await first.client
        .send(routes.models.predictBatch, { params: { id: before.model }, body })
        .catch(() => undefined);
      if (sent) expect(sent.status).toBe(202);
      expect(await first.exited).toBe('SIGKILL');

      const survivor = await nextStart(before.owner);
      const { items } = await survivor.page(routes.jobs.list, { query: { kind: 'model.predict_batch' } });
      expect(items).toHaveLength(1);
      await jobSucceeds(survivor, items[0]?.id ?? '');
      const made = await survivor.page(routes.datakits.list, { query: { name: 'Predicted' } });
      expect(made.items).toMatchObject([{ status: 'READY', rows: 60, version: 1 }]);
      expect(made.meta.total).toBe(1);
      await expectWholeStore(1);
    },
  );

  it.each(['job.enqueued', 'job.claimed', 'job.progress', 'job.artifact', 'job.committed'])(
    'at %s of a training: the next start finishes it, once',
    async (point) => {
      const first = await doomed(point, before.owner);
      const model = await newModel(first.client);
      const body = quickTraining(before.datakit);
      const sent = await first.client
        .send(routes.models.train, { params: { id: model.id }, body })
        .catch(() => undefined);
      if (sent) expect(sent.status).toBe(202);
      expect(await first.exited).toBe('SIGKILL');

      const survivor = await nextStart(before.owner);
      const trainings = await survivor.page(routes.jobs.list, { query: { kind: 'model.train' } });
      const items = trainings.items.filter(({ subject }) => subject?.id === model.id);
      expect(items).toHaveLength(1);
      await jobSucceeds(survivor, items[0]?.id ?? '');
      const versions = await survivor.page(routes.models.versions, { params: { id: model.id } });
      expect(versions.items.map(({ version }) => version)).toEqual([1]);
      expect(await survivor.call(routes.models.get, { params: { id: model.id } })).toMatchObject({
        status: 'TRAINED',
        latestVersion: 1,
      });
      await expectWholeStore(1);
    },
  );
});

describe.each(Array.from({ length: times }, (_unused, i) => i + 1))('killed -9 (round %i)', () => {
  it.each(['job.claimed', 'job.artifact'])(
    'at %s of a call that was put off: the next start answers it, once',
    async (point) => {
      const first = await doomed(point, before.owner);
      const params = { id: before.model };
      const body = { inputs: { hours: 12, city: 'Bern', rainfall: 3.5 } };
      const headers = { prefer: 'respond-async', 'idempotency-key': 'put off' };
      await first.client.send(routes.models.predict, { params, body, headers }).catch(() => undefined);
      expect(await first.exited).toBe('SIGKILL');

      const survivor = await nextStart(before.owner);
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
    const home = await newFolder();
    closing.push(() => rm(home, { recursive: true, force: true }));
    // The database runs as an unprivileged account when the tests run as root.
    await chmod(home, 0o711);
    const env = { DATABASE_URL: '' };
    const first = await spawnServer({ database, dataDir: home, env, fault: 'job.claimed' });
    closing.push(first.cleanUp);
    const client = await first.register();
    await sendFile(client).catch(() => undefined);
    expect(await first.exited).toBe('SIGKILL');

    const second = await spawnServer({ database, dataDir: home, env });
    closing.push(second.cleanUp);
    const survivor = client.with({}, second.url);
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
