import { routes } from '@quadrax/contract';
import {
  allRoutes,
  eventually,
  gradesCsv,
  jobSucceeds,
  newModel,
  quickTraining,
  readyDatakit,
  startTestServer,
  trainedModel,
  upload,
  uploadForm,
  withOwner,
} from '@quadrax/testkit';
import type { CallInput, RawReply, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outdatedBy } from '#platform/cache';

const { preview, profile, update, remove } = routes.datakits;

let server: TestServer;
/** Another replica, which shares nothing but the database and the files. It takes its part of the jobs too. */
let other: TestServer | undefined;
let ada: TestClient;
let datakit: string;
let tellingTriggers: readonly { readonly name: string; readonly table: string; readonly of: string }[];

beforeAll(async () => {
  server = await startTestServer({ env: { CORS_ORIGIN: 'https://app.example' } });
  ada = await server.register();
  datakit = (await readyDatakit(ada)).id;
  tellingTriggers = await server.database.owner(
    `SELECT t.tgname AS name, c.relname AS table, convert_from(rtrim(t.tgargs, '\\000'), 'UTF8') AS of
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
     WHERE p.proname = 'notify_cache' ORDER BY c.relname, t.tgargs`,
  );
});
afterAll(async () => {
  // Its processes would be taken for the other's.
  await server.app.platform.compute.close();
  await other?.close();
  await server.close();
});

const cached = (reply: RawReply): string | null => reply.headers.get('x-cache');
const atOther = (): TestClient => ada.with({}, other?.url);

/** Reads twice; the second must come from the cache. */
const warm = async (
  route: typeof preview | typeof profile | typeof routes.models.version,
  input: CallInput,
): Promise<RawReply> => {
  await ada.send(route, input);
  const hit = await ada.send(route, input);
  expect([hit.status, cached(hit)]).toEqual([200, 'HIT']);
  return hit;
};

/** What was changed is seen long before what is kept would be too old. */
const soon = (what: string, look: () => Promise<RawReply>, done: (reply: RawReply) => boolean) =>
  eventually(what, look, done, 5000);

describe('a heavy read', () => {
  it('is answered from the cache the second time, with the same words', async () => {
    const input = { params: { id: datakit }, query: { limit: 5, sort: 'hours' } };
    const first = await ada.send(preview, input);
    const second = await ada.send(preview, { params: { id: datakit }, query: { sort: 'hours', limit: 5 } });
    expect([cached(first), cached(second)]).toEqual(['MISS', 'HIT']);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(second.body).toMatchObject({ success: true, meta: { total: 60 } });
    const another = await ada.send(preview, { ...input, query: { ...input.query, limit: 6 } });
    expect(cached(another)).toBe('MISS');
  });

  it('is done anew for who asks for it with Cache-Control: no-cache', async () => {
    const input = { params: { id: datakit } };
    await warm(profile, input);
    expect(cached(await ada.send(profile, { ...input, headers: { 'cache-control': 'no-cache' } }))).toBe(
      'MISS',
    );
  });

  it('keeps its ETag, and answers If-None-Match from the cache and without it', async () => {
    const input = { params: { id: datakit } };
    const fresh = await ada.send(profile, input);
    const tag = fresh.headers.get('etag') ?? '';
    expect(tag).toMatch(/^".+"$/);
    expect((await warm(profile, input)).headers.get('etag')).toBe(tag);
    // fetch adds no-cache where it finds If-None-Match alone.
    for (const [control, found] of [
      ['max-age=0', 'HIT'],
      ['no-cache', 'MISS'],
    ] as const) {
      const headers = { 'if-none-match': tag, 'cache-control': control };
      const reply = await ada.send(profile, { ...input, headers });
      expect([reply.status, cached(reply), reply.text]).toEqual([304, found, '']);
      expect(reply.headers.get('etag')).toBe(tag);
    }
    expect((await ada.send(profile, { ...input, headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('that fails is not kept', async () => {
    for (let i = 0; i < 2; i++) {
      const reply = await ada.send(preview, { params: { id: datakit }, query: { sort: 'nothing' } });
      expect([reply.status, cached(reply)]).toEqual([400, 'MISS']);
    }
  });

  it('is nobody else’s: who calls and what they may is asked before', async () => {
    const input = { params: { id: datakit } };
    await warm(profile, input);
    expect((await server.anonymous.send(profile, input)).status).toBe(401);
    const bob = await server.register();
    expect((await bob.send(profile, input)).status).toBe(404);
    expect((await bob.send(profile, { ...input, headers: { 'x-tenant-id': ada.tenantId } })).status).toBe(
      403,
    );
  });

  it('shows itself to pages of other origins, and in the metrics', async () => {
    const input = { params: { id: datakit } };
    await warm(profile, input);
    const reply = await ada.send(profile, { ...input, headers: { origin: 'https://app.example' } });
    expect(reply.headers.get('access-control-expose-headers')).toContain('X-Cache');
    const { text } = await server.anonymous.request('GET', '/metrics');
    expect(Number(/^cache_hit_rate (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
    expect(text).toMatch(/^redis_cache_hit_rate 0$/m);
  });
});

/** While it runs, the database tells nobody of what cached reads are made of, as where word of it is late. */
const untold = async (work: () => Promise<void>): Promise<void> => {
  const told = (how: 'ENABLE' | 'DISABLE') =>
    server.database.owner(
      tellingTriggers
        .map(({ name, table }) => `ALTER TABLE quadrax.${table} ${how} TRIGGER ${name}`)
        .join('; '),
    );
  await told('DISABLE');
  try {
    await work();
  } finally {
    await told('ENABLE');
  }
};

describe('a write made here is seen by the next read, before there is word of it:', () => {
  it('what is changed and deleted by a request', { timeout: 120_000 }, async () => {
    const { id: modelId } = (await trainedModel(ada, datakit)).model;
    const version = { params: { id: modelId, version: 1 } };
    const status = async () => (await ada.call(routes.models.version, version)).status;
    await untold(async () => {
      for (let round = 0; round < 3; round++) {
        expect(await status()).toBe('TRAINED');
        await ada.call(routes.models.deploy, { params: { id: modelId }, body: { version: 1 } });
        expect(await status()).toBe('DEPLOYED');
        await ada.call(routes.models.undeploy, { params: { id: modelId } });
      }
      await warm(routes.models.version, version);
      await ada.send(routes.models.remove, { params: { id: modelId } });
      expect((await ada.send(routes.models.version, version)).status).toBe(404);
    });
  });

  it('what a job has made, once the job says that it has ended', async () => {
    const { id } = await readyDatakit(ada);
    const total = async () => (await ada.page(preview, { params: { id } })).meta.total;
    await untold(async () => {
      expect(await total()).toBe(60);
      const form = uploadForm(gradesCsv(5), 'more.csv', {});
      const { jobId = '' } = await ada.call(routes.datakits.append, { params: { id }, form });
      expect(await total()).toBe(60);
      await jobSucceeds(ada, jobId);
      expect(await total()).toBe(65);
    });
  });

  it('of every table that the database tells the others of', () => {
    const told = Object.groupBy(tellingTriggers, ({ table }) => table);
    const kinds = Object.entries(told).map(([table, triggers = []]) => [table, triggers.map(({ of }) => of)]);
    expect(Object.fromEntries(kinds)).toEqual(outdatedBy);
  });
});

describe('a write', () => {
  beforeAll(async () => {
    other = await startTestServer({ database: server.database, dataDir: server.dataDir });
  });

  it('at another replica outdates what this one has kept', async () => {
    const { id } = await readyDatakit(ada);
    await warm(profile, { params: { id } });
    await atOther().call(update, { params: { id }, body: { description: 'Changed.' } });
    const anew = await soon(
      'it is read anew',
      () => ada.send(profile, { params: { id } }),
      (reply) => cached(reply) === 'MISS',
    );
    expect(anew.status).toBe(200);
    await warm(profile, { params: { id } });
    await atOther().send(remove, { params: { id } });
    await soon(
      'it is gone here too',
      () => ada.send(profile, { params: { id } }),
      ({ status }) => status === 404,
    );
  });

  it('outdates what is of its kind and its tenant alone', { timeout: 120_000 }, async () => {
    const bob = await server.register();
    const [{ id }, bobs] = [await readyDatakit(ada), await upload(bob)];
    await warm(profile, { params: { id } });
    await bob.call(update, { params: { id: bobs.id }, body: { description: 'Changed.' } });
    const { id: model } = await newModel(ada);
    const training = { params: { id: model }, body: quickTraining(id) };
    await jobSucceeds(ada, (await ada.call(routes.models.train, training)).id, 90_000);
    expect(cached(await ada.send(profile, { params: { id } }))).toBe('HIT');
    const version = { params: { id: model, version: 1 } };
    await ada.send(routes.models.version, version);
    expect(cached(await ada.send(routes.models.version, version))).toBe('HIT');
    await atOther().call(routes.models.deploy, { params: { id: model }, body: { version: 1 } });
    await soon(
      'the version is deployed',
      () => ada.send(routes.models.version, version),
      ({ body }) => (body as { data: { status: string } }).data.status === 'DEPLOYED',
    );
    expect(cached(await ada.send(profile, { params: { id } }))).toBe('HIT');
  });

  it('that could not be heard outdates everything: after a gap nothing is answered from before', async () => {
    const { id } = await readyDatakit(ada);
    await warm(profile, { params: { id } });
    const { listener } = server.app.platform.db;
    await withOwner(server.database.url, async (owner) => {
      // Written without a word, as if it had been said while the connection was away.
      await owner.query("SET session_replication_role = 'replica'");
      await owner.query(
        `UPDATE quadrax.datakit_versions SET profile = jsonb_set(profile, '{rows}', '12345') WHERE datakit_id = $1`,
        [id],
      );
      const rows = async () =>
        ((await ada.send(profile, { params: { id } })).body as { data: { rows: number } }).data.rows;
      expect(await rows()).toBe(60);
      const back = new Promise<void>((resolve) => listener.onReconnect(resolve));
      await owner.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'quadrax listener' AND datname = current_database()`,
      );
      await back;
      expect(await rows()).toBe(12_345);
    });
    await warm(profile, { params: { id } });
  });
});

describe('the cache', () => {
  it('can be switched off', async () => {
    const plain = await startTestServer({ env: { CACHE_ENABLED: 'false' } });
    try {
      const bob = await plain.register();
      const { id } = await readyDatakit(bob);
      const replies = [
        await bob.send(profile, { params: { id } }),
        await bob.send(profile, { params: { id } }),
      ];
      expect(replies.map(cached)).toEqual([null, null]);
    } finally {
      await plain.close();
    }
  });

  it('is declared for reads alone whose reply is data that every member may see', () => {
    const declared = allRoutes.filter(({ route }) => route.cache !== 'none');
    expect(declared.map(({ id }) => id).toSorted()).toEqual([
      'datakits.preview',
      'datakits.profile',
      'models.explanation',
      'models.version',
    ]);
    for (const { route } of declared)
      expect(route).toMatchObject({
        method: 'GET',
        status: 200,
        permission: 'read',
        envelope: 'data',
        audit: 'none',
      });
  });
});
