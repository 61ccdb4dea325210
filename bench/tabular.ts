/** Gradient boosting of packages/ml against scikit-learn and XGBoost: time and quality. See README.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { say } from './lib/figures.ts';
import { openArena } from './tabular/arena.ts';
import { flightTables, syntheticTable } from './tabular/data.ts';
import { compareAutomatic, compareSmallSets, smallSets } from './tabular/quality.ts';
import { compareLarge, compareThreads, largeCases } from './tabular/speed.ts';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    reps: { type: 'string', default: '5' },
    only: { type: 'string', default: 'speed,threads,quality' },
    sets: { type: 'string', default: smallSets.join(',') },
    seeds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const repetitions = Number(flags.reps);
const parts = new Set(flags.only.split(','));
/** 200,000 rows to learn from and a fifth of all to be measured on. */
const largeRows = 250_000;

const scratch = await mkdtemp(join(tmpdir(), 'quadrax-bench-tabular-'));
const one = openArena(scratch, 1);
try {
  const tables = [syntheticTable(largeRows, 'classes'), syntheticTable(largeRows, 'number')];
  if (flags.data === undefined) say('without --data there are no flights; see README.md');
  else tables.push(...(await flightTables(flags.data, largeRows)));
  if (parts.has('speed')) await compareLarge(one, largeCases(tables), repetitions);
  if (parts.has('threads')) {
    const two = openArena(scratch, 2);
    try {
      await compareThreads(one, two, largeCases(tables), repetitions);
    } finally {
      await two.stop();
    }
  }
  const rounds = { sets: flags.sets.split(','), seeds: Number(flags.seeds) };
  if (parts.has('quality')) await compareSmallSets(one, scratch, rounds);
  if (parts.has('auto')) await compareAutomatic(one, scratch, rounds);
} finally {
  await one.stop();
  await rm(scratch, { recursive: true, force: true });
}
