import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { routes } from '@quadrax/contract';
import { gradesCsv, startTestServer, uploadForm } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer();
});
beforeAll(async () => {
  ada = await server.register();
});
afterAll(() => server.close());

const create = (key: string, name = 'Once', client = ada) =>
  client.send(routes.models.create, {
    body: { name, type: 'REGRESSION' },
    headers: { 'idempotency-key': key },
  });

const modelsOf = async (client: TestClient): Promise<number> =>
  (await client.page(routes.models.list, { query: { limit: 200 } })).items.length;

describe('Idempotency-Key', () => {
  it('makes 100 equal creates at once one thing, and answers all alike', async () => {
    const person = await server.register();
    const replies = await Promise.all(Array.from({ length: 100 }, () => create('parallel', 'Once', person)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    const ids = replies.map(({ body }) => (body as { data: { id: string } }).data.id);
    expect(new Set(ids).size).toBe(1);
    expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(99);
    expect(await modelsOf(person)).toBe(1);
  });

  it('replays the first answer exactly', async () => {
    const [first, second] = [await create('replayed'), await create('replayed')];
    expect(second.body).toEqual(first.body);
    expect(second.status).toBe(first.status);
  });

  it('with another body, or for another route, is a 422', async () => {
    await create('mismatch');
    const other = await create('mismatch', 'Different');
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_MISMATCH' } });
    const elsewhere = await ada.send(routes.datakits.addSample, {
      params: { sample: 'iris' },
      headers: { 'idempotency-key': 'mismatch' },
    });
    expect(elsewhere.status).toBe(422);
  });

  it('is the caller’s own: another account may use the same', async () => {
    const bob = await server.register();
    const [mine, his] = [await create('shared'), await create('shared', 'Other body', bob)];
    expect([mine.status, his.status]).toEqual([201, 201]);
    expect((his.body as { data: { id: string } }).data.id).not.toBe(
      (mine.body as { data: { id: string } }).data.id,
    );
  });

  it('keeps no refusal: the same request may succeed later', async () => {
    const train = (datakitId: string) =>
      ada.send(routes.models.train, {
        params: { id: model.id },
        body: { datakitId, target: 'a' },
        headers: { 'idempotency-key': 'after failure' },
      });
    const model = await ada.call(routes.models.create, { body: { name: 'm', type: 'REGRESSION' } });
    const nowhere = crypto.randomUUID();
    for (let i = 0; i < 2; i++) {
      const refused = await train(nowhere);
      expect(refused.status).toBe(404);
      expect(refused.headers.get('idempotency-replayed')).toBeNull();
    }
    const rows = await server.database.owner(
      `SELECT 1 FROM quadrax.idempotency_keys WHERE key = 'after failure'`,
    );
    expect(rows).toEqual([]);
  });

  it('is forgotten after a day', async () => {
    await create('old');
    await server.database.owner(
      `UPDATE quadrax.idempotency_keys SET created_at = now() - interval '25 h' WHERE key = 'old'`,
    );
    const again = await create('old', 'Another body');
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBeNull();
  });

  it('of no or of too many characters is refused', async () => {
    expect((await create('x'.repeat(256))).status).toBe(400);
    expect((await create('x'.repeat(255))).status).toBe(201);
  });

  it('whose process died is free again once that is known', async () => {
    const worker = crypto.randomUUID();
    const { tenantId, id } = ada.user;
    await server.database.owner(
      `INSERT INTO quadrax.idempotency_keys (tenant_id, account_id, key, route, body_hash, worker)
       VALUES ($1, $2, 'orphan', 'models.create', 'unknown', $3)`,
      [tenantId, id, worker],
    );
    expect((await create('orphan')).status).toBe(422);
    // A process of this machine that has ended.
    const { pid } = spawnSync(process.execPath, ['--version']);
    await server.database.owner('INSERT INTO quadrax.workers (id, lock, host, pid) VALUES ($1, 1, $2, $3)', [
      worker,
      hostname(),
      pid,
    ]);
    const other = await startTestServer({ database: server.database, dataDir: server.dataDir, work: false });
    await other.close();
    expect((await create('orphan')).status).toBe(201);
  });

  it('makes a repeated upload one datakit', async () => {
    const send = (csv: string) =>
      ada.send(routes.datakits.upload, {
        form: uploadForm(csv, 'grades.csv'),
        headers: { 'idempotency-key': 'upload' },
      });
    const [first, again] = [await send(gradesCsv()), await send(gradesCsv())];
    expect(again.body).toEqual(first.body);
    expect((await ada.page(routes.datakits.list)).items).toHaveLength(1);
  });
});
