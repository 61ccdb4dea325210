import { createDatabase, eventually } from '@quadrax/testkit';
import type { TestDatabase } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JobError } from '#platform/jobs';
import { countedJob, createGate, effectsOf, newTenant, openWorker } from './job-worker.ts';
import type { CountedJob, JobWorker } from './job-worker.ts';

let database: TestDatabase;
let kinds = 0;
const workers: JobWorker[] = [];

beforeAll(async () => {
  database = await createDatabase();
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
});
afterAll(() => database.drop());

const newJob = (options?: { failCommit?: boolean }): CountedJob => countedJob(`test.kind${++kinds}`, options);

const open = async (jobs: CountedJob[], concurrency?: number): Promise<JobWorker> => {
  const worker = await openWorker({
    database,
    definitions: jobs,
    ...(concurrency !== undefined && { concurrency }),
  });
  workers.push(worker);
  return worker;
};

const settled = (worker: JobWorker, tenantId: string, id: string, withinMs?: number) =>
  eventually(
    'the job ends',
    () => worker.find(tenantId, id),
    (row) => row !== undefined && ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(row.status),
    withinMs,
  );

describe('a job', () => {
  it('runs once, though many processes wait for it, and its result can be read', async () => {
    const job = newJob();
    const [worker] = await Promise.all([open([job], 2), open([job], 2), open([job], 2)]);
    const tenantId = await newTenant(database);
    const names = Array.from({ length: 25 }, (_unused, i) => `job ${i}`);
    const ids = await Promise.all(names.map((name) => worker.enqueue(job, tenantId, name)));
    // Nobody waits for the next look at the queue while there is something in it.
    const rows = await Promise.all(ids.map((id) => settled(worker, tenantId, id, 5000)));
    expect(rows.map((row) => row?.result)).toEqual(names.map((name) => ({ name, attempt: 1 })));
    expect(rows.every((row) => row?.progress === 1 && row.stage === 'Done')).toBe(true);
    expect(job.attempts.map(({ jobId }) => jobId).toSorted()).toEqual(ids.toSorted());
    expect((await effectsOf(database, tenantId)).toSorted()).toEqual(
      names.map((name) => `effect of ${name}`).toSorted(),
    );
  });

  it('is queued with the transaction that needs it, or not at all', async () => {
    const job = newJob();
    const worker = await open([job], 1);
    const tenantId = await newTenant(database);
    const refused = worker.db.tenant(tenantId, async (tx) => {
      await worker.jobs.enqueue(tx, job.definition, { tenantId, payload: { name: 'never' } });
      throw new Error('The transaction fails.');
    });
    await expect(refused).rejects.toThrow('The transaction fails.');
    await settled(worker, tenantId, await worker.enqueue(job, tenantId, 'after'));
    expect(job.attempts).toHaveLength(1);
    const rows = await database.owner('SELECT id FROM quadrax.jobs WHERE tenant_id = $1', [tenantId]);
    expect(rows).toHaveLength(1);
  });

  it('whose commit fails has no effect at all', async () => {
    const job = newJob({ failCommit: true });
    const worker = await open([job], 1);
    const tenantId = await newTenant(database);
    const row = await settled(worker, tenantId, await worker.enqueue(job, tenantId));
    expect(row).toMatchObject({ status: 'FAILED', result: null, error: { code: 'INTERNAL' } });
    expect(await effectsOf(database, tenantId)).toEqual(['end of one']);
  });

  it.each([
    ['succeeds', {}, false, 'SUCCEEDED', []],
    ['fails in its commit', { failCommit: true }, false, 'FAILED', ['first', 'second']],
    ['is cancelled at its end', {}, true, 'CANCELLED', ['first', 'second']],
  ])(
    'that %s takes back what no commit took, and only that',
    async (_what, options, cancel, status, taken) => {
      const job = newJob(options);
      const worker = await open([job], 1);
      const tenantId = await newTenant(database);
      const takenBack: string[] = [];
      job.behave(async ({ jobId, unlessCommitted }) => {
        for (const name of ['first', 'second'])
          unlessCommitted(async () => {
            takenBack.push(name);
          });
        if (cancel)
          await database.owner('UPDATE quadrax.jobs SET cancel_requested = true WHERE id = $1', [jobId]);
      });
      const row = await settled(worker, tenantId, await worker.enqueue(job, tenantId));
      expect([row?.status, takenBack]).toEqual([status, taken]);
    },
  );

  it('that fails says what a person can act upon, and tidies up with the word that it failed', async () => {
    const job = newJob();
    const worker = await open([job], 1);
    const tenantId = await newTenant(database);
    job.behave(async () => {
      throw new JobError('TOO_FEW_ROWS', 'Three rows are too few.');
    });
    const row = await settled(worker, tenantId, await worker.enqueue(job, tenantId));
    expect(row?.error).toEqual({ code: 'TOO_FEW_ROWS', message: 'Three rows are too few.' });
    expect(await effectsOf(database, tenantId)).toEqual(['end of one']);
  });

  it('that fails by a fault of ours does not tell its inside', async () => {
    const job = newJob();
    const worker = await open([job], 1);
    const tenantId = await newTenant(database);
    job.behave(async () => {
      throw new Error('password=hunter2 at /srv/secret.ts');
    });
    const row = await settled(worker, tenantId, await worker.enqueue(job, tenantId));
    expect(row?.error?.code).toBe('INTERNAL');
    expect(JSON.stringify(row)).not.toMatch(/hunter2|secret/);
  });

  it('with a payload that its definition does not know fails, and the next one runs', async () => {
    const job = newJob();
    const worker = await open([job]);
    const tenantId = await newTenant(database);
    const id = await worker.enqueue(job, tenantId);
    await database.owner(`UPDATE quadrax.jobs SET payload = '{"version": 1, "data": {}}' WHERE id = $1`, [
      id,
    ]);
    await worker.jobs.work(1);
    expect(await settled(worker, tenantId, id)).toMatchObject({ status: 'FAILED' });
    const next = await settled(worker, tenantId, await worker.enqueue(job, tenantId));
    expect(next?.status).toBe('SUCCEEDED');
  });
});

describe('progress', () => {
  it('never goes back, and every step of it is pushed to who watches', async () => {
    const job = newJob();
    const worker = await open([job], 1);
    const tenantId = await newTenant(database);
    const seen = () =>
      worker.heard
        .filter(({ event }) => event === 'job.progress')
        .map(({ data }) => (data as { progress: number }).progress);
    job.behave(async ({ progress }) => {
      for (const [i, done] of [10, 4, -3, 60, Number.NaN, 59, 400].entries()) {
        progress(done, 100, `step ${i}`);
        await eventually(`report ${i}`, seen, (all) => all.length > i, 5000);
      }
    });
    const row = await settled(worker, tenantId, await worker.enqueue(job, tenantId));
    expect(row?.status).toBe('SUCCEEDED');
    expect(seen()).toEqual([0.1, 0.1, 0.1, 0.6, 0.6, 0.6, 1]);
  });

  it('keeps every line of the log in order, the last ones too', async () => {
    const job = newJob();
    const worker = await open([job], 1);
    const tenantId = await newTenant(database);
    job.behave(async ({ log }) => {
      for (let i = 0; i < 50; i++) log(`line ${i}`, i % 2 ? 'warn' : 'info');
    });
    const id = await worker.enqueue(job, tenantId);
    await settled(worker, tenantId, id);
    const lines = await database.owner<{ message: string; level: string }>(
      'SELECT message, level FROM quadrax.job_logs WHERE job_id = $1 ORDER BY sequence',
      [id],
    );
    expect(lines.map(({ message }) => message)).toEqual(
      Array.from({ length: 50 }, (_unused, i) => `line ${i}`),
    );
    expect(lines[1]?.level).toBe('warn');
  });

  it('ends with an event that tells how it ended', async () => {
    const job = newJob();
    const worker = await open([job], 1);
    const tenantId = await newTenant(database);
    const id = await worker.enqueue(job, tenantId);
    await settled(worker, tenantId, id);
    const [last] = await eventually(
      'the event arrives',
      () => worker.heard.filter(({ event }) => event === 'job.finished'),
      (all) => all.length > 0,
    );
    expect(last).toEqual({
      tenant: tenantId,
      // Nobody asked for it.
      account: null,
      event: 'job.finished',
      data: { id, kind: job.definition.kind, status: 'SUCCEEDED', result: { name: 'one', attempt: 1 } },
    });
  });
});

describe('cancelling', () => {
  it('ends a job that waits at once; it never runs', async () => {
    const job = newJob();
    const worker = await open([job]);
    const tenantId = await newTenant(database);
    const id = await worker.enqueue(job, tenantId, 'cancelled');
    expect(await worker.cancel(tenantId, id)).toMatchObject({ status: 'CANCELLED', stage: 'Cancelled' });
    await worker.jobs.work(1);
    await settled(worker, tenantId, await worker.enqueue(job, tenantId, 'next'));
    expect(job.attempts).toHaveLength(1);
    expect(job.ends).toEqual([{ status: 'CANCELLED', error: undefined }]);
    expect(await effectsOf(database, tenantId)).toEqual(['end of cancelled', 'effect of next']);
  });

  it('stops a job that runs, from any process, and its effect does not happen', async () => {
    const job = newJob();
    const [worker, other] = [await open([job], 1), await open([job])];
    const tenantId = await newTenant(database);
    const gate = createGate();
    job.behave(({ signal }) => gate.passUnless(signal));
    const id = await worker.enqueue(job, tenantId);
    await gate.arrived;
    await other.cancel(tenantId, id);
    expect(await settled(worker, tenantId, id)).toMatchObject({ status: 'CANCELLED', error: null });
    expect(await effectsOf(database, tenantId)).toEqual(['end of one']);
    await expect(other.cancel(tenantId, id)).rejects.toMatchObject({ code: 'JOB_FINISHED' });
  });

  it('holds though the work behind it minds no signal', async () => {
    const job = newJob();
    const worker = await open([job], 1);
    const tenantId = await newTenant(database);
    const gate = createGate();
    job.behave(() => gate.pass());
    const id = await worker.enqueue(job, tenantId);
    await gate.arrived;
    await worker.cancel(tenantId, id);
    await eventually('the signal', () => job.attempts[0]?.signal.aborted, Boolean);
    gate.open();
    expect(await settled(worker, tenantId, id)).toMatchObject({ status: 'CANCELLED' });
    expect(await effectsOf(database, tenantId)).toEqual(['end of one']);
  });

  it('is seen with the next report of progress where the word of it was lost', async () => {
    const job = newJob();
    const worker = await open([job], 1);
    const tenantId = await newTenant(database);
    const gate = createGate();
    job.behave(async ({ progress, signal }) => {
      await gate.pass();
      progress(1, 2, 'half');
      await createGate().passUnless(signal);
    });
    const id = await worker.enqueue(job, tenantId);
    await gate.arrived;
    await database.owner('UPDATE quadrax.jobs SET cancel_requested = true WHERE id = $1', [id]);
    gate.open();
    expect(await settled(worker, tenantId, id)).toMatchObject({ status: 'CANCELLED' });
  });

  it('is not forgotten when the process that ran the job dies first', async () => {
    const job = newJob();
    const [first, second] = [await open([job], 1), await open([job])];
    const tenantId = await newTenant(database);
    const gate = createGate();
    job.behave(() => gate.pass());
    const id = await first.enqueue(job, tenantId);
    await gate.arrived;
    await first.seemDead();
    await second.cancel(tenantId, id);
    await second.recover();
    await second.jobs.work(1);
    const row = await settled(second, tenantId, id);
    gate.open();
    expect(row).toMatchObject({ status: 'CANCELLED' });
    expect(await effectsOf(database, tenantId)).toEqual(['end of one']);
  });

  it('of a job of another tenant, or of none, finds nothing', async () => {
    const job = newJob();
    const worker = await open([job]);
    const tenantId = await newTenant(database);
    const id = await worker.enqueue(job, tenantId);
    const stranger = await newTenant(database);
    await expect(worker.cancel(stranger, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await worker.find(tenantId, id)).toMatchObject({ status: 'QUEUED' });
  });
});
