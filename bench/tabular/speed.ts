import { createRandom } from '../../packages/ml/src/random/random.ts';
import { mean } from '../../packages/ml/src/tabular/evaluation/score.ts';
import { holdoutSplit } from '../../packages/ml/src/tabular/evaluation/splits.ts';
import { figure, median, report, say } from '../lib/figures.ts';
import type { Figure } from '../lib/figures.ts';
import type { Arena, BenchSplit, Outcome } from './arena.ts';
import type { Library } from './commands.ts';
import type { BenchTable } from './data.ts';

const heldShare = 0.2;
const sides = ['ours', 'sklearn', 'xgboost'] as const satisfies readonly Library[];
const names = { ours: 'Quadrax', sklearn: 'scikit-learn', xgboost: 'XGBoost' } as const;

interface LargeCase {
  readonly name: string;
  readonly table: BenchTable;
  /** The rows of a round, from 0: others each time, since one fit more or less decides nothing. */
  readonly split: (round: number) => BenchSplit;
  /** Whether it is timed, or only measured for quality. */
  readonly timed: boolean;
}

/** Each table split at random; flights, which are ordered by date, also by time, at another date each round. */
export const largeCases = (tables: readonly BenchTable[]): LargeCase[] =>
  tables.flatMap((table) => {
    const draw = (round: number): BenchSplit => {
      const random = createRandom(1 + round, 0x626e6368);
      return holdoutSplit(table.target, table.classes, heldShare, random);
    };
    const atRandom = { name: table.name, table, split: draw, timed: true };
    if (!table.name.startsWith('flights')) return [atRandom];
    const all = Int32Array.from({ length: table.rows }, (_unused, row) => row);
    const byDate = (round: number): BenchSplit => {
      const until = Math.round(table.rows * (1 - heldShare - 0.05 * (round % 5)));
      return { train: all.subarray(0, until), test: all.subarray(until, until + table.rows * heldShare) };
    };
    return [atRandom, { name: `${table.name}, later ones held out`, table, split: byDate, timed: false }];
  });

const quality = ({ metrics }: Outcome): number => metrics.rocAuc ?? metrics.rmse ?? Number.NaN;

/** Quality of ours against both, on average over the rounds: AUC by difference, RMSE by share. */
const qualityFigures = (isRegression: boolean, runs: Readonly<Record<string, Outcome[]>>): Figure[] => {
  const of = (side: string): number => mean((runs[side] ?? []).map(quality));
  const shown = sides.map((side) => {
    const what = `  ${isRegression ? 'RMSE' : 'AUC'} of ${names[side]}, × 1,000`;
    return figure(what, '', [1000 * of(side)]);
  });
  const best = isRegression ? Math.min(of('sklearn'), of('xgboost')) : Math.max(of('sklearn'), of('xgboost'));
  const held = isRegression
    ? figure('  RMSE above the better of both', '%', [100 * (of('ours') / best - 1)], { atMost: 0.3 })
    : figure('  AUC below the better of both, × 1,000', '', [1000 * (best - of('ours'))], { atMost: 1 });
  return [...shown, held];
};

/** Processor time on one thread, in turns, and quality on the held-out rows. */
export const compareLarge = async (
  arena: Arena,
  cases: readonly LargeCase[],
  repetitions: number,
): Promise<void> => {
  for (const { name, table, split, timed } of cases) {
    const runs: Record<(typeof sides)[number], Outcome[]> = { ours: [], sklearn: [], xgboost: [] };
    for (let round = 1; round <= repetitions; round++) {
      say(`${name}: round ${round}`);
      await arena.place(table, split(round - 1));
      for (const side of sides) runs[side].push(await arena.fit(side));
    }
    const cpu = (side: (typeof sides)[number]): number[] => runs[side].map((run) => run.cpu);
    const predicting = (side: (typeof sides)[number]): number[] =>
      runs[side].map(({ predictCpu }) => 1000 * predictCpu);
    const ratio = (of: typeof cpu, side: 'sklearn' | 'xgboost'): number =>
      median(of('ours')) / median(of(side));
    const heldRows = split(0).test.length.toLocaleString('en');
    report(`${name}: ${split(0).train.length} rows × ${table.categories.length}, one thread`, [
      ...(timed
        ? [
            ...sides.map((side) => figure(names[side], 's of processor', cpu(side))),
            figure('  ours to scikit-learn', '×', [ratio(cpu, 'sklearn')], { atMost: 0.8 }),
            figure('  ours to XGBoost', '×', [ratio(cpu, 'xgboost')], { atMost: 0.75 }),
            ...sides.map((side) =>
              figure(`${names[side]}, ${heldRows} rows predicted`, 'ms of processor', predicting(side)),
            ),
            figure('  ours to scikit-learn', '×', [ratio(predicting, 'sklearn')], { atMost: 0.7 }),
          ]
        : []),
      ...qualityFigures(table.classes === 0, runs),
    ]);
  }
};

/** Time by the clock on one and on two threads, in turns. */
export const compareThreads = async (
  one: Arena,
  two: Arena,
  cases: readonly LargeCase[],
  repetitions: number,
): Promise<void> => {
  for (const { name, table, split } of cases.filter(({ timed }) => timed)) {
    await one.place(table, split(0));
    await two.place(table, split(0));
    const figures: Figure[] = [];
    for (const side of sides) {
      const walls: [number[], number[]] = [[], []];
      for (let round = 1; round <= repetitions; round++) {
        say(`${name}: ${names[side]} on one and on two threads, round ${round}`);
        walls[0].push((await one.fit(side)).wall);
        walls[1].push((await two.fit(side)).wall);
      }
      figures.push(
        figure(`${names[side]}, one thread`, 's', walls[0]),
        figure(`${names[side]}, two threads`, 's', walls[1]),
        figure(
          '  faster by',
          '×',
          [median(walls[0]) / median(walls[1])],
          side === 'ours' ? { atLeast: 1.6 } : {},
        ),
      );
    }
    report(`${name}: ${split(0).train.length} rows, by the clock`, figures);
  }
};
