import { createDatabase, eventually } from '@quadrax/testkit';
import type { TestDatabase } from '@quadrax/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countedJob, effectsOf, newTenant, openWorker } from './job-worker.ts';
import type { CountedJob, CountedOptions, JobWorker } from './job-worker.ts';

let database: TestDatabase;
let tenantId: string;
const workers: JobWorker[] = [];

beforeEach(async () => {
  database = await createDatabase();
  tenantId = await newTenant(database);
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
  await database.drop();
});

/** A process whose program knows the job in one version. */
const program = async (
  options: CountedOptions,
  concurrency?: number,
): Promise<{ worker: JobWorker; job: CountedJob }> => {
  const job = countedJob('test.versions', options);
  const worker = await openWorker({
    database,
    definitions: [job],
    perTenant: 1,
    ...(concurrency !== undefined && { concurrency }),
  });
  workers.push(worker);
  return { worker, job };
};

const seen = (
  worker: JobWorker,
  id: string,
  matches: (row: { status: string; waitsFor: string }) => boolean,
) =>
  eventually(
    'the job is as wanted',
    () => worker.find(tenantId, id),
    (row) => row !== undefined && matches(row),
  );
const ended = ({ status }: { status: string }): boolean => status !== 'QUEUED' && status !== 'RUNNING';
const waitsForUpgrade = ({ waitsFor }: { waitsFor: string }): boolean => waitsFor === 'upgrade';

describe('a job of a newer version than the program knows', () => {
  it('is left for a process that knows it, and is not begun', async () => {
    const [older, newer] = [await program({}, 1), await program({ version: 2 })];
    const id = await newer.worker.enqueue(newer.job, tenantId);
    expect(await seen(older.worker, id, waitsForUpgrade)).toMatchObject({
      status: 'QUEUED',
      attempt: 1,
      startedAt: null,
      stage: 'Waiting for a newer version of the server',
    });
    await newer.worker.jobs.work(1);
    await eventually(
      'a sweep brings it to the newer process, though the older may be quicker once or twice',
      async () => {
        await newer.worker.jobs.mend();
        return newer.worker.find(tenantId, id);
      },
      (row) => row?.status === 'SUCCEEDED',
    );
    expect(older.job.attempts).toEqual([]);
    expect(await effectsOf(database, tenantId)).toEqual(['effect of one']);
  });

  it('is not called by a sweep of a program that does not know it, and takes no share meanwhile', async () => {
    const [older, newer] = [await program({}, 1), await program({ version: 2 })];
    const id = await newer.worker.enqueue(newer.job, tenantId, 'newer');
    await seen(older.worker, id, waitsForUpgrade);
    const next = await older.worker.enqueue(older.job, tenantId, 'older');
    await seen(older.worker, next, ended);
    await older.worker.jobs.mend();
    expect(await older.worker.find(tenantId, id)).toMatchObject({ status: 'QUEUED', waitsFor: 'upgrade' });
    expect(await effectsOf(database, tenantId)).toEqual(['effect of older']);
  });

  it('that is cancelled where it is not known ends where it is known', async () => {
    const [older, newer] = [await program({}), await program({ version: 2 })];
    const id = await newer.worker.enqueue(newer.job, tenantId);
    expect(await older.worker.cancel(tenantId, id)).toMatchObject({
      status: 'QUEUED',
      cancelRequested: true,
    });
    await newer.worker.jobs.work(1);
    expect(await seen(newer.worker, id, ended)).toMatchObject({ status: 'CANCELLED' });
    expect(newer.job.attempts).toEqual([]);
    expect(await effectsOf(database, tenantId)).toEqual(['end of one']);
  });
});

describe('a job of an older version', () => {
  it('is brought up to date before it runs', async () => {
    const older = await program({});
    const id = await older.worker.enqueue(older.job, tenantId, 'ada');
    const upgrade = (data: unknown, from: number) => ({
      name: `${(data as { name: string }).name} of version ${from}`,
    });
    const newer = await program({ version: 3, upgrade }, 1);
    expect(await seen(newer.worker, id, ended)).toMatchObject({
      status: 'SUCCEEDED',
      result: { name: 'ada of version 1' },
    });
  });

  it('is tidied up after in its new shape too', async () => {
    const older = await program({});
    const id = await older.worker.enqueue(older.job, tenantId, 'ada');
    const newer = await program({ version: 2, upgrade: () => ({ name: 'upgraded' }) });
    await newer.worker.cancel(tenantId, id);
    expect(await effectsOf(database, tenantId)).toEqual(['end of upgraded']);
  });

  it('runs as it is where its schema lets it through, and fails where it does not', async () => {
    const older = await program({});
    const good = await older.worker.enqueue(older.job, tenantId);
    const bad = await older.worker.enqueue(older.job, tenantId);
    await database.owner(
      `UPDATE quadrax.jobs SET payload = '{"version": 1, "data": {"no": 1}}' WHERE id = $1`,
      [bad],
    );
    const newer = await program({ version: 2 }, 1);
    expect(await seen(newer.worker, good, ended)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await seen(newer.worker, bad, ended)).toMatchObject({ status: 'FAILED' });
  });
});
