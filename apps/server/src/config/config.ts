import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { parse, YAMLParseError } from 'yaml';
import { settings } from './settings.ts';
import type { Setting } from './setting.ts';
import type { Config } from './settings.ts';

/** One thing that is wrong with the configuration, and where it was said. */
export interface ConfigProblem {
  readonly place: string;
  readonly message: string;
}

/** Thrown with every problem at once, so that a person mends them in one go. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ place, message }) => `  ${place}: ${message}`);
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${lines.join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;
interface Found {
  readonly place: string;
  readonly value: unknown;
}

const files = ['production.yml', 'security.yml', 'monitoring.yml', 'high_availability.yml'];
const entries = Object.entries(settings) as [keyof Config, Setting<unknown>][];

/** Leaves of a YAML tree by dotted path. Lists are leaves. */
const leaves = (tree: unknown, path = ''): [string, unknown][] => {
  if (tree === null || typeof tree !== 'object' || Array.isArray(tree)) return path ? [[path, tree]] : [];
  return Object.entries(tree).flatMap(([key, value]) => leaves(value, path ? `${path}.${key}` : key));
};

const readYaml = (folder: string, problems: ConfigProblem[]): Map<string, Found> => {
  const found = new Map<string, Found>();
  const known = new Set(entries.map(([, setting]) => setting.yaml));
  for (const name of files) {
    const file = join(folder, name);
    if (!existsSync(file)) continue;
    try {
      for (const [path, value] of leaves(parse(readFileSync(file, 'utf8')))) {
        if (known.has(path)) found.set(path, { place: `${name}, ${path}`, value });
        else problems.push({ place: `${name}, ${path}`, message: 'There is no such setting.' });
      }
    } catch (error) {
      if (!(error instanceof YAMLParseError)) throw error;
      problems.push({ place: name, message: error.message });
    }
  }
  return found;
};

const fromEnvironment = (names: readonly string[], environment: Environment): Found | undefined => {
  for (const name of names) {
    const value = environment[name];
    if (value !== undefined && value !== '') return { place: name, value };
  }
  return undefined;
};

/** Of a setting that may be written in several ways, what is wrong with the way that people write it: the last. */
const sentences = (issues: readonly z.core.$ZodIssue[]): string[] =>
  issues.flatMap((issue) =>
    issue.code === 'invalid_union' ? sentences(issue.errors.at(-1) ?? []) : [issue.message],
  );

const message = (issues: readonly z.core.$ZodIssue[]): string => [...new Set(sentences(issues))].join(' ');

/** POSTGRES_* and QEMLFLOW_DB_* are other ways to write DATABASE_URL. */
const withDatabaseUrl = (environment: Environment): Environment => {
  if (environment['DATABASE_URL']) return environment;
  for (const prefix of ['POSTGRES_', 'QEMLFLOW_DB_']) {
    const part = (name: string) => environment[`${prefix}${name}`];
    const host = part('HOST');
    if (!host) continue;
    const user = encodeURIComponent(part('USER') ?? 'postgres');
    const password = encodeURIComponent(part('PASSWORD') ?? '');
    const database = encodeURIComponent(part('DB') ?? part('NAME') ?? 'quadrax');
    const url = `postgres://${user}:${password}@${host}:${part('PORT') ?? '5432'}/${database}`;
    return { ...environment, DATABASE_URL: url };
  }
  return environment;
};

/** REDIS_HOST, REDIS_PORT and REDIS_PASSWORD are another way to write REDIS_URL. */
const withRedisUrl = (environment: Environment): Environment => {
  const host = environment['REDIS_HOST'];
  if (environment['REDIS_URL'] || !host) return environment;
  const password = environment['REDIS_PASSWORD'];
  const login = password ? `:${encodeURIComponent(password)}@` : '';
  return { ...environment, REDIS_URL: `redis://${login}${host}:${environment['REDIS_PORT'] || '6379'}` };
};

/**
 * Defaults, then the YAML files in `folder`, then the environment; checked whole.
 * @throws ConfigError naming every problem and its place.
 */
export const loadConfig = (
  given: Environment,
  folder = given['QEMLFLOW_CONFIG_PATH'] ?? 'config',
): Config => {
  const environment = withRedisUrl(withDatabaseUrl(given));
  const problems: ConfigProblem[] = [];
  const yaml = readYaml(folder, problems);
  const values: Record<string, unknown> = {};
  for (const [key, setting] of entries) {
    const found = fromEnvironment(setting.env, environment) ?? yaml.get(setting.yaml);
    const outcome = setting.schema.safeParse(found ? found.value : setting.fallback());
    if (outcome.success) values[key] = outcome.data;
    else
      problems.push({ place: found?.place ?? setting.env[0] ?? key, message: message(outcome.error.issues) });
  }
  if (environment['QEMLFLOW_ENABLE_AUTH']?.toLowerCase() === 'false')
    problems.push({ place: 'QEMLFLOW_ENABLE_AUTH', message: 'Authentication cannot be switched off.' });
  if (values['smtpHost'] !== undefined && 'smtpFrom' in values && values['smtpFrom'] === undefined)
    problems.push({
      place: 'SMTP_FROM',
      message: 'With SMTP_HOST this must be set: the address that the mails are from.',
    });
  if (values['databaseUrl'] !== undefined && problems.length === 0) problems.push(...missingSecrets(values));
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Config;
};

/** Replicas that share a database must share the secrets, so none is generated there. */
const missingSecrets = (values: Record<string, unknown>): ConfigProblem[] =>
  (['jwtSecret', 'jwtRefreshSecret'] as const)
    .filter((key) => values[key] === undefined)
    .map((key) => ({
      place: settings[key].env[0] ?? key,
      message:
        'With DATABASE_URL this must be set, alike for every process (openssl rand -hex 32 makes one).',
    }));

/** The configuration as a person may see it: secrets as dots. */
export const maskConfig = (config: Config): Record<string, unknown> =>
  Object.fromEntries(
    entries.map(([key, setting]) => [
      key,
      setting.secret && config[key] !== undefined ? '••••••' : config[key],
    ]),
  );
