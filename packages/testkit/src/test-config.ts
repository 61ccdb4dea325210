import { join } from 'node:path';
import { loadConfig } from '@quadrax/server';
import type { Config } from '@quadrax/server';

/** Signs whatever a test server signs. Every server of the tests has it, so that several may share a database. */
export const testSecret = 'a secret of the tests, known to all of them';

export interface TestEnvironment {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly rateLimits?: boolean;
  /** Anything else by its name in the environment; wins over what the tests set. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The environment a server of the tests runs with: replies checked, cheap passwords, a free port. */
export const testEnvironment = ({
  databaseUrl,
  dataDir,
  rateLimits = false,
  env = {},
}: TestEnvironment): Record<string, string> => ({
  NODE_ENV: 'test',
  DATABASE_URL: databaseUrl,
  QUADRAX_DATA_DIR: dataDir,
  QEMLFLOW_CONFIG_PATH: join(dataDir, 'config'),
  JWT_SECRET: testSecret,
  JWT_REFRESH_SECRET: `${testSecret}, to refresh`,
  BCRYPT_ROUNDS: '4',
  RATE_LIMIT_ENABLED: String(rateLimits),
  PORT: '0',
  LOG_LEVEL: 'info',
  DB_POOL_SIZE: '8',
  COMPUTE_PROCESSES: '1',
  COMPUTE_MEMORY_MB: '768',
  // Tests wait for what is computed: on a busy machine it would wait for the tests.
  COMPUTE_PRIORITY: 'normal',
  STORAGE_RESERVE: '0',
  SHUTDOWN_DRAIN: '0',
  ...env,
});

export const testConfig = (environment: TestEnvironment): Config => loadConfig(testEnvironment(environment));
