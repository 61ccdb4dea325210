import { eventually } from '@quadrax/testkit';
import type { TestDatabase } from '@quadrax/testkit';
import { describe, expect, it } from 'vitest';
import { createGate, jobStage, newTenant } from './job-worker.ts';
import type { CountedJob, JobWorker } from './job-worker.ts';

let database: TestDatabase;
let job: CountedJob;
let tenantId: string;
const { open, settled } = jobStage(
  'test.shares',
  { perTenant: 2 },
  (stage) => ({ database, job, tenantId } = stage),
);

const enqueueMany = async (worker: JobWorker, count: number, tenant = tenantId): Promise<string[]> => {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(await worker.enqueue(job, tenant, `job ${i}`));
  return ids;
};

const waits = (id: string) =>
  database
    .owner<{ w: string }>(`SELECT status || ' ' || waits_for AS w FROM quadrax.jobs WHERE id = $1`, [id])
    .then(([row]) => row?.w);

/** Messages that are in the queue for a job, waiting to be taken. */
const messagesOf = async (id: string): Promise<number> => {
  const [row] = await database.owner<{ n: number }>(
    `SELECT count(*)::int AS n FROM pgboss.job WHERE data->>'jobId' = $1 AND state < 'active'`,
    [id],
  );
  return row?.n ?? -1;
};

/** Writes down each time a job begins or ceases to run, in the order in which that became so. */
const watchRunning = async (): Promise<() => Promise<number>> => {
  await database.owner(`CREATE TABLE public.steps (n bigserial, step int)`);
  await database.owner(`GRANT ALL ON public.steps, public.steps_n_seq TO quadrax_app, quadrax_system`);
  await database.owner(`GRANT USAGE ON SCHEMA public TO quadrax_app, quadrax_system`);
  await database.owner(`
    CREATE FUNCTION public.step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO public.steps (step) VALUES (CASE WHEN NEW.status = 'RUNNING' THEN 1 ELSE -1 END);
      RETURN NULL;
    END $$`);
  await database.owner(`
    CREATE TRIGGER step AFTER UPDATE OF status ON quadrax.jobs FOR EACH ROW
    WHEN ((OLD.status = 'RUNNING') <> (NEW.status = 'RUNNING')) EXECUTE FUNCTION public.step()`);
  return async () => {
    const [row] = await database.owner<{ most: number }>(
      `SELECT max(at_once)::int AS most FROM (SELECT sum(step) OVER (ORDER BY n) AS at_once FROM public.steps) s`,
    );
    return row?.most ?? 0;
  };
};

/** Some work, long enough for others to run beside it. */
const busy = (worker: JobWorker) => async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await worker.db.ping();
};

describe('the share of a tenant', () => {
  it('is never exceeded, though every job is called and three processes claim at once', async () => {
    // Whoever queues here knows of no limit, so that a message for every job is there to be claimed.
    const generous = await open({ perTenant: 1000 });
    const ids = await enqueueMany(generous, 40);
    job.behave(busy(generous));
    const mostAtOnce = await watchRunning();
    await Promise.all([1, 2, 3].map(() => open({ concurrency: 5 })));
    for (const id of ids) expect(await settled(generous, id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await mostAtOnce()).toBe(2);
    expect(job.attempts).toHaveLength(40);
  });

  it('is used in full, in the order in which the jobs were asked for', async () => {
    const worker = await open();
    const ids = await enqueueMany(worker, 12);
    job.behave(busy(worker));
    const mostAtOnce = await watchRunning();
    await worker.jobs.work(6);
    for (const id of ids) await settled(worker, id);
    expect(await mostAtOnce()).toBe(2);
    // Two run side by side, so neighbours may change places and no others.
    const places = job.attempts.map(({ jobId }) => ids.indexOf(jobId));
    expect(places.every((place, turn) => Math.abs(place - turn) <= 1)).toBe(true);
  });

  it('is told to those who wait for their turn', async () => {
    const worker = await open();
    const [first = '', , third = ''] = await enqueueMany(worker, 3);
    expect(await worker.find(tenantId, first)).toMatchObject({ waitsFor: 'worker', stage: 'Waiting' });
    expect(await worker.find(tenantId, third)).toMatchObject({
      status: 'QUEUED',
      waitsFor: 'share',
      stage: 'Waiting for its turn: 2 of your jobs run at once',
    });
    expect([await messagesOf(first), await messagesOf(third)]).toEqual([1, 0]);
  });

  it('is nobody else’s: after 200 jobs of one tenant, the first of another waits for one job at most', async () => {
    const worker = await open();
    await enqueueMany(worker, 200);
    const other = await newTenant(database);
    const [first = ''] = await enqueueMany(worker, 1, other);
    const order: string[] = [];
    job.behave(async (context) => {
      order.push(context.tenantId);
    });
    // One worker with one hand: the hardest case.
    await worker.jobs.work(1);
    await settled(worker, first, other);
    expect(order.indexOf(other)).toBeLessThanOrEqual(1);
  });
});

/** Two jobs that run until they are let go, and a third that waits for its turn. */
const full = async (worker: JobWorker) => {
  const gates = [createGate(), createGate()];
  let begun = 0;
  job.behave(async ({ signal }) => gates[begun++]?.passUnless(signal));
  const [first = '', second = '', third = ''] = await enqueueMany(worker, 3);
  await worker.jobs.work(4);
  for (const gate of gates) await gate.arrived;
  expect(await waits(third)).toBe('QUEUED share');
  return { gates, first, second, third };
};

describe('a parked job gets its turn', () => {
  it('when a job of its tenant succeeds', async () => {
    const worker = await open();
    const { gates, third } = await full(worker);
    gates[0]?.open();
    expect(await settled(worker, third)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('when a job of its tenant is cancelled while it runs', async () => {
    const worker = await open();
    const { first, third } = await full(worker);
    await worker.cancel(tenantId, first);
    expect(await settled(worker, third)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('when a job of its tenant is cancelled that had been called and not yet taken', async () => {
    const worker = await open();
    const [first = '', , third = ''] = await enqueueMany(worker, 3);
    await worker.cancel(tenantId, first);
    expect(await waits(third)).toBe('QUEUED worker');
    await worker.jobs.work(1);
    expect(await settled(worker, third)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('when the one before it is cancelled while it waits too', async () => {
    const worker = await open();
    const { gates, third } = await full(worker);
    const fourth = await worker.enqueue(job, tenantId, 'fourth');
    await worker.cancel(tenantId, third);
    expect(await waits(fourth)).toBe('QUEUED share');
    gates[0]?.open();
    expect(await settled(worker, fourth)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await worker.find(tenantId, third)).toMatchObject({ status: 'CANCELLED' });
    expect(job.attempts.map(({ jobId }) => jobId)).not.toContain(third);
  });

  it('when the process that ran the others dies', async () => {
    const [worker, other] = [await open(), await open()];
    const { gates, third } = await full(worker);
    job.behave(async () => {});
    await worker.seemDead();
    await other.recover();
    await other.jobs.work(2);
    expect(await settled(other, third)).toMatchObject({ status: 'SUCCEEDED', attempt: 1 });
    for (const gate of gates) gate.open();
  });

  it('when the process that ran the others is told to stop', async () => {
    const [worker, other] = [await open(), await open()];
    const { third } = await full(worker);
    job.behave(async () => {});
    await worker.jobs.stop();
    await other.jobs.work(2);
    expect(await settled(other, third)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('when the others ended while the database was away', async () => {
    const worker = await open();
    const { gates, third } = await full(worker);
    const restore = await database.cutOff();
    for (const gate of gates) gate.open();
    await eventually(
      'the database is seen to be away',
      () =>
        worker.db.ping().then(
          () => false,
          () => true,
        ),
      Boolean,
    );
    await restore();
    expect(await settled(worker, third)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('when a claim of a message that is worth nothing shows that there is room', async () => {
    const worker = await open();
    const { gates, first, second, third } = await full(worker);
    // Room was made and nobody was told, as by a hand in the database; the next message finds out.
    await database.owner(
      `UPDATE quadrax.jobs SET status = 'CANCELLED', finished_at = now() WHERE id = ANY ($1)`,
      [[first, second]],
    );
    for (const gate of gates) gate.open();
    const stray = JSON.stringify({ tenantId, jobId: first, attempt: 1 });
    await database.owner(`INSERT INTO pgboss.job (name, data) VALUES ('test.shares', $1)`, [stray]);
    expect(await settled(worker, third)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('the sweep', () => {
  const makeRoom = (ids: readonly string[]) =>
    database.owner(`UPDATE quadrax.jobs SET status = 'CANCELLED', finished_at = now() WHERE id = ANY ($1)`, [
      ids,
    ]);

  it('calls parked jobs to room that nobody told them of, and no more of them than have room', async () => {
    const worker = await open();
    const [first = '', second = '', third = '', fourth = ''] = await enqueueMany(worker, 4);
    await makeRoom([first]);
    await worker.jobs.mend();
    expect([await waits(second), await waits(third), await waits(fourth)]).toEqual([
      'QUEUED worker',
      'QUEUED worker',
      'QUEUED share',
    ]);
    expect([await messagesOf(third), await messagesOf(fourth)]).toEqual([1, 0]);
  });

  it('calls more once the share has grown', async () => {
    const worker = await open();
    const ids = await enqueueMany(worker, 4);
    const generous = await open({ perTenant: 3 });
    await generous.jobs.mend();
    expect(await Promise.all(ids.map(waits))).toEqual([
      'QUEUED worker',
      'QUEUED worker',
      'QUEUED worker',
      'QUEUED share',
    ]);
  });

  it('sends a lost message anew, and none to a job that is parked or whose message is there', async () => {
    const worker = await open();
    const ids = await enqueueMany(worker, 3);
    await database.owner(`DELETE FROM pgboss.job WHERE data->>'jobId' = $1`, [ids[0]]);
    await worker.jobs.mend();
    await worker.jobs.mend();
    expect(await Promise.all(ids.map(messagesOf))).toEqual([1, 1, 0]);
  });

  it('sends one where a process took the message and hung before it claimed the job', async () => {
    const worker = await open();
    const id = await worker.enqueue(job, tenantId);
    await database.owner(
      `UPDATE pgboss.job SET state = 'active', started_on = now(), heartbeat_on = now() WHERE data->>'jobId' = $1`,
      [id],
    );
    await worker.jobs.mend();
    await worker.jobs.work(1);
    expect(await settled(worker, id)).toMatchObject({ status: 'SUCCEEDED', attempt: 1 });
  });

  it('after a death sends none to a parked job either', async () => {
    const [worker, other] = [await open(), await open()];
    const ids = await enqueueMany(worker, 3);
    await worker.seemDead();
    await other.recover();
    expect(await Promise.all(ids.map(messagesOf))).toEqual([1, 1, 0]);
  });

  it('leaves a parked job alone that somebody is about to cancel, and calls it when they did not', async () => {
    const worker = await open();
    const [first = '', second = '', third = ''] = await enqueueMany(worker, 3);
    const gate = createGate();
    const refused = worker.db.tenant(tenantId, async (tx) => {
      await worker.jobs.cancel(tx, tenantId, third);
      await gate.pass();
      throw new Error('The cancelling fails.');
    });
    await gate.arrived;
    await makeRoom([first, second]);
    const mending = worker.jobs.mend();
    gate.open();
    await expect(refused).rejects.toThrow('The cancelling fails.');
    await mending;
    await worker.jobs.mend();
    expect(await waits(third)).toBe('QUEUED worker');
  });
});
