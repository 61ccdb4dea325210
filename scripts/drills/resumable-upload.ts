/** Uploads a file of so many GB (2) cut ten times, with the server killed twice, and prints what it took. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import {
  databaseAt,
  generatedCsv,
  sha256OfFile,
  spawnServer,
  startOwnPostgres,
  uploadWithCuts,
} from '@quadrax/testkit';
import type { SpawnedServer } from '@quadrax/testkit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const gigabytes = Number(process.argv[2] ?? 2);
const file = generatedCsv(Math.floor((gigabytes * 1024 ** 3) / 16));
const postgres = await startOwnPostgres();
const database = databaseAt(postgres.url);
const dataDir = await mkdtemp(join(tmpdir(), 'quadrax-drill-'));
const start = (): Promise<SpawnedServer> =>
  spawnServer({ database, dataDir, work: false, env: { MAX_FILE_SIZE: String(file.bytes) } });

/** The most memory that a process ever had, in MiB. */
const peakOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
};

let server = await start();
const peaks: number[] = [];
try {
  const client = await server.register();
  const sha256 = sha256OfFile(file);
  const began = performance.now();
  const datakit = await uploadWithCuts({
    client,
    file,
    sha256,
    cuts: 10,
    breakOff: async (cut) => {
      if (cut % 4 !== 0) return;
      peaks.push(await peakOf(server.pid));
      await server.kill();
    },
    goOn: async (cut) => {
      if (cut % 4 === 0) server = await start();
      return client.with({}, server.url);
    },
  });
  peaks.push(await peakOf(server.pid));
  const seconds = (performance.now() - began) / 1000;
  console.log(`${file.bytes} bytes cut ten times, the server killed twice: ${seconds.toFixed(1)} s`);
  console.log(`  SHA-256 ${datakit.sha256 === sha256 ? 'as it was sent' : 'DIFFERS'}: ${datakit.sha256}`);
  console.log(`  most memory of the server's processes: ${peaks.join(', ')} MiB`);
} finally {
  await server.cleanUp();
  await rm(dataDir, { recursive: true, force: true });
  await database.leave();
  await postgres.remove();
}
