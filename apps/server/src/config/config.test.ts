import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, loadSecrets, maskConfig, settings } from './index.ts';
import type { Config, ConfigProblem } from './index.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quadrax-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const yaml = (file: string, text: string): void => writeFileSync(join(folder, file), text);
const load = (environment: Record<string, string> = {}): Config => loadConfig(environment, folder);

const problemsOf = (environment: Record<string, string> = {}): readonly ConfigProblem[] => {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

const secret = 'x'.repeat(32);
const database = {
  DATABASE_URL: 'postgres://user@db/quadrax',
  JWT_SECRET: secret,
  JWT_REFRESH_SECRET: secret,
};

describe('a setting', () => {
  it('has its default where nothing is said', () => {
    expect(load()).toMatchObject({
      port: 3001,
      host: '127.0.0.1',
      environment: 'production',
      maxUploadBytes: 100 * 1024 ** 2,
      bcryptRounds: 12,
      accessTokenMinutes: 30,
      refreshTokenDays: 7,
      jwtAlgorithm: 'HS256',
      rateLimitMax: 5000,
      rateLimitAnonymous: 1000,
      computeRps: 10,
      computeBurst: 20,
      websocketPath: '/ws',
      databaseUrl: undefined,
    });
  });

  it('of a file wins over the default, and of the environment over the file', () => {
    yaml('production.yml', 'server:\n  port: 4000\n  host: 0.0.0.0\n');
    yaml('security.yml', 'security:\n  bcrypt_rounds: 13\n');
    expect(load({ PORT: '5000' })).toMatchObject({ port: 5000, host: '0.0.0.0', bcryptRounds: 13 });
  });

  it('that is set to nothing counts as not set', () => {
    expect(load({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 3001, databaseUrl: undefined });
  });

  it.each([
    ['ENVIRONMENT', 'development', 'environment', 'development'],
    ['QEMLFLOW_ENV', 'test', 'environment', 'test'],
    ['ALGORITHM', 'HS512', 'jwtAlgorithm', 'HS512'],
    ['UPLOAD_DIR', '/srv/files', 'storagePath', '/srv/files'],
    ['UPLOAD_PATH', '/srv/files', 'storagePath', '/srv/files'],
    ['QEMLFLOW_WORKERS', '3', 'computeProcesses', 3],
    ['QEMLFLOW_LOG_LEVEL', 'WARN', 'logLevel', 'warn'],
    [
      'CORS_ORIGINS',
      'https://a.example, https://b.example',
      'corsOrigins',
      ['https://a.example', 'https://b.example'],
    ],
  ] as const)('may be written %s', (name, value, key, expected) => {
    expect(load({ [name]: value })[key]).toEqual(expected);
  });

  it('has its own name before any other', () => {
    expect(load({ ENVIRONMENT: 'test', NODE_ENV: 'development' }).environment).toBe('development');
  });

  it.each([
    ['100MB', 100 * 1024 ** 2],
    ['1.5 gb', 1.5 * 1024 ** 3],
    ['64KB', 64 * 1024],
    ['123', 123],
    ['5B', 5],
  ])('of a size is bytes or a number with a unit: %s', (text, bytes) => {
    expect(load({ MAX_FILE_SIZE: text }).maxUploadBytes).toBe(bytes);
  });

  it.each([
    ['true', true],
    ['1', true],
    ['YES', true],
    ['on', true],
    ['false', false],
    ['0', false],
    ['no', false],
    ['Off', false],
  ])('that is on or off may be said so: %s', (text, value) => {
    expect(load({ METRICS_ENABLED: text }).metricsEnabled).toBe(value);
  });

  it.each([
    ['POSTGRES_', { HOST: 'db', PORT: '5433', DB: 'plates', USER: 'ada', PASSWORD: 'p@ss/word' }],
    ['QEMLFLOW_DB_', { HOST: 'db', PORT: '5433', NAME: 'plates', USER: 'ada', PASSWORD: 'p@ss/word' }],
  ])('of the database may be written in parts: %s*', (prefix, parts) => {
    const named = Object.fromEntries(Object.entries(parts).map(([name, value]) => [prefix + name, value]));
    const { databaseUrl } = load({ ...named, JWT_SECRET: secret, JWT_REFRESH_SECRET: secret });
    expect(databaseUrl).toBe('postgres://ada:p%40ss%2Fword@db:5433/plates');
  });
});

describe('the setting of Redis', () => {
  it.each([
    [{ REDIS_HOST: 'cache' }, 'redis://cache:6379'],
    [
      { REDIS_HOST: 'cache', REDIS_PORT: '6380', REDIS_PASSWORD: 'p@ss/word' },
      'redis://:p%40ss%2Fword@cache:6380',
    ],
    [{ REDIS_HOST: 'cache', REDIS_URL: 'rediss://other:1' }, 'rediss://other:1'],
    [{ REDIS_PASSWORD: 'alone' }, undefined],
  ])('may be written in parts: %o', (environment, url) => {
    expect(load(environment).redisUrl).toBe(url);
  });

  it('is no other protocol, and is never shown', () => {
    expect(problemsOf({ REDIS_URL: 'http://cache' }).map(({ place }) => place)).toEqual(['REDIS_URL']);
    const shown = maskConfig(load({ REDIS_HOST: 'cache', REDIS_PASSWORD: 'hunter2' }));
    expect(JSON.stringify(shown)).not.toContain('hunter2');
  });
});

describe('what is wrong', () => {
  it('is told all at once, each with its place', () => {
    yaml('production.yml', 'server:\n  prot: 4000\n  port: 99999\n');
    yaml('monitoring.yml', 'logging:\n  level: loud\n');
    const problems = problemsOf({ BCRYPT_ROUNDS: 'many', MAX_FILE_SIZE: 'huge', JWT_SECRET: 'short' });
    expect(problems.map(({ place }) => place).toSorted()).toEqual([
      'BCRYPT_ROUNDS',
      'JWT_SECRET',
      'MAX_FILE_SIZE',
      'monitoring.yml, logging.level',
      'production.yml, server.port',
      'production.yml, server.prot',
    ]);
    expect(problems.find(({ place }) => place.endsWith('prot'))?.message).toBe('There is no such setting.');
    expect(problems.find(({ place }) => place === 'MAX_FILE_SIZE')?.message).toContain('100MB');
  });

  it('is one message that a person can work through', () => {
    expect(() => load({ PORT: '-1', BCRYPT_ROUNDS: '3' })).toThrow(
      /has 2 problems:\n {2}PORT: .+\n {2}BCRYPT_ROUNDS: .+/,
    );
    expect(() => load({ PORT: '-1' })).toThrow(/has a problem:/);
  });

  it('may be a file that is no YAML', () => {
    yaml('security.yml', 'security:\n\t- : [');
    expect(problemsOf()[0]).toMatchObject({ place: 'security.yml' });
  });

  it.each([
    ['PORT', '80.5'],
    ['PORT', 'http'],
    ['DB_POOL_SIZE', '1'],
    ['MAX_FILE_SIZE', '-5'],
    ['DATABASE_URL', 'mysql://db/x'],
    ['CORS_CREDENTIALS_X', 'ok'],
  ])('%s=%s is judged', (name, value) => {
    const places = problemsOf({ [name]: value }).map(({ place }) => place);
    expect(places).toEqual(name === 'CORS_CREDENTIALS_X' ? [] : [name]);
  });

  it('is to switch authentication off', () => {
    expect(problemsOf({ QEMLFLOW_ENABLE_AUTH: 'False' })).toEqual([
      { place: 'QEMLFLOW_ENABLE_AUTH', message: expect.stringContaining('cannot be switched off') },
    ]);
    expect(problemsOf({ QEMLFLOW_ENABLE_AUTH: 'true' })).toEqual([]);
  });

  it('is a mail server without a sender, or with several', () => {
    expect(problemsOf({ SMTP_HOST: 'mail.example.org' })).toEqual([
      { place: 'SMTP_FROM', message: expect.stringContaining('With SMTP_HOST') },
    ]);
    for (const sender of ['a@b.c, d@e.f', 'Quadrax', 'Quadrax <a@b.c>\r\nBcc: d@e.f'])
      expect(problemsOf({ SMTP_HOST: 'mail.example.org', SMTP_FROM: sender }), sender).toMatchObject([
        { place: 'SMTP_FROM' },
      ]);
    for (const sender of ['a@b.c', 'Quadrax <a@b.c>', 'Büro, Ada <a@b.c>'])
      expect(load({ SMTP_HOST: 'mail.example.org', SMTP_FROM: sender }).smtpFrom).toBe(sender);
  });

  it('is an external database without secrets that every process shares', () => {
    const { DATABASE_URL } = database;
    expect(problemsOf({ DATABASE_URL }).map(({ place }) => place)).toEqual([
      'JWT_SECRET',
      'JWT_REFRESH_SECRET',
    ]);
    expect(problemsOf({ POSTGRES_HOST: 'db' }).map(({ place }) => place)).toEqual([
      'JWT_SECRET',
      'JWT_REFRESH_SECRET',
    ]);
    expect(problemsOf(database)).toEqual([]);
  });
});

describe('secrets', () => {
  it('are never shown', () => {
    const shown = JSON.stringify(
      maskConfig(load({ ...database, DATABASE_URL: 'postgres://ada:hunter2@db/q' })),
    );
    expect(shown).not.toMatch(/hunter2|xxxx/);
    expect(shown).toContain('••••••');
    expect(JSON.parse(shown)).toMatchObject({ port: 3001 });
  });

  it('beside an embedded database are made once and kept for this user alone', () => {
    const config = load({ QUADRAX_DATA_DIR: join(folder, 'data') });
    const first = loadSecrets(config);
    expect(loadSecrets(config)).toEqual(first);
    expect(new Set(Object.values(first)).size).toBe(3);
    for (const value of Object.values(first)) expect(value).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(join(folder, 'data', 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('that are configured win over those that are kept', () => {
    const config = load({ QUADRAX_DATA_DIR: join(folder, 'data'), JWT_SECRET: secret });
    expect(loadSecrets(config).access).toBe(secret);
    expect(loadSecrets(config).refresh).not.toBe(secret);
  });

  it('are not made beside an external database', () => {
    const config = load({ ...database, QUADRAX_DATA_DIR: join(folder, 'data') });
    expect(loadSecrets(config)).toEqual({ access: secret, refresh: secret, signing: secret });
    expect(() => statSync(join(folder, 'data'))).toThrow(/ENOENT/);
  });
});

describe('the table of settings', () => {
  const all = Object.values(settings);

  it('gives every name and every place to one setting alone', () => {
    const names = all.flatMap(({ env }) => env);
    expect(new Set(names).size).toBe(names.length);
    const places = all.map(({ yaml: place }) => place);
    expect(new Set(places).size).toBe(places.length);
  });

  it('has defaults that pass their own rules, and a sentence about each', () => {
    for (const { schema, fallback, about, env } of all) {
      expect(schema.safeParse(fallback()).success, env[0]).toBe(true);
      expect(about, env[0]).toMatch(/^\S.*\.$/);
    }
  });
});
