import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, generatedCsv, sha256OfFile, spawnServer, uploadWithCuts } from '@quadrax/testkit';
import type { SpawnedServer, TestClient, TestDatabase } from '@quadrax/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

let database: TestDatabase;
let dataDir: string;
const servers: SpawnedServer[] = [];

beforeAll(async () => {
  database = await createDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'quadrax-uploads-'));
});
afterAll(async () => {
  for (const server of servers) await server.cleanUp();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const startServer = async (): Promise<SpawnedServer> => {
  const server = await spawnServer({ database, dataDir, work: false, env: { MAX_FILE_SIZE: '200MB' } });
  servers.push(server);
  return server;
};

const hashOfStored = async (): Promise<string> => {
  const [row] = await database.owner<{ key: string }>(
    `SELECT key FROM quadrax.objects WHERE state = 'stored'`,
  );
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(join(dataDir, 'objects', row?.key ?? '')))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** Gigabytes of it are scripts/drills/resumable-upload.ts, by the same code. */
it(
  '128 MB arrive whole, cut ten times, with the server killed twice in between',
  { timeout: 240_000 },
  async () => {
    let server = await startServer();
    const ada: TestClient = await server.register();
    const file = generatedCsv((128 * 1024 * 1024) / 16);
    const sha256 = sha256OfFile(file);
    const offsets: number[] = [];
    let kills = 0;
    const datakit = await uploadWithCuts({
      client: ada,
      file,
      sha256,
      cuts: 10,
      breakOff: async (cut) => {
        if (cut % 4 !== 0) return;
        kills++;
        await server.kill();
      },
      goOn: async (cut, offset) => {
        offsets.push(offset);
        if (cut % 4 === 0) server = await startServer();
        return ada.with({}, server.url);
      },
    });
    expect(datakit).toMatchObject({ sha256, sizeBytes: file.bytes, status: 'PROCESSING' });
    expect(await hashOfStored()).toBe(sha256);
    // Each time it went on from near the cut, and not from the beginning.
    expect(offsets.slice(1).every((offset, i) => offset > (offsets[i] ?? 0))).toBe(true);
    expect(kills).toBe(2);
  },
);
