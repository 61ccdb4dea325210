import { routes } from '@quadrax/contract';
import {
  allRoutes,
  asOperator,
  jobSucceeds,
  newModel,
  quickTraining,
  readyDatakit,
  startTestServer,
  trainedModel,
  upload,
} from '@quadrax/testkit';
import type { CallInput, TestClient, TestServer } from '@quadrax/testkit';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPage } from '#platform/db';
import { listPassword, pages, sortedListsOf } from './lists.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('the total of a list', () => {
  const lists = allRoutes.filter(({ route }) => route.envelope === 'list' && route.cursor !== 'none');
  let person: TestClient;
  let inputs: Readonly<Record<string, CallInput>>;

  beforeAll(async () => {
    person = await asOperator(server.database, await server.register({ password: listPassword }));
    for (const { add } of Object.values(sortedListsOf(() => server)))
      for (let n = 0; n < 3; n++) await add(person, n);
    const datakit = await readyDatakit(person);
    const { model, job } = await trainedModel(person, datakit.id);
    const again = await person.call(routes.models.train, {
      params: { id: model.id },
      body: quickTraining(datakit.id),
    });
    await jobSucceeds(person, again.id);
    const transformed = await person.call(routes.datakits.transform, {
      params: { id: datakit.id },
      body: { steps: [{ step: 'drop', columns: ['rainfall'] }] },
    });
    await jobSucceeds(person, transformed.jobId ?? '');
    await server.database.owner(
      `INSERT INTO quadrax.job_logs (tenant_id, job_id, level, message)
       SELECT $1, $2, 'info', 'line ' || n FROM generate_series(1, 3) n`,
      [person.tenantId, job.id],
    );
    inputs = {
      'jobs.logs': { params: { id: job.id } },
      'datakits.versions': { params: { id: datakit.id } },
      'models.versions': { params: { id: model.id } },
      'models.log': { params: { id: model.id, version: 1 } },
    };
  }, 60_000);

  it.each(lists)(
    '$id: is what walking it finds, and is said on the first page only',
    async ({ id, route }) => {
      for (const limit of [1, 200]) {
        const { found, totals } = await pages(person, route, { ...inputs[id], query: { limit } });
        const [first, ...later] = totals;
        expect(found.length).toBeGreaterThan(1);
        expect(first).toBe(found.length);
        expect(later).toEqual(later.map(() => undefined));
      }
    },
  );

  it.each([
    ['models.list', { name: 'alp' }],
    ['models.list', { status: 'DRAFT' }],
    ['datakits.list', { name: 'alp' }],
    ['jobs.list', { kind: 'datakit.profile' }],
    ['users.list', { search: 'bob' }],
    ['platform.accounts', { search: 'bob' }],
    ['audit.list', { action: 'model' }],
    ['audit.list', { search: 'alp' }],
  ])('%s counts what fits %o', async (id, filter) => {
    const found = allRoutes.find((named) => named.id === id);
    if (!found) throw new Error(`There is no route ${id}.`);
    const all = await person.page(found.route, { query: { limit: 1 } });
    const fitting = await pages(person, found.route, { query: { limit: 1, ...filter } });
    expect(fitting.totals[0]).toBe(fitting.found.length);
    expect(fitting.totals[0]).toBeGreaterThan(0);
    expect(fitting.totals[0]).toBeLessThan(all.meta.total ?? 0);
  });

  it('counts nothing of another tenant', async () => {
    const bob = await server.register();
    await newModel(bob);
    expect((await bob.page(routes.models.list)).meta).toEqual({ total: 1 });
  });

  it('is left out where there are too many to count, and the page is there all the same', async () => {
    const bob = await server.register();
    const { jobId = '' } = await upload(bob);
    const fill = (rows: number) =>
      server.database.owner(
        `INSERT INTO quadrax.job_logs (tenant_id, job_id, level, message)
         SELECT $1, $2, 'info', 'x' FROM generate_series(1, $3::int)`,
        [bob.tenantId, jobId, rows],
      );
    await jobSucceeds(bob, jobId);
    const logs = () => bob.page(routes.jobs.logs, { params: { id: jobId }, query: { limit: 2 } });
    const { meta } = await logs();
    await fill(100_000 - (meta.total ?? 0));
    expect((await logs()).meta.total).toBe(100_000);
    await fill(1);
    const full = await logs();
    expect(full.meta.total).toBeUndefined();
    expect(full.items).toHaveLength(2);
  });

  it('is left out where counting would take long, and the transaction goes on', async () => {
    const { page, before, after } = await server.app.platform.db.tenant(person.tenantId, async (tx) => {
      const patience = async () => (await tx.execute(sql`SHOW statement_timeout`)).rows;
      const numbers = sql`generate_series(1, 200) AS n`;
      const select = (where: ReturnType<typeof sql> | undefined) =>
        tx
          .select({ n: sql<number>`n` })
          .from(numbers)
          .where(where);
      return {
        before: await patience(),
        // Each row takes its time: three of them are soon there, all of them are not.
        page: await readPage(tx, {
          select,
          where: sql`pg_sleep(0.02) IS NOT NULL`,
          beyond: undefined,
          orderBy: [],
          limit: 2,
        }),
        after: await patience(),
      };
    });
    expect(page).toEqual({ rows: [{ n: 1 }, { n: 2 }, { n: 3 }], total: undefined });
    expect(after).toEqual(before);
  });
});
