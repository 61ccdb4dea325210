import { routes } from '@quadrax/contract';
import type { Datakit } from '@quadrax/contract';
import {
  eventually,
  gradesCsv,
  jobSucceeds,
  readyDatakit,
  startTestServer,
  trainedModel,
  uploadForm,
  waitForJob,
  withOwner,
} from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let ada: TestClient;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
});
afterAll(() => server.close());

const current = (id: string): Promise<Datakit> => ada.call(routes.datakits.get, { params: { id } });
const addRows = (
  route: typeof routes.datakits.append | typeof routes.datakits.replace,
  id: string,
  csv: string,
) => ada.call(route, { params: { id }, form: uploadForm(csv, 'more.csv') });
const rowsOf = async (id: string, version?: number): Promise<unknown[][]> =>
  (await ada.call(routes.datakits.preview, { params: { id }, query: { version } })).rows;

/** Appends rows, and does something before the version with them can be ready. */
const whileMade = async (id: string, csv: string, work: () => Promise<void>): Promise<Datakit> => {
  const made = await addRows(routes.datakits.append, id, csv);
  await withOwner(server.database.url, async (owner) => {
    await owner.query('BEGIN');
    const { rows } = await owner.query<{ status: string }>(
      'SELECT status FROM quadrax.datakit_versions WHERE datakit_id = $1 AND version = $2 FOR UPDATE',
      [id, made.version],
    );
    expect(rows).toEqual([{ status: 'PROCESSING' }]);
    await work();
    await owner.query('COMMIT');
  });
  return made;
};

describe('versions of a datakit', () => {
  it('an upload is version 1, with who made it and what it holds', async () => {
    const { id, jobId, sha256, sizeBytes } = await readyDatakit(ada);
    const { items } = await ada.page(routes.datakits.versions, { params: { id } });
    expect(items).toMatchObject([
      {
        version: 1,
        current: true,
        made: 'uploaded',
        status: 'READY',
        parents: [],
        rows: 60,
        sha256,
        sizeBytes,
        jobId,
        createdBy: { id: ada.user.id, name: 'Ada Test' },
      },
    ]);
  });

  it('appending puts rows below, keeps the earlier version, and says what it came from', async () => {
    const { id } = await readyDatakit(ada, 'code,n\n007,1\n011,2');
    const made = await addRows(routes.datakits.append, id, 'n,code\n3.5,012\n');
    expect(made).toMatchObject({ version: 2, status: 'PROCESSING' });
    await jobSucceeds(ada, made.jobId ?? '');
    expect(await current(id)).toMatchObject({ version: 2, rows: 3, status: 'READY' });
    expect(await rowsOf(id)).toEqual([
      ['007', 1],
      ['011', 2],
      ['012', 3.5],
    ]);
    expect(await rowsOf(id, 1)).toHaveLength(2);
    const [latest] = (await ada.page(routes.datakits.versions, { params: { id } })).items;
    expect(latest).toMatchObject({ made: 'appended', parents: [{ kind: 'datakit', id, version: 1 }] });
  });

  it('a file with other columns is refused by their names, and nothing is kept', async () => {
    const { id } = await readyDatakit(ada, 'a,b\n1,2\n3,4');
    const refused = await ada.refused(routes.datakits.append, {
      params: { id },
      form: uploadForm('a,B\n1,2\n', 'more.csv'),
    });
    expect(refused).toMatchObject({ status: 422, code: 'COLUMNS_DIFFER' });
    expect(refused.details?.map(({ message }) => message)).toEqual([
      'The column "b" is missing.',
      'The column "B" is new.',
    ]);
    expect((await ada.page(routes.datakits.versions, { params: { id } })).items).toHaveLength(1);
  });

  it('a value of another type fails the version with its column named; the earlier one stays current', async () => {
    const { id } = await readyDatakit(ada, 'a,b\n1,2\n3,4');
    const made = await addRows(routes.datakits.append, id, 'a,b\nmany,5\n');
    const job = await waitForJob(ada, made.jobId ?? '');
    expect(job).toMatchObject({ status: 'FAILED', error: { code: 'UNREADABLE_FILE' } });
    expect(job.error?.message).toContain('Column "a" holds whole numbers, but the file has "many" there.');
    expect(await current(id)).toMatchObject({ version: 1, status: 'READY', rows: 2 });
    const [failed] = (await ada.page(routes.datakits.versions, { params: { id } })).items;
    expect(failed).toMatchObject({ version: 2, status: 'FAILED', current: false });
  });

  it('replacing makes the newer file the current version, and an earlier one can be made current again', async () => {
    const { id } = await readyDatakit(ada);
    const made = await addRows(routes.datakits.replace, id, gradesCsv(10));
    await jobSucceeds(ada, made.jobId ?? '');
    expect(await current(id)).toMatchObject({ version: 2, rows: 10 });
    const back = await ada.call(routes.datakits.restoreVersion, { params: { id, version: 1 } });
    expect(back).toMatchObject({ version: 1, rows: 60 });
    expect(await current(id)).toMatchObject({ version: 1, rows: 60 });
    expect(await ada.refused(routes.datakits.restoreVersion, { params: { id, version: 9 } })).toMatchObject({
      status: 404,
    });
  });

  it('a model says which version it was trained on, and lineage leads there and back', async () => {
    const { id } = await readyDatakit(ada);
    const cleaned = await ada.call(routes.datakits.transform, {
      params: { id },
      body: { steps: [{ step: 'impute', columns: ['hours'], method: 'median' }], as: { name: 'Cleaned' } },
    });
    await jobSucceeds(ada, cleaned.jobId ?? '');
    const { model } = await trainedModel(ada, cleaned.id);
    const { nodes, edges } = await ada.call(routes.datakits.lineage, { params: { id: cleaned.id } });
    const ids = [`datakit:${id}:1`, `datakit:${cleaned.id}:1`, `model:${model.id}:1`];
    expect(nodes.map((node) => node.id).toSorted()).toEqual(ids.toSorted());
    expect(edges).toEqual([
      { from: ids[0], to: ids[1], how: 'transformed' },
      { from: ids[1], to: ids[2], how: 'trained' },
    ]);
    const fromSource = await ada.call(routes.datakits.lineage, { params: { id } });
    expect(fromSource.nodes).toHaveLength(3);
  });

  it('rows that two append at once are all there in the end, or were refused', async () => {
    const { id } = await readyDatakit(ada, 'n\n1\n2');
    const sent = await Promise.allSettled(
      [3, 4, 5].map((n) => addRows(routes.datakits.append, id, `n\n${n}\n`)),
    );
    const taken = sent.flatMap((one) => (one.status === 'fulfilled' ? [one.value.jobId ?? ''] : []));
    expect(taken.length).toBeGreaterThan(0);
    for (const jobId of taken) await jobSucceeds(ada, jobId);
    expect(await current(id)).toMatchObject({ rows: 2 + taken.length });
  });

  it('while a version is being made, only what needs none of it is taken; then all is', async () => {
    const { id } = await readyDatakit(ada, 'n\n1\n2');
    const whatFollows = {
      'more rows': () =>
        ada.refused(routes.datakits.append, { params: { id }, form: uploadForm('n\n3\n', 'more.csv') }),
      'a transformation': () =>
        ada.refused(routes.datakits.transform, {
          params: { id },
          body: { sql: 'SELECT n + 1 AS n FROM data' },
        }),
    };
    const first = await whileMade(id, 'n\n7\n', async () => {
      for (const [what, send] of Object.entries(whatFollows)) {
        const refused = await send();
        expect(refused, what).toMatchObject({ status: 409, code: 'CONFLICT' });
        expect(refused.error).toBe(
          'Version 2 of the datakit is still being made. Send this again when that is done.',
        );
      }
    });
    await jobSucceeds(ada, first.jobId ?? '');
    const second = await addRows(routes.datakits.append, id, 'n\n3\n');
    await jobSucceeds(ada, second.jobId ?? '');
    expect(await rowsOf(id)).toEqual([[1], [2], [7], [3]]);
    const replaced = await whileMade(id, 'n\n9\n', () =>
      addRows(routes.datakits.replace, id, 'n\n4\n').then(() => undefined),
    );
    await waitForJob(ada, replaced.jobId ?? '');
    await eventually(
      'the file that came last is current',
      () => current(id),
      ({ version, status }) => version === 5 && status === 'READY',
    );
    expect(await rowsOf(id)).toEqual([[4]]);
  });

  it('rows whose version failed are not added again beside what has come since', async () => {
    const { id } = await readyDatakit(ada, 'n\n1\n2');
    const failed = await addRows(routes.datakits.append, id, 'n\nmany\n');
    expect(await waitForJob(ada, failed.jobId ?? '')).toMatchObject({ status: 'FAILED' });
    const next = await addRows(routes.datakits.append, id, 'n\n3\n');
    await jobSucceeds(ada, next.jobId ?? '');
    const refused = await ada.refused(routes.jobs.retry, { params: { id: failed.jobId ?? '' } });
    expect(refused).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect(refused.error).toContain('version 3 has become the current one');
  });

  it('another tenant sees none of it', async () => {
    const { id } = await readyDatakit(ada);
    const bob = await server.register();
    for (const route of [routes.datakits.versions, routes.datakits.lineage])
      expect(await bob.refused(route, { params: { id } })).toMatchObject({ status: 404 });
  });
});
