import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import {
  createDatabase,
  eventually,
  newModel,
  quickTraining,
  readyDatakit,
  startTestServer,
  trainedModel,
  upload,
  waitForJob,
} from '@quadrax/testkit';
import type { TestClient, TestDatabase, TestServer } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JobError } from '#platform/jobs';
import { countedJob, createGate, effectsOf, newTenant, openWorker } from './job-worker.ts';
import type { CountedJob, JobWorker } from './job-worker.ts';

describe('a job that is run again', () => {
  let database: TestDatabase;
  let job: CountedJob;
  let tenantId: string;
  let worker: JobWorker;

  beforeAll(async () => {
    database = await createDatabase();
  });
  afterEach(() => worker.close());
  afterAll(() => database.drop());

  let kinds = 0;
  const begin = async (concurrency?: number, perTenant = 2): Promise<void> => {
    job = countedJob(`test.retry${++kinds}`);
    tenantId = await newTenant(database);
    worker = await openWorker({
      database,
      definitions: [job],
      perTenant,
      ...(concurrency !== undefined && { concurrency }),
    });
  };
  const settled = (id: string, attempt: number) =>
    eventually(
      `attempt ${attempt} ends`,
      () => worker.find(tenantId, id),
      (row) => row?.attempt === attempt && row.finishedAt !== null,
    );
  /** Fails at its first attempt and succeeds at its next. */
  const failing = () => {
    job.behave(async ({ attempt, log }) => {
      log(`attempt ${attempt}`);
      if (attempt === 1) throw new JobError('TOO_FEW_ROWS', 'Three rows are too few.');
    });
    return worker.enqueue(job, tenantId);
  };

  it('is the next attempt of the same job: nothing of the failure is left but its log', async () => {
    await begin();
    const id = await failing();
    await database.owner('UPDATE quadrax.jobs SET deaths = 2 WHERE id = $1', [id]);
    await worker.jobs.work(1);
    await settled(id, 1);
    const queued = await worker.retry(tenantId, id);
    expect(queued).toMatchObject({
      id,
      status: 'QUEUED',
      attempt: 2,
      deaths: 0,
      progress: 0,
      error: null,
      result: null,
      startedAt: null,
      finishedAt: null,
    });
    expect(await settled(id, 2)).toMatchObject({ status: 'SUCCEEDED', result: { attempt: 2 } });
    expect(await effectsOf(database, tenantId)).toEqual(['end of one', 'revival of one', 'effect of one']);
    const lines = await database.owner<{ message: string }>(
      'SELECT message FROM quadrax.job_logs WHERE job_id = $1 ORDER BY sequence',
      [id],
    );
    expect(lines.map(({ message }) => message)).toEqual([
      'attempt 1',
      'Run again, as attempt 2.',
      'attempt 2',
    ]);
    const words = worker.heard.filter(({ event }) => event === 'job.queued');
    const { kind } = job.definition;
    expect(words).toMatchObject([1, 2].map((attempt) => ({ tenant: tenantId, data: { id, kind, attempt } })));
  });

  it('may have been cancelled, and is cancelled no more', async () => {
    await begin();
    const id = await worker.enqueue(job, tenantId);
    await worker.cancel(tenantId, id);
    await worker.retry(tenantId, id);
    await worker.jobs.work(1);
    expect(await settled(id, 2)).toMatchObject({ status: 'SUCCEEDED', cancelRequested: false });
  });

  it('waits for its turn like any other', async () => {
    await begin(undefined, 1);
    const id = await worker.enqueue(job, tenantId);
    const next = await worker.enqueue(job, tenantId);
    await worker.cancel(tenantId, id);
    expect(await worker.retry(tenantId, id)).toMatchObject({ waitsFor: 'share' });
    await worker.jobs.work(1);
    await settled(next, 1);
    expect(await settled(id, 2)).toMatchObject({ status: 'SUCCEEDED' });
    expect(job.attempts.map(({ jobId }) => jobId)).toEqual([next, id]);
  });

  it('has not been waiting, running or successful', async () => {
    await begin();
    const gate = createGate();
    job.behave(() => gate.pass());
    const id = await worker.enqueue(job, tenantId);
    const refused = { code: 'JOB_NOT_RETRYABLE' };
    await expect(worker.retry(tenantId, id)).rejects.toMatchObject(refused);
    await worker.jobs.work(1);
    await gate.arrived;
    await expect(worker.retry(tenantId, id)).rejects.toMatchObject(refused);
    gate.open();
    await settled(id, 1);
    await expect(worker.retry(tenantId, id)).rejects.toMatchObject(refused);
    expect(await effectsOf(database, tenantId)).toEqual(['effect of one']);
  });

  it('is run again once, however many ask at once', async () => {
    await begin();
    const id = await worker.enqueue(job, tenantId);
    await worker.cancel(tenantId, id);
    const asked = await Promise.allSettled([1, 2, 3].map(() => worker.retry(tenantId, id)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await worker.jobs.work(2);
    await settled(id, 2);
    expect(job.attempts.map(({ attempt }) => attempt)).toEqual([2]);
  });

  it('stays as it was where what it works on refuses', async () => {
    await begin();
    const id = await worker.enqueue(job, tenantId);
    const before = await worker.cancel(tenantId, id);
    job.refuse(new JobError('CONFLICT', 'It is gone.'));
    await expect(worker.retry(tenantId, id)).rejects.toThrow('It is gone.');
    expect(await worker.find(tenantId, id)).toEqual(before);
    expect(await effectsOf(database, tenantId)).toEqual(['end of one']);
  });

  it('is not one of another tenant', async () => {
    await begin();
    const id = await worker.enqueue(job, tenantId);
    await worker.cancel(tenantId, id);
    const stranger = await newTenant(database);
    await expect(worker.retry(stranger, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('running a job again over the API', () => {
  let server: TestServer;
  let ada: TestClient;

  beforeAll(async () => {
    // A failed read of a file is logged as a fault of ours.
    server = await startTestServer({ mayLogErrors: true });
    ada = await server.register();
  });
  afterAll(() => server.close());

  const retry = (id: string) => ada.call(routes.jobs.retry, { params: { id } });
  const refusal = (id: string) => ada.refused(routes.jobs.retry, { params: { id } });
  const datakitOf = (id: string) => ada.call(routes.datakits.get, { params: { id } });
  const modelOf = (id: string) => ada.call(routes.models.get, { params: { id } });

  /** Cancels a job before it ends; it may have been too quick. */
  const cancelled = async (id: string): Promise<boolean> => {
    await ada.send(routes.jobs.cancel, { params: { id } });
    return (await waitForJob(ada, id)).status === 'CANCELLED';
  };
  const cancelledTraining = async (): Promise<{ modelId: string; jobId: string; datakitId: string }> => {
    const datakit = await readyDatakit(ada);
    const model = await newModel(ada);
    const body = { ...quickTraining(datakit.id), algorithm: 'auto', timeBudgetSeconds: 20 };
    const job = await ada.call(routes.models.train, { params: { id: model.id }, body });
    expect(await cancelled(job.id)).toBe(true);
    return { modelId: model.id, jobId: job.id, datakitId: datakit.id };
  };

  it('reads a file whose reading failed from its kept original, and leaves a line in the audit log', async () => {
    const first = await upload(ada);
    await waitForJob(ada, first.jobId ?? '');
    // Its original cannot be found for a while.
    const [original] = await server.database.owner<{ key: string }>(
      `SELECT o.key FROM quadrax.objects o JOIN quadrax.datakit_versions v ON v.original_object = o.id WHERE v.datakit_id = $1`,
      [first.id],
    );
    await server.database.owner(
      `UPDATE quadrax.datakit_versions SET status = 'FAILED', error = 'Lost.' WHERE datakit_id = $1`,
      [first.id],
    );
    await server.database.owner(`UPDATE quadrax.jobs SET status = 'FAILED', result = NULL WHERE id = $1`, [
      first.jobId,
    ]);
    const stored = join(server.dataDir, 'objects', original?.key ?? '');
    await rename(stored, `${stored}.away`);
    const again = await retry(first.jobId ?? '');
    expect(again).toMatchObject({ id: first.jobId, status: 'QUEUED', attempt: 2, retryable: false });
    expect(await waitForJob(ada, again.id)).toMatchObject({ status: 'FAILED', attempt: 2, retryable: true });
    expect(await datakitOf(first.id)).toMatchObject({ status: 'FAILED' });
    await rename(`${stored}.away`, stored);
    await retry(again.id);
    expect(await datakitOf(first.id)).not.toHaveProperty('error');
    expect(await waitForJob(ada, again.id)).toMatchObject({ status: 'SUCCEEDED', attempt: 3 });
    expect(await datakitOf(first.id)).toMatchObject({ status: 'READY', rows: 60 });
    const audit = await server.database.owner(
      `SELECT resource_id FROM quadrax.audit_log WHERE action = 'job.retried' AND resource_id = $1`,
      [again.id],
    );
    expect(audit).toHaveLength(2);
  });

  it('is refused for a datakit that was deleted, until it is restored', async () => {
    const { id, jobId = '' } = await upload(ada);
    await waitForJob(ada, jobId);
    await server.database.owner(`UPDATE quadrax.jobs SET status = 'FAILED', result = NULL WHERE id = $1`, [
      jobId,
    ]);
    await ada.call(routes.datakits.remove, { params: { id } });
    expect(await refusal(jobId)).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      error: expect.stringMatching(/Restore it/),
    });
    await ada.call(routes.datakits.restore, { params: { id } });
    await retry(jobId);
    expect(await waitForJob(ada, jobId)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('trains a model whose training was cancelled', async () => {
    const { modelId, jobId } = await cancelledTraining();
    await retry(jobId);
    expect(await modelOf(modelId)).toMatchObject({ status: 'TRAINING', trainingJobId: jobId });
    expect(await cancelled(jobId)).toBe(true);
    expect(await modelOf(modelId)).toMatchObject({ status: 'DRAFT' });
  });

  it('is refused while another training of the model runs, and where model or datakit were deleted', async () => {
    const { modelId, jobId, datakitId } = await cancelledTraining();
    const body = { ...quickTraining(datakitId), algorithm: 'auto', timeBudgetSeconds: 20 };
    const other = await ada.call(routes.models.train, { params: { id: modelId }, body });
    expect(await refusal(jobId)).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      error: expect.stringMatching(/being trained/),
    });
    expect(await modelOf(modelId)).toMatchObject({ trainingJobId: other.id });
    await cancelled(other.id);
    await ada.call(routes.datakits.remove, { params: { id: datakitId } });
    expect(await refusal(jobId)).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      error: expect.stringMatching(/datakit was deleted/),
    });
    await ada.call(routes.models.remove, { params: { id: modelId } });
    expect(await refusal(jobId)).toMatchObject({
      status: 409,
      code: 'CONFLICT',
      error: expect.stringMatching(/model was deleted/),
    });
  });

  it('is refused for a job that succeeded, with the reason', async () => {
    const datakit = await readyDatakit(ada);
    const { job } = await trainedModel(ada, datakit.id);
    expect(job).toMatchObject({ retryable: false, attempt: 1 });
    expect(await refusal(job.id)).toMatchObject({
      status: 409,
      code: 'JOB_NOT_RETRYABLE',
      error: expect.stringMatching(/succeeded/),
    });
  });
});
