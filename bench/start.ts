/** How long a start takes, first and warm, and what an idle server holds in memory. See README.md. */
import { setTimeout as pause } from 'node:timers/promises';
import { figure, report, say } from './lib/figures.ts';
import { databaseMb, residentMb } from './lib/processes.ts';
import { newDataDir, removeDataDir, startServer } from './lib/server.ts';

const rounds = 5;
const idleMs = 20_000;

const first: number[] = [];
const warm: number[] = [];
const idle: number[] = [];
const later: number[] = [];
const database: number[] = [];

for (let round = 1; round <= rounds; round++) {
  say(`round ${round} of ${rounds}`);
  const dataDir = await newDataDir();
  try {
    const fresh = await startServer(dataDir);
    first.push(fresh.startMs / 1000);
    await fresh.stop();
    const server = await startServer(dataDir);
    try {
      warm.push(server.startMs / 1000);
      if (round > 2) continue;
      await pause(idleMs);
      idle.push(await residentMb(server.pid));
      await pause(idleMs);
      later.push(await residentMb(server.pid));
      database.push(await databaseMb(dataDir));
    } finally {
      await server.stop();
    }
  } finally {
    await removeDataDir(dataDir);
  }
}

report('Start and idle memory', [
  figure('first start to ready', 's', first),
  figure('warm start to ready', 's', warm, { atMost: 3 }),
  figure('server, resident after 20 s idle', 'MB', idle, { atMost: 250 }),
  figure('server, resident after 40 s idle', 'MB', later, { atMost: 250 }),
  figure('database, all processes (PSS)', 'MB', database),
]);
