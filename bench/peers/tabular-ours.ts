/** The trainer of packages/ml behind the commands of tabular_peer.py. See ../tabular.ts. */
import { createInterface } from 'node:readline';
import process from 'node:process';
import { fitPipeline } from '../../packages/ml/src/tabular/algorithms/pipeline.ts';
import { resolveParameters } from '../../packages/ml/src/tabular/algorithms/parameters.ts';
import { registry } from '../../packages/ml/src/tabular/algorithms/registry.ts';
import { takeRows } from '../../packages/ml/src/tabular/data/frame.ts';
import type { Dataset } from '../../packages/ml/src/tabular/data/frame.ts';
import { createPredictor, train } from '../../packages/ml/src/tabular/index.ts';
import type { FeatureSchema, Table } from '../../packages/ml/src/tabular/index.ts';
import type { FitCommand } from '../tabular/commands.ts';
import { readRows, readTable, writeArray } from '../tabular/data.ts';
import type { BenchTable } from '../tabular/data.ts';

let known: { folder: string; table: BenchTable } | undefined;

const load = async (folder: string): Promise<BenchTable> => {
  if (known?.folder !== folder) known = { folder, table: await readTable(folder) };
  return known.table;
};

const timed = <Result>(work: () => Result) => {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  const result = work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, cpu: (user + system) / 1e6, wall: (performance.now() - wall) / 1000 };
};

const columnOf = ({ values, rows }: BenchTable, i: number): Float64Array =>
  values.subarray(i * rows, (i + 1) * rows);

const datasetOf = (table: BenchTable): Dataset => ({
  frame: {
    rows: table.rows,
    features: table.categories.map((count, i): FeatureSchema => {
      const shared = { name: `x${i}`, optional: true };
      if (count === 0) return { ...shared, kind: 'numeric', min: 0, max: 0, example: 0 };
      const categories = Array.from({ length: count }, (_unused, k) => String(k));
      return { ...shared, kind: 'categorical', categories, example: '0' };
    }),
    columns: table.categories.map((_count, i) => columnOf(table, i)),
  },
  target: {
    classes: table.classes,
    values: table.target,
    weights: new Float64Array(table.rows).fill(1),
  },
});

/** Preprocessing, binning and trees; what is there before is the table in memory, as for the peers. */
const boosting = (table: BenchTable, rows: Int32Array, test: Int32Array, { settings }: FitCommand) => {
  const algorithm = registry.gradient_boosting;
  const parameters = resolveParameters(algorithm.parameters, {
    iterations: settings.rounds,
    learningRate: settings.learningRate,
    leaves: settings.leaves,
    minLeafRows: settings.minLeafRows,
    l2: settings.l2,
    maxBins: settings.bins,
    earlyStopping: 'off',
  });
  const dataset = datasetOf(table);
  const training = takeRows(dataset, rows);
  const context = { seed: 1, checkAborted: () => {}, threads: settings.threads };
  const { result, cpu, wall } = timed(() =>
    fitPipeline({ algorithm, parameters, classWeights: 'none' }, training, context),
  );
  const { frame } = takeRows(dataset, test);
  const asked = timed(() => result.fitted.predict(frame.columns, frame.rows));
  return { predicted: asked.result, cpu, wall, predictCpu: asked.cpu };
};

/** `rows` of the table for the front door: categories as codes, classes as text. */
const tableOf = (table: BenchTable, rows: Int32Array): Table => {
  const names = (count: number) => Array.from({ length: count }, (_unused, k) => String(k));
  const pick = (values: Float64Array) => Float64Array.from(rows, (row) => values[row] ?? Number.NaN);
  const codes = (values: Float64Array) => Int32Array.from(pick(values), (v) => (Number.isNaN(v) ? -1 : v));
  const column = (name: string, count: number, values: Float64Array): Table['columns'][number] =>
    count > 0
      ? { name, kind: 'categorical', codes: codes(values), categories: names(count) }
      : { name, kind: 'numeric', values: pick(values) };
  const features = table.categories.map((count, i) => column(`x${i}`, count, columnOf(table, i)));
  return { rows: rows.length, columns: [...features, column('y', table.classes, table.target)] };
};

const automatic = (table: BenchTable, rows: Int32Array, test: Int32Array) => {
  const training = tableOf(table, rows);
  const task = table.classes > 0 ? 'classification' : 'regression';
  const options = { task, target: 'y', algorithm: 'auto', validation: { folds: 5 }, seed: 1 } as const;
  const { result, cpu, wall } = timed(() => train(training, options));
  const asked = tableOf(table, test);
  const { result: answer, cpu: predictCpu } = timed(() => createPredictor(result.model).predictTable(asked));
  return { predicted: answer.values ?? answer.probabilities ?? new Float64Array(), cpu, wall, predictCpu };
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as FitCommand;
  const table = await load(command.folder);
  const rows = await readRows(command.train);
  const test = await readRows(command.test);
  const run = command.library === 'auto' ? automatic : boosting;
  const { predicted, ...seconds } = run(table, rows, test, command);
  await writeArray(command.out, predicted);
  process.stdout.write(`${JSON.stringify(seconds)}\n`);
}
