import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { measure } from '../../packages/ml/src/tabular/evaluation/score.ts';
import type { Metrics } from '../../packages/ml/src/tabular/index.ts';
import { startParty } from '../lib/party.ts';
import type { FitAnswer, Library, Settings } from './commands.ts';
import { readFloats, writeArray, writeTable } from './data.ts';
import type { BenchTable } from './data.ts';

/** What all sides use; `l2` and `minLeafRows` are those of scikit-learn's and our own meaning. */
export const settings: Settings = {
  rounds: 100,
  learningRate: 0.1,
  leaves: 31,
  minLeafRows: 20,
  l2: 1,
  bins: 255,
  threads: 1,
};

/** Rows to learn from and rows to be measured on. */
export interface BenchSplit {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface Outcome extends FitAnswer {
  readonly metrics: Metrics;
}

export interface Arena {
  /** Writes a data set of scikit-learn's into `folder`. */
  export(name: string, folder: string): Promise<void>;
  /** Puts the rows of a split where every party reads them; afterwards `fit` uses them. */
  place(table: BenchTable, split: BenchSplit): Promise<void>;
  fit(library: Library, given?: Partial<Settings>): Promise<Outcome>;
  stop(): Promise<void>;
}

const peerFile = fileURLToPath(new URL('../peers/tabular_peer.py', import.meta.url));
const ownFile = fileURLToPath(new URL('../peers/tabular-ours.ts', import.meta.url));

/** Both parties on `threads` threads, with their files in `scratch`. The metrics of all are computed here. */
export const openArena = (scratch: string, threads: number): Arena => {
  const limited = Object.fromEntries(
    ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'].map((name) => [name, String(threads)]),
  );
  const peer = startParty('/usr/bin/python3', [peerFile], { ...process.env, ...limited });
  const own = startParty(process.execPath, [ownFile]);
  const file = (name: string): string => join(scratch, `${threads}-${name}`);
  const files = { folder: file('table'), train: file('train.i32'), test: file('test.i32') };
  let placed: { table: BenchTable; folder: string; split: BenchSplit } | undefined;
  let tables = 0;
  return {
    export: async (name, folder) => void (await peer.ask({ op: 'export', name, folder })),
    place: async (table, split) => {
      if (placed?.table !== table) {
        // A new folder, so that no party mistakes the table for one it has read.
        placed = { table, folder: `${files.folder}-${++tables}`, split };
        await writeTable(placed.folder, table);
      }
      placed = { ...placed, split };
      await writeArray(files.train, split.train);
      await writeArray(files.test, split.test);
    },
    fit: async (library, given) => {
      if (!placed) throw new Error('There is nothing to fit yet.');
      const { table, folder, split } = placed;
      const out = file(`${library}.f64`);
      const command = { op: 'fit', library, ...files, folder, out };
      const party = library === 'ours' || library === 'auto' ? own : peer;
      const answer = await party.ask({ ...command, settings: { ...settings, threads, ...given } });
      const values = Float64Array.from(split.test, (row) => table.target[row] ?? Number.NaN);
      const target = { classes: table.classes, values, weights: new Float64Array(values.length).fill(1) };
      const labels = Array.from({ length: table.classes }, (_unused, k) => String(k));
      return {
        ...(answer as FitAnswer),
        metrics: measure(target, await readFloats(out), { labels, positive: 1 }),
      };
    },
    stop: async () => void (await Promise.all([peer.stop(), own.stop()])),
  };
};
