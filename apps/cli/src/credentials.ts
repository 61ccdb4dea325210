import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { environment } from './environment.ts';
import { CliError } from './failure.ts';

/** Who is signed in at one server. */
export interface Profile {
  readonly email: string;
  readonly refreshToken: string;
  readonly token: string;
  /** When `token` ends, in ms since 1970. */
  readonly endsAt: number;
}

interface Kept {
  /** The server of the last sign-in. */
  readonly current?: string;
  readonly profiles: Readonly<Record<string, Profile>>;
}

const file = (): string =>
  join(environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'quadrax', 'credentials.json');

const read = (): Kept => {
  if (!existsSync(file())) return { profiles: {} };
  try {
    return JSON.parse(readFileSync(file(), 'utf8')) as Kept;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`${file()} cannot be read: ${reason}. Delete it and sign in again.`, 'CREDENTIALS');
  }
};

/** Whole or not at all, and for nobody else's eyes. */
const write = (kept: Kept): void => {
  mkdirSync(dirname(file()), { recursive: true, mode: 0o700 });
  const fresh = `${file()}.new`;
  writeFileSync(fresh, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, file());
};

export const currentServer = (): string | undefined => read().current;
export const profileOf = (url: string): Profile | undefined => read().profiles[url];

export const keepProfile = (url: string, profile: Profile): void => {
  write({ current: url, profiles: { ...read().profiles, [url]: profile } });
};

/** Renews the tokens of a profile and leaves the rest, the current server too, as it is. */
export const renewProfile = (url: string, changes: Omit<Profile, 'email'>): void => {
  const kept = read();
  const known = kept.profiles[url];
  if (known) write({ ...kept, profiles: { ...kept.profiles, [url]: { ...known, ...changes } } });
};

export const forgetProfile = (url: string): void => {
  const { current, profiles } = read();
  const { [url]: _gone, ...rest } = profiles;
  write({ ...(current !== undefined && current !== url && { current }), profiles: rest });
};
