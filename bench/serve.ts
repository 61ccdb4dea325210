/** Predictions over HTTP against FastAPI with XGBoost and with scikit-learn. See README.md. */
import { join } from 'node:path';
import process from 'node:process';
import { deployedModel, register } from './lib/api.ts';
import { wireRequest } from './lib/connection.ts';
import { figure, median, quantile, report, say } from './lib/figures.ts';
import { startPython } from './lib/python.ts';
import { withServer } from './lib/server.ts';
import { bareFastify, connections, run } from './lib/serving.ts';
import type { Run } from './lib/serving.ts';
import { writeTrainingTable } from './lib/tables.ts';

const trainingRows = 20_000;
/** What `deployedModel` trains: the default leaves of our boosting. */
const size = { trees: 100, leaves: 31 };
/** For a look while one works; not for quoting. */
const quick = process.argv.includes('--quick');
const seconds = quick ? 3 : 5;
const rounds = quick ? 2 : 5;

const rate = ({ perSecond }: Run): number => perSecond;
const cost = (result: Run): number => result.cost;
const at = (p: number) => (result: Run) => quantile(result.latencies, p);

await withServer(async (server, dataDir) => {
  const api = await register(server);
  const file = join(dataDir, 'training.csv');
  await writeTrainingTable(file, trainingRows);
  say('training three models');
  const { path, row } = await deployedModel(api, file);
  const reply = JSON.stringify({ success: true, data: await api.call('POST', path, { inputs: row }) });
  const [xgboost, sklearn, bare] = await Promise.all([
    startPython('xgboost', { file, ...size }),
    startPython('sklearn', { file, ...size }),
    bareFastify(reply),
  ]);
  const inputs = JSON.stringify({ inputs: row });
  const flat = wireRequest('POST', '/predict', { body: JSON.stringify(row) });
  const asked = [
    {
      what: 'bare Fastify, same body in, same body out',
      server: bare,
      request: wireRequest('POST', '/', { body: inputs }),
    },
    {
      what: 'Quadrax: token, tenant, limits, checks, watched',
      server,
      request: wireRequest('POST', `/api/v1${path}`, { token: api.token, body: inputs }),
    },
    { what: 'FastAPI + XGBoost', server: xgboost, request: flat },
    { what: 'FastAPI + scikit-learn', server: sklearn, request: flat },
  ].map((one) => ({ ...one, runs: [] as Run[] }));
  try {
    for (const one of asked) await run(one.server, one.request, 3);
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`);
      for (const one of asked) one.runs.push(await run(one.server, one.request, seconds));
    }
  } finally {
    for (const peer of [bare, xgboost, sklearn]) peer.stop();
  }
  const [ours, theirs] = [asked[1]?.runs ?? [], (i: number) => asked[i]?.runs ?? []];
  const times = (i: number): number => median(ours.map(rate)) / median(theirs(i).map(rate));
  const cheaper = (i: number): number => median(theirs(i).map(cost)) / median(ours.map(cost));
  report(
    `Predict over HTTP, ${connections} connections, one row of 20 columns, ${size.trees} trees of ${size.leaves} leaves`,
    [
      ...asked.flatMap(({ what, runs }) => [
        figure(what, 'requests/s', runs.map(rate)),
        figure('  p50', 'ms', runs.map(at(0.5))),
        figure('  p99', 'ms', runs.map(at(0.99)), runs === ours ? { atMost: 5 } : {}),
        figure('  processor time of the server', 'µs', runs.map(cost)),
      ]),
      figure('times FastAPI + XGBoost', '×', [times(2)], { atLeast: 10 }),
      figure('times FastAPI + scikit-learn', '×', [times(3)], { atLeast: 40 }),
      figure('share of bare Fastify', '%', [100 * times(0)], { atLeast: 40 }),
      figure('times less processor time than FastAPI + XGBoost', '×', [cheaper(2)]),
      figure('times less processor time than FastAPI + scikit-learn', '×', [cheaper(3)]),
      figure('share of bare Fastify, processor time', '%', [100 * cheaper(0)]),
    ],
  );
});
