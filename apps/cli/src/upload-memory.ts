import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { UploadMemory } from '@quadrax/client';
import { environment } from './environment.ts';

type Kept = Readonly<Record<string, string>>;

const listFile = (): string =>
  join(environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'quadrax', 'uploads.json');

/** What cannot be read is forgotten: the upload begins anew. */
const read = (): Kept => {
  try {
    return JSON.parse(readFileSync(listFile(), 'utf8')) as Kept;
  } catch {
    return {};
  }
};

const write = (kept: Kept): void => {
  mkdirSync(dirname(listFile()), { recursive: true, mode: 0o700 });
  writeFileSync(listFile(), `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
};

/** Remembers which upload a file is on its way by: the command given again goes on with it. */
export const uploadMemory = (server: string, path: string): UploadMemory => {
  const nameOf = (file: string): string =>
    [server, resolve(path), Math.round(statSync(path).mtimeMs), file].join('|');
  return {
    recall: (file) => read()[nameOf(file)],
    keep: (file, id) => write({ ...read(), [nameOf(file)]: id }),
    forget: (file) => {
      const { [nameOf(file)]: _gone, ...rest } = read();
      write(rest);
    },
  };
};
