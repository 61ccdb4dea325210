import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What runs every command. */
export const program = fileURLToPath(new URL('../../bin/quadrax.mjs', import.meta.url));

/** How a command ended, and what it said. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home of its own for commands: data, credentials and configuration apart from everybody's. */
export interface Home {
  readonly folder: string;
  readonly dataDir: string;
  readonly environment: Record<string, string>;
  /** Runs a command to its end. */
  run(words: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** Runs a command with --json. Gives the one value it printed, whether it succeeded or not. */
  json<T = Record<string, unknown>>(words: readonly string[], options?: RunOptions): Promise<T>;
  remove(): Promise<void>;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const start = (words: readonly string[], env: Readonly<Record<string, string>>) =>
  spawn(process.execPath, [program, ...words], { env, stdio: ['pipe', 'pipe', 'pipe'] });

export const createHome = async (): Promise<Home> => {
  const folder = await mkdtemp(join(tmpdir(), 'quadrax-cli-'));
  // The embedded database runs as an unprivileged account when the tests run as root.
  await chmod(folder, 0o711);
  const dataDir = join(folder, 'data');
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    QEMLFLOW_CONFIG_PATH: join(folder, 'settings'),
    QUADRAX_DATA_DIR: dataDir,
    NODE_ENV: 'test',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    BCRYPT_ROUNDS: '4',
    COMPUTE_PROCESSES: '1',
    COMPUTE_MEMORY_MB: '768',
    STORAGE_RESERVE: '0',
    LOG_LEVEL: 'warn',
  };
  const run: Home['run'] = async (words, { input = '', env = {} } = {}) => {
    const child = start(words, { ...environment, ...env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    // A command that refuses its arguments does not wait for its input.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  };
  return {
    folder,
    dataDir,
    environment,
    run,
    json: async <T>(words: readonly string[], options?: RunOptions) => {
      const { stdout } = await run([...words, '--json'], options);
      return JSON.parse(stdout) as T;
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
  };
};

/** A command that goes on until it is stopped. */
export interface Running {
  /** What it said until it was ready. */
  readonly said: readonly string[];
  /** Asks it to stop. Gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts a command and waits until it says that it is ready. */
export const launch = async (
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<Running> => {
  const child = start(words, environment);
  const gone = once(child, 'exit') as Promise<[number | null]>;
  child.stdout.resume();
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (!ready.test(line)) continue;
    child.stderr.resume();
    const stop = async (): Promise<number | null> => {
      child.kill('SIGTERM');
      return (await gone)[0];
    };
    return { said, stop };
  }
  throw new Error(`The command ended instead of starting:\n${said.join('\n')}`);
};

/** Starts `quadrax serve` on a free port. */
export const serve = async ({ environment }: Home): Promise<Running & { readonly url: string }> => {
  const running = await launch(['serve', '--port', '0'], environment, /ready at/);
  return { ...running, url: running.said.at(-1)?.split(' ').at(-1) ?? '' };
};
