/** Predictions over HTTP against bare Fastify. See README.md. */
import { join } from 'node:path';
import process from 'node:process';
import { deployedModel, register } from './lib/api.ts';
import { wireRequest } from './lib/connection.ts';
import { figure, median, quantile, report, say } from './lib/figures.ts';
import { withServer } from './lib/server.ts';
import { bareFastify, connections, run } from './lib/serving.ts';
import type { Run } from './lib/serving.ts';
import { writeTrainingTable } from './lib/tables.ts';

const trainingRows = 20_000;
/** For a look while one works; not for quoting. */
const quick = process.argv.includes('--quick');
const seconds = quick ? 3 : 5;
const rounds = quick ? 2 : 5;
const profiled = process.argv.includes('--cpu-prof');

const rate = ({ perSecond }: Run): number => perSecond;
const cost = (result: Run): number => result.cost;
const at = (p: number) => (result: Run) => quantile(result.latencies, p);

await withServer(
  async (server, dataDir) => {
    const api = await register(server);
    const file = join(dataDir, 'training.csv');
    await writeTrainingTable(file, trainingRows);
    say('training');
    const { path, row } = await deployedModel(api, file);
    const body = JSON.stringify({ inputs: row });
    const reply = JSON.stringify({ success: true, data: await api.call('POST', path, { inputs: row }) });
    const ask = wireRequest('POST', `/api/v1${path}`, { token: api.token, body });
    const bare = await bareFastify(reply);
    const post = wireRequest('POST', '/', { token: api.token, body });
    const get = wireRequest('GET', '/');
    const ours: Run[] = [];
    const posts: Run[] = [];
    const gets: Run[] = [];
    try {
      // The compilers of both have seen the code before anything is counted.
      await run(server, ask, 3);
      await run(bare, post, 3);
      for (let round = 1; round <= rounds; round++) {
        say(`round ${round} of ${rounds}`);
        posts.push(await run(bare, post, seconds));
        ours.push(await run(server, ask, seconds));
        if (!profiled) gets.push(await run(bare, get, seconds));
      }
    } finally {
      bare.stop();
    }
    const share = median(ours.map(rate)) / median(posts.map(rate));
    const best = Math.max(...ours.map(rate)) / Math.max(...posts.map(rate));
    const byCost = median(posts.map(cost)) / median(ours.map(cost));
    report(`Predict over HTTP, ${connections} connections, one row of 20 columns, 100 trees`, [
      figure('predict with token', 'requests/s', ours.map(rate)),
      figure('  p50', 'ms', ours.map(at(0.5))),
      figure('  p99', 'ms', ours.map(at(0.99)), { atMost: 5 }),
      figure('  processor time of the server', 'µs', ours.map(cost)),
      figure('bare Fastify, same body in, same body out', 'requests/s', posts.map(rate)),
      figure('  p50', 'ms', posts.map(at(0.5))),
      figure('  p99', 'ms', posts.map(at(0.99))),
      figure('  processor time of the server', 'µs', posts.map(cost)),
      ...(profiled ? [] : [figure('bare Fastify, GET, same body out', 'requests/s', gets.map(rate))]),
      figure('share of bare Fastify, medians', '%', [100 * share], { atLeast: 40 }),
      figure('share of bare Fastify, best runs', '%', [100 * best]),
      figure('share of bare Fastify, processor time', '%', [100 * byCost]),
    ]);
  },
  { nodeOptions: profiled ? ['--cpu-prof', '--cpu-prof-dir=/tmp'] : [] },
);
