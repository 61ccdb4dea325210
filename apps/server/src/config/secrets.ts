import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './settings.ts';

/** What signs and encrypts. */
export interface Secrets {
  readonly access: string;
  readonly refresh: string;
  /** Signs cursors and links. */
  readonly signing: string;
}

const keptSecrets = (dataDir: string): Secrets => {
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  const fresh = (): string => randomBytes(32).toString('hex');
  const secrets = { access: fresh(), refresh: fresh(), signing: fresh() };
  mkdirSync(dataDir, { recursive: true });
  // Written beside and renamed, so that a start killed here never leaves half a file.
  writeFileSync(`${file}.new`, JSON.stringify(secrets), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return secrets;
};

/** Those configured; beside an embedded database, those kept in the data folder for what is not. */
export const loadSecrets = (config: Config): Secrets => {
  const { jwtSecret, jwtRefreshSecret, databaseUrl, dataDir } = config;
  if (databaseUrl !== undefined && jwtSecret && jwtRefreshSecret)
    return { access: jwtSecret, refresh: jwtRefreshSecret, signing: jwtSecret };
  const kept = keptSecrets(dataDir);
  return {
    access: jwtSecret ?? kept.access,
    refresh: jwtRefreshSecret ?? kept.refresh,
    signing: kept.signing,
  };
};
