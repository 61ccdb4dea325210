/**
 * Writes golden models into `golden/format-1/`: an artifact, records and the predictions it gave when it was written.
 * A file that exists is never written again, since old artifacts must predict the same for ever; run this after adding
 * an algorithm.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createPredictor, encodeModel, train, type Table, type TrainOptions } from '../src/tabular/index.ts';
import { letterTable, mixedFeatures, mixedTable, recordOf } from '../src/tabular/testing/sample-tables.ts';

const folder = new URL('../golden/format-1/', import.meta.url);
const targets = [
  { kind: 'binary', task: 'classification', target: 'sold' },
  { kind: 'multiclass', task: 'classification', target: 'grade' },
  { kind: 'regression', task: 'regression', target: 'price' },
] as const;
const algorithms: readonly Pick<TrainOptions, 'algorithm' | 'parameters'>[] = [
  { algorithm: 'baseline' },
  { algorithm: 'linear' },
  { algorithm: 'gradient_boosting', parameters: { iterations: 8, leaves: 6 } },
  { algorithm: 'random_forest', parameters: { trees: 5 } },
  { algorithm: 'extra_trees', parameters: { trees: 5 } },
  { algorithm: 'nearest_neighbors', parameters: { weights: 'distance' } },
  { algorithm: 'neural_network', parameters: { units: 8, epochs: 20 } },
  { algorithm: 'auto' },
];
/** One for each way of encoding columns. */
const encoders = algorithms.filter(
  ({ algorithm: name }) => name === 'linear' || name === 'gradient_boosting',
);

await mkdir(folder, { recursive: true });
const table = mixedTable(120, 7);
const odd = [
  { size: null, weight: null, colour: null, made: null },
  { size: 0.5, weight: 60, colour: 'never seen', made: '2022-05-06T07:08:09Z' },
];
for (const { kind, ...goal } of targets) {
  for (const algorithm of algorithms) {
    await write(kind, table, mixedFeatures, odd, { ...goal, ...algorithm });
  }
}
for (const algorithm of encoders) {
  const goal = { task: 'regression', target: 'price' } as const;
  await write('dates', table, ['size', 'made'], odd.map(sizeAndDate), { ...goal, ...algorithm });
}
for (const loss of ['quantile', 'poisson']) {
  const parameters = { iterations: 8, leaves: 6, loss, alpha: 0.8 };
  const goal = { task: 'regression', target: 'price', algorithm: 'gradient_boosting', parameters } as const;
  await write(loss, table, mixedFeatures, odd, goal);
}
const letters = letterTable(60, 7);
const oddLetters = [
  { letter: null, size: null },
  { letter: 'A FREE prize, in words never seen', size: 1 },
];
for (const algorithm of encoders) {
  const goal = { task: 'classification', target: 'spam' } as const;
  await write('text', letters, ['letter', 'size'], oddLetters, { ...goal, ...algorithm });
}

function sizeAndDate({ size, made }: (typeof odd)[number]): Record<string, unknown> {
  return { size, made };
}

async function write(
  kind: string,
  from: Table,
  features: string[],
  others: readonly Record<string, unknown>[],
  goal: Pick<TrainOptions, 'task' | 'target' | 'algorithm' | 'parameters'>,
): Promise<void> {
  const path = new URL(`${goal.algorithm}-${kind}.json`, folder);
  if (existsSync(path)) return;
  const { model } = train(from, { ...goal, features, validation: { folds: 3 }, seed: 11 });
  const predictor = createPredictor(model);
  const records = [...[0, 1, 2, 3, 4, 5].map((row) => recordOf(from, row, features)), ...others];
  const golden = {
    algorithm: model.algorithm,
    schema: model.schema,
    artifact: Buffer.from(encodeModel(model)).toString('hex'),
    cases: records.map((record) => ({ record, prediction: predictor.predictRow(record) })),
  };
  await writeFile(path, `${JSON.stringify(golden)}\n`);
}
