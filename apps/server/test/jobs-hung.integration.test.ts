import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { routes } from '@quadrax/contract';
import {
  createDatabase,
  eventually,
  jobSucceeds,
  newModel,
  quickTraining,
  readyDatakit,
  spawnServer,
} from '@quadrax/testkit';
import type { SpawnedServer, TestDatabase } from '@quadrax/testkit';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newTenant, openWorker } from './job-worker.ts';

let database: TestDatabase;
let dataDir: string;
const servers: SpawnedServer[] = [];

beforeEach(async () => {
  database = await createDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'quadrax-hung-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.cleanUp();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const start = async (): Promise<SpawnedServer> => {
  const server = await spawnServer({ database, dataDir });
  servers.push(server);
  return server;
};

/** Everything that stands in the tables of the job, so that two that are equal mean that nothing changed. */
const stateOf = (jobId: string, modelId: string) =>
  database.owner(
    `SELECT to_jsonb(j) AS job, to_jsonb(m) AS model,
            (SELECT jsonb_agg(to_jsonb(v)) FROM quadrax.model_versions v WHERE v.model_id = $2) AS versions,
            (SELECT count(*)::int FROM quadrax.job_logs l WHERE l.job_id = $1) AS lines
     FROM quadrax.jobs j, quadrax.models m WHERE j.id = $1 AND m.id = $2`,
    [jobId, modelId],
  );

describe('a process that hangs within a transaction', () => {
  it('lets go of the rows it has locked, in time for its jobs to be taken over', async () => {
    const tenantId = await newTenant(database);
    const worker = await openWorker({ database, definitions: [] });
    const { rows } = await worker.db.tenant(tenantId, (tx) =>
      tx.execute(sql`SHOW idle_in_transaction_session_timeout`),
    );
    await worker.close();
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: '15s' }]);
  });
});

describe('a process that hangs while it runs a job', () => {
  it('loses the job to another within 30 s, and changes nothing when it wakes', async ({ annotate }) => {
    const first = await start();
    const client = await first.register();
    const datakit = await readyDatakit(client);
    const model = await newModel(client);
    const body = { ...quickTraining(datakit.id), algorithm: 'auto', timeBudgetSeconds: 5 };
    const { id } = await client.call(routes.models.train, { params: { id: model.id }, body });
    const [found] = await eventually(
      'it is at work',
      () =>
        database.owner<{ worker: string }>(
          `SELECT worker FROM quadrax.jobs WHERE id = $1 AND status = 'RUNNING' AND progress > 0`,
          [id],
        ),
      (rows) => rows.length === 1,
    );
    process.kill(first.pid, 'SIGSTOP');
    const hung = performance.now();
    const second = await start();
    const survivor = client.with({}, second.url);
    await eventually(
      'another process has it',
      () => database.owner<{ worker: string }>(`SELECT worker FROM quadrax.jobs WHERE id = $1`, [id]),
      ([row]) => row?.worker !== null && row?.worker !== found?.worker,
      30_000,
    );
    const seconds = (performance.now() - hung) / 1000;
    await annotate(`A hung process's job was taken over after ${seconds.toFixed(1)} s.`);
    await jobSucceeds(survivor, id);
    const before = await stateOf(id, model.id);

    process.kill(first.pid, 'SIGCONT');
    await eventually('it sees that the job is another’s', first.output, (text) => text.includes('job.left'));
    expect(await stateOf(id, model.id)).toEqual(before);
    expect(before).toMatchObject([{ job: { attempt: 2, deaths: 1 }, versions: [{ version: 1 }] }]);
    expect(await first.stop()).toBe(0);
  }, 90_000);
});
