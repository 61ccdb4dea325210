/**
 * Writes golden models into `golden/format-1/`: an artifact, records and the predictions it gave when it was written.
 * A file that exists is never written again, since old artifacts must predict the same for ever; run this after adding
 * an algorithm.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { createPredictor, encodeModel, train, type TrainOptions } from '../src/tabular/index.ts';
import { mixedFeatures, mixedTable, recordOf } from '../src/tabular/testing/sample-tables.ts';

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
  { algorithm: 'auto' },
];

await mkdir(folder, { recursive: true });
const table = mixedTable(120, 7);
for (const { kind, ...goal } of targets) {
  for (const algorithm of algorithms) await write(kind, { ...goal, ...algorithm });
}

async function write(
  kind: string,
  goal: Pick<TrainOptions, 'task' | 'target' | 'algorithm' | 'parameters'>,
): Promise<void> {
  const { model } = train(table, { ...goal, features: mixedFeatures, validation: { folds: 3 }, seed: 11 });
  const predictor = createPredictor(model);
  const records = [
    ...[0, 1, 2, 3, 4, 5].map((row) => recordOf(table, row, mixedFeatures)),
    { size: null, weight: null, colour: null, made: null },
    { size: 0.5, weight: 60, colour: 'never seen', made: '2022-05-06T07:08:09Z' },
  ];
  const golden = {
    algorithm: model.algorithm,
    schema: model.schema,
    artifact: Buffer.from(encodeModel(model)).toString('hex'),
    cases: records.map((record) => ({ record, prediction: predictor.predictRow(record) })),
  };
  const path = new URL(`${goal.algorithm}-${kind}.json`, folder);
  const text = `${JSON.stringify(golden)}\n`;
  await writeFile(path, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
