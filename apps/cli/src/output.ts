import process from 'node:process';

/** Results go to standard output, everything that is said along the way to standard error. */
export interface Output {
  readonly json: boolean;
  /** The one result of a command: as JSON, or as a person reads it. */
  result(value: unknown, human: () => string): void;
  note(line: string): void;
}

export const createOutput = (json: boolean): Output => ({
  json,
  result: (value, human) => {
    const text = json ? JSON.stringify(value ?? null) : human();
    if (text !== '') process.stdout.write(`${text}\n`);
  },
  note: (line) => {
    process.stderr.write(`${line}\n`);
  },
});

/** Columns aligned under their titles; numbers to the right. */
export const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string => {
  if (rows.length === 0) return '';
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const numeric = titles.map((_, at) => rows.every((row) => /^[\d.,%-]*$/.test(row[at] ?? '')));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (numeric[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(titles), ...rows.map(line)].join('\n');
};

/** `name  value` lines. */
export const facts = (pairs: readonly (readonly [string, string | undefined])[]): string => {
  const known = pairs.filter(
    (pair): pair is readonly [string, string] => pair[1] !== undefined && pair[1] !== '',
  );
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
};

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** Bytes as a person says them. */
export const size = (bytes: number): string => {
  const step = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** step;
  return `${step === 0 ? amount : amount.toFixed(amount < 10 ? 1 : 0)} ${units[step]}`;
};

/** Up to four significant digits. */
export const number = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
