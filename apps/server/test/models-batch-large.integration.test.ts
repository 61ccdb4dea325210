import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import type { Datakit } from '@quadrax/contract';
import {
  eventually,
  gradesCsv,
  jobSucceeds,
  newModel,
  readyDatakit,
  startTestServer,
  waitForJob,
} from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const { datakits, models, jobs } = routes;
const rows = 200_000;

let server: TestServer;
let ada: TestClient;
let model: string;
let large: Datakit;

beforeAll(async () => {
  server = await startTestServer({ env: { COMPUTE_MEMORY_MB: '512' } });
  ada = await server.register();
  large = await readyDatakit(ada, gradesCsv(rows));
  ({ id: model } = await newModel(ada, { name: 'Grades' }));
  const body = {
    datakitId: (await readyDatakit(ada)).id,
    target: 'grade',
    algorithm: 'gradient_boosting',
    validation: { folds: 2 },
  };
  await jobSucceeds(ada, (await ada.call(models.train, { params: { id: model }, body })).id, 60_000);
});
afterAll(() => server.close());

const start = () => ada.call(models.predictBatch, { params: { id: model }, body: { datakitId: large.id } });
const count = async (): Promise<number> => (await ada.page(datakits.list)).meta.total ?? Number.NaN;
const scratch = () => readdir(join(server.dataDir, 'objects', '.scratch'), { recursive: true });

describe('a long batch prediction', () => {
  it('is cancelled, and leaves nothing', async () => {
    const before = await count();
    const job = await start();
    await eventually(
      'rows are being predicted',
      () => ada.call(jobs.get, { params: { id: job.id } }),
      ({ progress, status }) => progress > 0 || status === 'SUCCEEDED',
    );
    await ada.call(jobs.cancel, { params: { id: job.id } });
    expect(await waitForJob(ada, job.id)).toMatchObject({ status: 'CANCELLED' });
    expect(await count()).toBe(before);
    await eventually(
      'the scratch files are gone',
      scratch,
      (files) => !files.some((name) => name.includes(job.id)),
    );

    const again = await ada.call(jobs.retry, { params: { id: job.id } });
    const { result } = await jobSucceeds(ada, again.id, 60_000);
    expect(await count()).toBe(before + 1);
    expect(result).toMatchObject({ rows });
  });

  it('of 200,000 rows stays within the memory of its process, in their order', async ({ annotate }) => {
    const started = performance.now();
    const { result } = await jobSucceeds(ada, (await start()).id, 60_000);
    const made = await ada.call(datakits.get, { params: { id: String(result?.['datakitId']) } });
    await annotate(`${rows} rows in ${Math.round(performance.now() - started)} ms with 512 MB`);
    expect(made.rows).toBe(rows);
    const { rows: compared } = await ada.call(datakits.query, {
      params: { id: made.id },
      body: {
        sql: `SELECT count(*) FILTER (a.hours IS DISTINCT FROM b.hours OR a.rainfall IS DISTINCT FROM b.rainfall) AS moved,
          count(*) FILTER (abs(a.grade_probability_pass + a.grade_probability_fail - 1) > 1e-9) AS odd
          FROM data a POSITIONAL JOIN before b`,
        with: [{ datakitId: large.id, as: 'before' }],
      },
    });
    expect(compared).toEqual([[0, 0]]);
  });

  it('cannot be run again when its model or datakit is gone', async () => {
    const job = await start();
    await ada.call(jobs.cancel, { params: { id: job.id } });
    await waitForJob(ada, job.id);
    await ada.call(datakits.remove, { params: { id: large.id } });
    expect(await ada.refused(jobs.retry, { params: { id: job.id } })).toMatchObject({
      code: 'CONFLICT',
      error: expect.stringContaining('datakit') as unknown,
    });
    await ada.call(datakits.restore, { params: { id: large.id } });
    await ada.call(models.remove, { params: { id: model } });
    expect(await ada.refused(jobs.retry, { params: { id: job.id } })).toMatchObject({
      error: expect.stringContaining('model') as unknown,
    });
  });
});
