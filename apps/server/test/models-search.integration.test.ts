import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import {
  createDatabase,
  eventually,
  jobSucceeds,
  newModel,
  readyDatakit,
  spawnServer,
} from '@quadrax/testkit';
import type { SpawnedServer, TestClient, TestDatabase } from '@quadrax/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** Compute processes run at idle priority: on a busy machine a search waits for the others. */
const longMs = 150_000;
vi.setConfig({ testTimeout: 400_000 });

let database: TestDatabase;
let dataDir: string;
const servers: SpawnedServer[] = [];

const start = async (): Promise<SpawnedServer> => {
  const server = await spawnServer({ database, dataDir });
  servers.push(server);
  return server;
};

beforeEach(async () => {
  database = await createDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'quadrax-search-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.cleanUp();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const search = (datakitId: string) => ({
  datakitId,
  target: 'grade',
  algorithm: 'auto' as const,
  validation: { folds: 3 },
  timeBudgetSeconds: 20,
});

/** Lines of the log that say what was tried. */
const triedBy = async (client: TestClient, id: string): Promise<string[]> => {
  const { items } = await client.page(routes.jobs.logs, { params: { id }, query: { limit: 200 } });
  return items.map(({ message }) => message).filter((message) => message.startsWith('Tried'));
};

describe('a search of algorithms and parameters', () => {
  it('killed -9 goes on where it was, to the version it would have made, and can be run again by its plan', async () => {
    const first = await start();
    const client = await first.register();
    const { id: datakitId } = await readyDatakit(client);
    const params = { id: (await newModel(client)).id };
    const { id: jobId } = await client.call(routes.models.train, { params, body: search(datakitId) });
    const judged = await eventually(
      'some candidates are judged',
      () => client.call(routes.models.candidates, { params }),
      (candidates) => candidates.length >= 3,
      longMs,
    );
    expect(judged[0]).toMatchObject({ algorithm: 'baseline', rung: { index: 0 } });
    await first.kill();

    const second = await start();
    const survivor = client.with({}, second.url);
    await jobSucceeds(survivor, jobId, longMs);
    const version = await survivor.call(routes.models.version, { params: { ...params, version: 1 } });
    const lines = await triedBy(survivor, jobId);
    const single = version.leaderboard.filter(({ algorithm }) => algorithm !== 'blend');
    // Each was judged once: none of those kept was judged, and told of, again.
    expect(lines).toHaveLength(single.length);
    expect(await survivor.call(routes.models.candidates, { params })).toEqual([]);
    expect(await database.owner('SELECT 1 FROM quadrax.job_checkpoints')).toEqual([]);

    const { plan } = version;
    const body = { ...search(datakitId), plan };
    const repeated = await survivor.call(routes.models.train, { params, body });
    await jobSucceeds(survivor, repeated.id, longMs);
    const again = await survivor.call(routes.models.version, { params: { ...params, version: 2 } });
    const scores = ({ leaderboard }: typeof version) =>
      leaderboard.map(({ algorithm, parameters, score }) => ({ algorithm, parameters, score }));
    expect(scores(again)).toEqual(scores(version));
    expect(again.metrics).toEqual(version.metrics);
  });
});
