import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import { asOperator, eventually, populate, startTestServer } from '@quadrax/testkit';
import type { PopulatedTenant, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const { datakits, models, upkeep } = routes;
const deleted = { query: { deleted: 'true' } };

let server: TestServer;
let operator: TestClient;
let ada: PopulatedTenant;
beforeAll(async () => {
  server = await startTestServer({ env: { UPKEEP_SCHEDULE: '0 0 1 1 *' } });
  operator = await asOperator(server.database, await server.register());
});
afterAll(() => server.close());
beforeEach(async () => {
  ada = await populate(await server.register(), server.database);
  await ada.client.call(datakits.cancelUpload, { params: { id: ada.upload.id } });
});

const run = async (name: string): Promise<number | undefined> =>
  (await operator.call(upkeep.run, { params: { name } })).figures?.['removed'];

const filesKept = async (): Promise<number> => {
  const folder = join(server.dataDir, 'objects', ada.client.tenantId);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
};

const bytesCounted = async (): Promise<number> => {
  const [row] = await server.database.owner<{ bytes: number }>(
    'SELECT COALESCE(sum(bytes), 0)::int AS bytes FROM quadrax.objects WHERE tenant_id = $1',
    [ada.client.tenantId],
  );
  return row?.bytes ?? Number.NaN;
};

const age = (table: 'datakits' | 'models', id: string, days: number): Promise<unknown> =>
  server.database.owner(
    `UPDATE quadrax.${table} SET deleted_at = now() - make_interval(days => $2) WHERE id = $1`,
    [id, days],
  );

const things = [
  ['datakits', datakits, () => ada.datakit],
  ['models', models, () => ada.model],
] as const;

describe.each(things)('deleted %s', (table, calls, thing) => {
  it('are listed apart, with who deleted them and until when they can be restored', async () => {
    const { id } = thing();
    await ada.client.call(calls.remove, { params: { id } });
    expect((await ada.client.page(calls.list)).items).toEqual([]);
    const { items } = await ada.client.page(calls.list, deleted);
    expect(items).toHaveLength(1);
    const [{ deletion } = {}] = items as { deletion?: Record<string, unknown> }[];
    expect(deletion).toMatchObject({ by: { id: ada.client.user.id, name: 'Ada Test' } });
    const days = (Date.parse(String(deletion?.['restorableUntil'])) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);

    const back = await ada.client.call(calls.restore, { params: { id } });
    expect(back.deletion).toBeUndefined();
    expect((await ada.client.page(calls.list)).items).toHaveLength(1);
    expect((await ada.client.page(calls.list, deleted)).items).toEqual([]);
  });

  it('of others are nobody’s to see', async () => {
    await ada.client.call(calls.remove, { params: { id: thing().id } });
    const bob = await server.register();
    expect((await bob.page(calls.list, deleted)).items).toEqual([]);
  });

  it('count and can be restored for 30 days, and are removed for good then: rows, bytes and files', async () => {
    const { id } = thing();
    const [before, files] = [await bytesCounted(), await filesKept()];
    await ada.client.call(calls.remove, { params: { id } });
    await age(table, id, 29);
    expect(await run(table)).toBe(0);
    expect(await bytesCounted()).toBe(before);
    await age(table, id, 30);
    expect((await ada.client.page(calls.list, deleted)).items).toEqual([]);
    expect(await ada.client.refused(calls.restore, { params: { id } })).toMatchObject({ status: 404 });

    expect(await run(table)).toBe(1);
    expect(await server.database.owner(`SELECT 1 FROM quadrax.${table} WHERE id = $1`, [id])).toEqual([]);
    const counted = await bytesCounted();
    expect(counted).toBeLessThan(before);
    // A process that died here would leave files that count no more: the next clean-up finds them.
    expect(await filesKept()).toBe(files);
    expect(await run('files')).toBeGreaterThan(0);
    expect(await filesKept()).toBeLessThan(files);
    expect(await bytesCounted()).toBe(counted);
    expect(
      await server.database.owner(
        `SELECT 1 FROM quadrax.objects WHERE tenant_id = $1 AND state = 'deleted'`,
        [ada.client.tenantId],
      ),
    ).toEqual([]);
    expect(await run(table)).toBe(0);
    expect(await run('files')).toBe(0);
  });
});

describe('a datakit that is gone', () => {
  it('leaves the models that were trained on it: they answer, and say so', async () => {
    const { client, model, datakit } = ada;
    const version = { params: { id: model.id, version: 1 } };
    expect((await client.call(models.version, version)).datakit?.gone).toBeUndefined();
    await client.call(datakits.remove, { params: { id: datakit.id } });
    expect((await client.call(models.version, version)).datakit?.gone).toBeUndefined();
    await age('datakits', datakit.id, 31);
    expect(await run('datakits')).toBe(1);
    await run('files');
    const told = await eventually(
      'it is told of',
      () => client.call(models.version, version),
      (one) => one.datakit?.gone === true,
      5000,
    );
    expect(told.datakit?.id).toBe(datakit.id);
    const { items } = await client.page(models.versions, { params: { id: model.id } });
    expect(items.map((one) => one.datakit?.gone)).toEqual([true]);
    const inputs = { hours: 12, city: 'Bern', rainfall: 3.5 };
    const predicted = await client.call(models.predict, { params: { id: model.id }, body: { inputs } });
    expect(predicted.predictions).toHaveLength(1);
  });

  it('stays while a version of it is being made', async () => {
    const { client, datakit } = ada;
    await server.database.owner(
      `UPDATE quadrax.datakit_versions SET status = 'PROCESSING' WHERE datakit_id = $1`,
      [datakit.id],
    );
    await client.call(datakits.remove, { params: { id: datakit.id } });
    await age('datakits', datakit.id, 40);
    expect(await run('datakits')).toBe(0);
    await server.database.owner(
      `UPDATE quadrax.datakit_versions SET status = 'READY' WHERE datakit_id = $1`,
      [datakit.id],
    );
    expect(await run('datakits')).toBe(1);
  });
});
