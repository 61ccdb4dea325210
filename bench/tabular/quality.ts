import { join } from 'node:path';
import { createRandom } from '../../packages/ml/src/random/random.ts';
import { foldSplits } from '../../packages/ml/src/tabular/evaluation/splits.ts';
import { figure, report, say } from '../lib/figures.ts';
import type { Figure } from '../lib/figures.ts';
import type { Arena } from './arena.ts';
import type { Library } from './commands.ts';
import { readTable } from './data.ts';
import type { BenchTable } from './data.ts';

export const smallSets = ['breast cancer', 'wine', 'diabetes', 'digits'];
const folds = 5;

/** The sets, and how often each is split into folds anew. */
export interface Rounds {
  readonly sets: readonly string[];
  readonly seeds: number;
}

type MetricName = 'rmse' | 'rocAuc' | 'logLoss' | 'accuracy';
const names: Readonly<Record<Library, string>> = {
  ours: 'Quadrax',
  auto: 'Quadrax, auto',
  sklearn: 'scikit-learn',
  xgboost: 'XGBoost',
  linear: 'scikit-learn, linear',
  forest: 'scikit-learn, forest',
};

type Scores = Readonly<Record<MetricName, number>>;

/** Means over the same folds, five for each seed, for every side. */
const crossValidate = async (
  arena: Arena,
  table: BenchTable,
  libraries: readonly Library[],
  seeds: number,
): Promise<Map<Library, Scores>> => {
  const sums = new Map(
    libraries.map((library) => [library, { rmse: 0, rocAuc: 0, logLoss: 0, accuracy: 0 }]),
  );
  for (let seed = 1; seed <= seeds; seed++) {
    say(`${table.name}: folds of seed ${seed}`);
    const random = createRandom(seed, 0x666f6c64);
    for (const split of foldSplits(table.target, table.classes, folds, random)) {
      await arena.place(table, split);
      for (const [library, sum] of sums) {
        const { metrics } = await arena.fit(library);
        for (const metric of Object.keys(sum) as MetricName[])
          sum[metric] += (metrics[metric] ?? 0) / (seeds * folds);
      }
    }
  }
  return sums;
};

const lines = (scores: Map<Library, Scores>, metric: MetricName, title: string): Figure[] =>
  Array.from(scores, ([library, score]) => figure(`${names[library]}, ${title}`, '', [score[metric]]));

const loadSmall = async (arena: Arena, scratch: string, name: string): Promise<BenchTable> => {
  const folder = join(scratch, name.replaceAll(' ', '-'));
  await arena.export(name, folder);
  return readTable(folder);
};

/** Boosting of all sides with the same settings, on the sets that scikit-learn brings along. */
export const compareSmallSets = async (
  arena: Arena,
  scratch: string,
  { sets, seeds }: Rounds,
): Promise<void> => {
  for (const name of sets) {
    const table = await loadSmall(arena, scratch, name);
    const scores = await crossValidate(arena, table, ['ours', 'sklearn', 'xgboost'], seeds);
    const of = (library: Library, metric: MetricName): number => scores.get(library)?.[metric] ?? Number.NaN;
    const best = (metric: MetricName): [number, number] => [of('sklearn', metric), of('xgboost', metric)];
    const title = `${name}: ${table.rows} rows, mean of ${seeds} × ${folds} folds`;
    if (table.classes === 0) {
      const worse = 100 * (of('ours', 'rmse') / Math.min(...best('rmse')) - 1);
      const held = figure('RMSE above the better of both', '%', [worse], { atMost: 0.3 });
      report(title, [...lines(scores, 'rmse', 'RMSE'), held]);
      continue;
    }
    const behind = 1000 * (Math.max(...best('rocAuc')) - of('ours', 'rocAuc'));
    report(title, [
      ...lines(scores, 'rocAuc', 'AUC'),
      figure('AUC below the better of both, × 1,000', '', [behind], { atMost: 1 }),
      ...lines(scores, 'logLoss', 'log loss'),
      ...lines(scores, 'accuracy', 'accuracy'),
    ]);
  }
};

/** `auto` against the best of linear, forest and boosting: log loss and accuracy, or RMSE. Takes long. */
export const compareAutomatic = async (
  arena: Arena,
  scratch: string,
  { sets, seeds }: Rounds,
): Promise<void> => {
  for (const name of sets) {
    const table = await loadSmall(arena, scratch, name);
    const scores = await crossValidate(
      arena,
      table,
      ['auto', 'linear', 'forest', 'sklearn', 'xgboost'],
      seeds,
    );
    const metric = table.classes === 0 ? 'rmse' : 'logLoss';
    const own = scores.get('auto')?.[metric] ?? Number.NaN;
    const others = Array.from(scores, ([library, score]) => (library === 'auto' ? Infinity : score[metric]));
    const worse = 100 * (own / Math.min(...others) - 1);
    report(`${name}: auto, mean of ${seeds} × ${folds} folds`, [
      ...lines(scores, metric, metric === 'rmse' ? 'RMSE' : 'log loss'),
      ...(table.classes > 0 ? lines(scores, 'accuracy', 'accuracy') : []),
      figure('auto above the best of all', '%', [worse], { atMost: 0 }),
    ]);
  }
};
