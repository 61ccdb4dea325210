/** What a training does to the requests of everybody else. See README.md. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  deployedModel,
  jobSucceeds,
  newClassifier,
  readyDatakit,
  register,
  startTraining,
} from './lib/api.ts';
import { wireRequest } from './lib/connection.ts';
import { figure, median, quantile, report, say } from './lib/figures.ts';
import { startLoad } from './lib/load.ts';
import type { LoadResult } from './lib/load.ts';
import { childrenOf, commandOf, peakMb } from './lib/processes.ts';
import type { BenchServer } from './lib/server.ts';
import { withServer } from './lib/server.ts';
import { writeTrainingTable } from './lib/tables.ts';

const { values: flags } = parseArgs({
  options: { rows: { type: 'string', default: '200000' }, json: { type: 'boolean', default: false } },
});
const trainingRows = Number(flags.rows);
const servedRows = 5000;
const perSecond = 50;
const idleSeconds = 20;
const longestSeconds = trainingRows > 200_000 ? 3000 : 300;
const rounds = trainingRows > 200_000 ? 1 : 3;
const parameters = { iterations: 300, earlyStopping: 'off' };

interface Training {
  readonly load: LoadResult;
  readonly seconds: number;
  readonly peakMb: number;
}

/** Follows the compute processes of a server until told to stop; gives the most memory one of them had. */
const watchCompute = (server: BenchServer): { stop(): Promise<number> } => {
  const peaks = new Map<number, number>();
  const ended = new AbortController();
  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      for (const pid of await childrenOf(server.pid))
        if ((await commandOf(pid)).includes('compute/child')) peaks.set(pid, await peakMb(pid));
      await pause(200);
    }
  };
  const watched = watch();
  return {
    stop: async () => {
      ended.abort();
      await watched;
      return Math.max(...[...peaks.values()].filter((peak) => !Number.isNaN(peak)));
    },
  };
};

await withServer(
  async (server, dataDir) => {
    const api = await register(server);
    const [small, large] = [join(dataDir, 'served.csv'), join(dataDir, 'training.csv')];
    await writeTrainingTable(small, servedRows);
    await writeTrainingTable(large, trainingRows);
    say('preparing');
    const { path, row } = await deployedModel(api, small);
    const { id: datakitId } = await readyDatakit(api, large);
    const { token } = api;
    const requests = [
      wireRequest('GET', '/api/v1/datakits', { token }),
      wireRequest('POST', `/api/v1${path}`, { token, body: JSON.stringify({ inputs: row }) }),
    ].map(String);
    const load = (seconds: number) => startLoad({ port: server.port, requests, perSecond, seconds });

    const train = async (): Promise<Training> => {
      const id = await newClassifier(api);
      const watch = watchCompute(server);
      const job = await startTraining(api, id, datakitId, parameters);
      const running = load(longestSeconds);
      const done = await jobSucceeds(api, job.id, 500);
      running.stop();
      const seconds = (Date.parse(done.finishedAt ?? '') - Date.parse(done.startedAt ?? '')) / 1000;
      return { load: await running.result, seconds, peakMb: await watch.stop() };
    };

    await load(3).result;
    const idle: LoadResult[] = [];
    const trainings: Training[] = [];
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`);
      idle.push(await load(idleSeconds).result);
      trainings.push(await train());
    }
    const at = (p: number, results: readonly LoadResult[]) =>
      results.map(({ latencies }) => quantile(latencies, p));
    const busy = trainings.map((training) => training.load);
    const ratio = median(at(0.99, busy)) / median(at(0.99, idle));
    report(
      `${perSecond} requests/s (list, predict) beside a training of ${trainingRows.toLocaleString('en')} rows × 20`,
      [
        figure('idle: p50', 'ms', at(0.5, idle)),
        figure('idle: p99', 'ms', at(0.99, idle)),
        figure('training: p50', 'ms', at(0.5, busy)),
        figure('training: p99', 'ms', at(0.99, busy)),
        figure('p99 while training over p99 idle', '×', [ratio], { atMost: 2 }),
        figure(
          'training, holdout, 300 trees',
          's',
          trainings.map(({ seconds }) => seconds),
        ),
        figure(
          'compute process, peak resident',
          'MB',
          trainings.map((training) => training.peakMb),
        ),
        figure(
          'requests answered while training',
          '',
          busy.map(({ latencies }) => latencies.length),
        ),
      ],
    );
  },
  { env: { MAX_FILE_SIZE: '2GB', COMPUTE_THREADS: '1' } },
);
