/** A CSV file of a million rows: upload to finished profile against bare DuckDB. See README.md. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Datakit, Job } from '@quadrax/contract';
import { jobLog, jobSucceeds, register, uploadFile } from './lib/api.ts';
import type { Api } from './lib/api.ts';
import { figure, median, report, say } from './lib/figures.ts';
import { withServer } from './lib/server.ts';
import { writeMixedTable } from './lib/tables.ts';

const rows = 1_000_000;
const rounds = 5;

interface Ours {
  readonly totalMs: number;
  readonly uploadMs: number;
  readonly waitMs: number;
  readonly runMs: number;
  /** From the claim of the job to the log line "Loaded …". */
  readonly loadMs: number;
}

interface Bare {
  readonly rows: number;
  readonly wholeMs: number;
  readonly loadMs: number;
  readonly statementsMs: number;
}

const at = (time: string | undefined): number => Date.parse(time ?? '');

const stagesOf = async (api: Api, job: Job) => {
  const lines = await jobLog(api, job.id);
  const loaded = lines.find(({ message }) => message.startsWith('Loaded'));
  return {
    waitMs: at(job.startedAt) - at(job.createdAt),
    runMs: at(job.finishedAt) - at(job.startedAt),
    loadMs: at(loaded?.at) - at(job.startedAt),
  };
};

const uploadAndProfile = async (api: Api, file: string): Promise<Ours> => {
  const started = performance.now();
  const { id, jobId = '' } = await uploadFile(api, file);
  const uploadMs = performance.now() - started;
  const job = await jobSucceeds(api, jobId, 10);
  const totalMs = performance.now() - started;
  const datakit = await api.call<Datakit>('GET', `/datakits/${id}`);
  if (datakit.status !== 'READY' || datakit.rows !== rows)
    throw new Error(`The datakit is ${datakit.status} with ${datakit.rows} rows.`);
  return { totalMs, uploadMs, ...(await stagesOf(api, job)) };
};

const peer = fileURLToPath(new URL('peers/bare-duckdb.ts', import.meta.url));

const bareDuckDB = async (file: string): Promise<Bare> => {
  const started = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [peer, file]);
  const bare = { ...(JSON.parse(stdout) as Bare), wholeMs: performance.now() - started };
  if (bare.rows !== rows) throw new Error(`DuckDB read ${bare.rows} rows.`);
  return bare;
};

await withServer(async (server, dataDir) => {
  const file = join(dataDir, 'million.csv');
  say('writing the file');
  await writeMixedTable(file, rows);
  const { size } = await stat(file);
  const api = await register(server);
  const ours: Ours[] = [];
  const bare: Bare[] = [];
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    bare.push(await bareDuckDB(file));
    ours.push(await uploadAndProfile(api, file));
  }
  const seconds = (values: readonly number[]): number[] => values.map((ms) => ms / 1000);
  const ratio = median(ours.map(({ totalMs }) => totalMs)) / median(bare.map(({ wholeMs }) => wholeMs));
  report(`Intake of ${rows.toLocaleString('en')} rows × 10 columns, ${Math.round(size / 1e6)} MB`, [
    figure('upload to finished profile', 's', seconds(ours.map(({ totalMs }) => totalMs))),
    figure('  upload, examined as it arrives', 's', seconds(ours.map(({ uploadMs }) => uploadMs))),
    figure('  wait for a worker', 's', seconds(ours.map(({ waitMs }) => waitMs))),
    figure('  job', 's', seconds(ours.map(({ runMs }) => runMs))),
    figure('    process start and load', 's', seconds(ours.map(({ loadMs }) => loadMs))),
    figure('    profile and Parquet', 's', seconds(ours.map(({ runMs, loadMs }) => runMs - loadMs))),
    figure('bare DuckDB, whole process', 's', seconds(bare.map(({ wholeMs }) => wholeMs))),
    figure('  load', 's', seconds(bare.map(({ loadMs }) => loadMs))),
    figure('  load and SUMMARIZE', 's', seconds(bare.map(({ statementsMs }) => statementsMs))),
    figure('ratio of medians', '×', [ratio], { atMost: 1.5 }),
  ]);
});
