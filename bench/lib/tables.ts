import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

/** Numbers from 0 to 1 that a seed determines (mulberry32, Tommy Ettinger, public domain). */
export const random = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const writeLines = async (file: string, header: string, rows: number, line: (i: number) => string) => {
  const out = createWriteStream(file);
  out.write(`${header}\n`);
  let block = '';
  for (let i = 0; i < rows; i++) {
    block += `${line(i)}\n`;
    if (block.length < 1 << 20) continue;
    if (!out.write(block)) await once(out, 'drain');
    block = '';
  }
  out.end(block);
  await finished(out);
};

const cities = ['Bern', 'Köln', 'São Paulo', 'Kraków', 'Lagos', 'Osaka', 'Lima', 'Pune'];
const words = ['plate', 'well', 'assay', 'batch', 'sample', 'blank', 'control', 'dose', 'read', 'run'];

/** A table as people have them: integers, decimals, categories, dates, text, a few values missing; ten columns. */
export const writeMixedTable = (file: string, rows: number): Promise<void> => {
  const next = random(7);
  const whole = (below: number): number => Math.floor(next() * below);
  const pick = (list: readonly string[]): string => list[whole(list.length)] ?? '';
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const firstDay = Date.UTC(2015, 0, 1);
  const date = (): string => new Date(firstDay + whole(4000) * 86_400_000).toISOString().slice(0, 10);
  const time = (): string => new Date(firstDay + whole(300_000_000) * 1000).toISOString().slice(0, 19);
  const note = (): string => `${pick(words)} ${pick(words)} ${whole(100_000)}`;
  const line = (i: number): string =>
    [
      i + 1,
      whole(90),
      whole(1_000_000),
      (normal() * 12 + 50).toFixed(3),
      next() < 0.03 ? '' : (Math.exp(normal()) * 1000).toFixed(2),
      pick(cities),
      `group-${whole(400)}`,
      date(),
      time(),
      note(),
    ].join(',');
  return writeLines(file, 'id,age,count,score,amount,city,cohort,day,measured_at,note', rows, line);
};

export const features = 20;

/** Twenty numbers and two classes that follow from eight of them, with noise. */
export const writeTrainingTable = (file: string, rows: number): Promise<void> => {
  const next = random(11);
  const line = (): string => {
    const x = Array.from({ length: features }, () => next());
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = x;
    const signal = Math.sin(6 * a * b) + 2 * (c - 0.5) ** 2 + d - e * f + (g > 0.6 ? h : -h);
    return `${x.map((value) => value.toFixed(5)).join(',')},${signal + next() - 0.5 > 0.5 ? 'yes' : 'no'}`;
  };
  const names = Array.from({ length: features }, (_unused, i) => `x${i}`);
  return writeLines(file, `${names.join(',')},target`, rows, line);
};
