import { eventually } from '@quadrax/testkit';
import type { TestDatabase } from '@quadrax/testkit';
import { describe, expect, it } from 'vitest';
import { createGate, effectsOf, jobStage } from './job-worker.ts';
import type { CountedJob } from './job-worker.ts';

let database: TestDatabase;
let job: CountedJob;
let tenantId: string;
const { open, settled } = jobStage('test.survival', {}, (stage) => ({ database, job, tenantId } = stage));

describe('when a process dies', () => {
  it('another takes its job over, and what the dead one still does changes nothing', async () => {
    const stale = createGate();
    job.behave(({ attempt }) => (attempt === 1 ? stale.pass() : Promise.resolve()));
    const [first, second] = [await open({ concurrency: 1 }), await open()];
    const id = await first.enqueue(job, tenantId);
    await stale.arrived;
    await first.seemDead();
    await second.recover();
    await second.jobs.work(1);
    expect(await settled(second, id)).toMatchObject({
      status: 'SUCCEEDED',
      attempt: 2,
      deaths: 1,
      result: { attempt: 2 },
    });
    job.attempts[0]?.progress(99, 100, 'I am still here');
    job.attempts[0]?.log('still here');
    stale.open();
    await eventually('it hears that it was taken over', () => job.attempts[0]?.signal.aborted, Boolean);
    expect(await second.find(tenantId, id)).toMatchObject({ stage: 'Done', result: { attempt: 2 } });
    expect(await effectsOf(database, tenantId)).toEqual(['effect of one']);
    const lines = await database.owner('SELECT 1 FROM quadrax.job_logs WHERE job_id = $1', [id]);
    expect(lines).toEqual([]);
  });

  it('the next attempt is given what was finished, and nothing of a stale one is kept', async () => {
    const stale = createGate();
    const given: (readonly unknown[])[] = [];
    job.behave(async ({ attempt, checkpoint, progress }) => {
      given.push(checkpoint.kept);
      if (attempt > 1) return;
      for (const unit of [1, 2]) checkpoint.keep({ unit });
      progress(2, 4, 'Halfway');
      await stale.pass();
    });
    const parts = () =>
      database.owner<{ data: unknown }>('SELECT data FROM quadrax.job_checkpoints ORDER BY part');
    const [first, second] = [await open({ concurrency: 1 }), await open()];
    const id = await first.enqueue(job, tenantId);
    await eventually('both are kept', parts, (kept) => kept.length === 2);
    await first.seemDead();
    await second.recover();
    job.attempts[0]?.checkpoint.keep({ unit: 3 });
    await eventually('it hears that it was taken over', () => job.attempts[0]?.signal.aborted, Boolean);
    expect(await parts()).toEqual([{ data: { unit: 1 } }, { data: { unit: 2 } }]);
    await second.jobs.work(1);
    expect(await settled(second, id)).toMatchObject({ status: 'SUCCEEDED', attempt: 2 });
    stale.open();
    expect(given).toEqual([[], [{ unit: 1 }, { unit: 2 }]]);
    expect(await parts()).toEqual([]);
  });

  it('its job is put back once, however many see the death', async () => {
    const stale = createGate();
    job.behave(() => stale.pass());
    const first = await open({ concurrency: 1 });
    const others = await Promise.all([open(), open(), open()]);
    const id = await first.enqueue(job, tenantId);
    await stale.arrived;
    await first.seemDead();
    await Promise.all(others.map((other) => other.recover()));
    expect(await others[0]?.find(tenantId, id)).toMatchObject({ status: 'QUEUED', attempt: 2, deaths: 1 });
    stale.open();
  });

  it('a living process is left alone', async () => {
    const gate = createGate();
    job.behave(() => gate.pass());
    const [first, second] = [await open({ concurrency: 1 }), await open({ concurrency: 1 })];
    const id = await first.enqueue(job, tenantId);
    await gate.arrived;
    await second.recover();
    expect(await second.find(tenantId, id)).toMatchObject({ status: 'RUNNING', attempt: 1, deaths: 0 });
    gate.open();
    expect(await settled(first, id)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('a job that ended five processes is set aside, with what is known', async () => {
    const gates = Array.from({ length: 5 }, createGate);
    job.behave(({ attempt }) => gates[attempt - 1]?.pass() ?? Promise.resolve());
    const watcher = await open();
    const id = await watcher.enqueue(job, tenantId);
    for (const gate of gates) {
      const victim = await open({ concurrency: 1 });
      await gate.arrived;
      await victim.seemDead();
      await watcher.recover();
    }
    const row = await settled(watcher, id);
    expect(row).toMatchObject({ status: 'FAILED', deaths: 5, error: { code: 'SET_ASIDE' } });
    expect(row?.error?.message).toMatch(/5 times/);
    for (const gate of gates) gate.open();
    expect(await effectsOf(database, tenantId)).toEqual(['end of one']);
    expect(job.attempts).toHaveLength(5);
  });
});

describe('when a process is told to stop', () => {
  it('another goes on with its job, and no death is counted', async () => {
    const gate = createGate();
    job.behave(({ attempt, signal }) => (attempt === 1 ? gate.passUnless(signal) : Promise.resolve()));
    const [first, second] = [await open({ concurrency: 1 }), await open()];
    const id = await first.enqueue(job, tenantId);
    await gate.arrived;
    await first.jobs.stop();
    expect(await second.find(tenantId, id)).toMatchObject({ status: 'QUEUED', attempt: 2, deaths: 0 });
    await second.jobs.work(1);
    expect(await settled(second, id)).toMatchObject({ status: 'SUCCEEDED', attempt: 2, deaths: 0 });
    expect(await effectsOf(database, tenantId)).toEqual(['effect of one']);
  });

  it('a job that was just done keeps its effect', async () => {
    const worker = await open({ concurrency: 1 });
    const id = await worker.enqueue(job, tenantId);
    const row = await settled(worker, id);
    await worker.jobs.stop();
    expect(await worker.find(tenantId, id)).toEqual(row);
  });
});

describe('while the database cannot be reached', () => {
  it('a job goes on, and its outcome is written when the database is back', async () => {
    const [before, during] = [createGate(), createGate()];
    job.behave(async ({ progress, log }) => {
      progress(1, 3, 'begun');
      log('before');
      await before.pass();
      progress(2, 3, 'in the dark');
      log('in the dark');
      await during.pass();
    });
    const worker = await open({ concurrency: 1 });
    const id = await worker.enqueue(job, tenantId);
    await before.arrived;
    const restore = await database.cutOff();
    before.open();
    await during.arrived;
    // The report that is due now fails: the database must be seen to be away.
    await eventually(
      'the database is away',
      () =>
        worker.db.ping().then(
          () => 'there',
          () => 'away',
        ),
      (seen) => seen === 'away',
    );
    during.open();
    await expect(worker.find(tenantId, id)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await restore();
    expect(await settled(worker, id)).toMatchObject({ status: 'SUCCEEDED', attempt: 1, progress: 1 });
    expect(await effectsOf(database, tenantId)).toEqual(['effect of one']);
    const lines = await database.owner<{ message: string }>(
      'SELECT message FROM quadrax.job_logs WHERE job_id = $1 ORDER BY sequence',
      [id],
    );
    expect(lines.map(({ message }) => message)).toEqual(['before', 'in the dark']);
  });

  it('a failure is written likewise', async () => {
    const gate = createGate();
    job.behave(async ({ progress }) => {
      progress(1, 3, 'begun');
      await gate.pass();
      throw new TypeError('It went wrong.');
    });
    const worker = await open({ concurrency: 1 });
    const id = await worker.enqueue(job, tenantId);
    await gate.arrived;
    const restore = await database.cutOff();
    gate.open();
    await expect(worker.find(tenantId, id)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await restore();
    expect(await settled(worker, id)).toMatchObject({ status: 'FAILED', error: { code: 'INTERNAL' } });
  });

  it('a process that stops while its connection is being made anew leaves none behind', async () => {
    const worker = await open({ concurrency: 1 });
    const restore = await database.cutOff();
    await eventually(
      'the loss is seen',
      () => worker.db.listener.connected,
      (connected) => !connected,
    );
    await restore();
    await worker.close();
    await expect(database.connections()).resolves.toEqual([]);
  });

  it('a process whose connection broke is known again once it is back, and its next death is seen', async () => {
    const [worker, other] = [await open({ concurrency: 1 }), await open()];
    const restore = await database.cutOff();
    await other.recover().catch(() => {});
    await restore();
    await eventually(
      'both hear again',
      () => worker.db.listener.connected && other.db.listener.connected,
      Boolean,
    );
    // Whoever came back first may have taken the other for dead.
    await database.owner('DELETE FROM quadrax.workers WHERE id = $1', [worker.id]);
    const again = await database.cutOff();
    await again();
    const listed = await eventually(
      'it is on the list',
      () => database.owner('SELECT id FROM quadrax.workers WHERE id = $1', [worker.id]).catch(() => []),
      (rows) => rows.length === 1,
    );
    expect(listed).toEqual([{ id: worker.id }]);
  });
});
