import { availableParallelism, cpus, totalmem } from 'node:os';
import process from 'node:process';

/** Of several runs: the middle one and the range. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** The p-quantile of unsorted values, the smallest that at least a share p do not exceed (type 1). */
export const quantile = (values: readonly number[], p: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
};

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
  runs: values.length,
});

/** One line of a report. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly spread: Spread;
  /** What is to be reached, and whether it was; absent where the figure only informs. */
  readonly aim?: { readonly text: string; readonly met: boolean };
}

/** A figure of several runs; with `atMost` or `atLeast` its median is held against that. */
export const figure = (
  what: string,
  unit: string,
  values: readonly number[],
  { atMost, atLeast }: { readonly atMost?: number; readonly atLeast?: number } = {},
): Figure => {
  const spread = spreadOf(values);
  if (atMost !== undefined)
    return { what, unit, spread, aim: { text: `≤ ${atMost}`, met: spread.median <= atMost } };
  if (atLeast !== undefined)
    return { what, unit, spread, aim: { text: `≥ ${atLeast}`, met: spread.median >= atLeast } };
  return { what, unit, spread };
};

const shown = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
};

/** The machine and the runtime that the figures were taken on. */
export const machine = () => ({
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? 'unknown',
  memoryGb: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
});

const row = ({ what, unit, spread, aim }: Figure): string[] => [
  what,
  `${shown(spread.median)} ${unit}`.trim(),
  spread.runs > 1 ? `${shown(spread.min)} – ${shown(spread.max)}` : '',
  String(spread.runs),
  aim ? `${aim.text}${aim.met ? '' : ' missed'}` : '',
];

/** Writes the figures as a table, or with `--json` as one object. */
export const report = (title: string, figures: readonly Figure[], notes: readonly string[] = []): void => {
  const { cores, processor, memoryGb, node } = machine();
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ title, machine: machine(), figures, notes }));
    return;
  }
  const rows = [['', 'median', 'min – max', 'runs', 'aim'], ...figures.map(row)];
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0))) ?? [];
  console.log(`\n${title}\n${cores} cores (${processor}), ${memoryGb} GB, Node ${node}\n`);
  for (const cells of rows)
    console.log(
      cells
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  for (const note of notes) console.log(`\n${note}`);
};

/** What is going on, for whoever waits; not part of the result. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);
