import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register, TestClient } from './client.ts';
import type { Registration } from './client.ts';
import { createDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { testEnvironment } from './test-config.ts';

export interface SpawnOptions {
  /** Shared with other servers, and left alone at the end. Absent: a clone of its own. */
  readonly database?: TestDatabase;
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A place (see platform/faults) at which the process ends itself with SIGKILL. */
  readonly fault?: string;
  /** Whether it takes jobs; default yes. */
  readonly work?: boolean;
  readonly rateLimits?: boolean;
}

/** The product in a process of its own. */
export interface SpawnedServer {
  readonly url: string;
  readonly pid: number;
  readonly database: TestDatabase;
  readonly dataDir: string;
  readonly anonymous: TestClient;
  /** What it has written to standard output and error so far. */
  readonly output: () => string;
  /** Settles when the process is gone, with its exit code or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  register(changes?: Partial<Registration>): Promise<TestClient>;
  /** Ends it with no chance to tidy up, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop, and waits. Gives its exit code. */
  stop(): Promise<number | NodeJS.Signals>;
  /** Kills it if it still runs, and removes what it was given for itself. */
  cleanUp(): Promise<void>;
}

const program = fileURLToPath(new URL('spawned-server.ts', import.meta.url));

const whenGone = (child: ChildProcess): Promise<number | NodeJS.Signals> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code ?? -1));
  });

/** Starts the product in a child process and waits until it answers. @throws with its output if it ends instead. */
export const spawnServer = async (options: SpawnOptions = {}): Promise<SpawnedServer> => {
  const database = options.database ?? (await createDatabase());
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'quadrax-spawned-')));
  const { env, rateLimits, fault, work = true } = options;
  const environment = testEnvironment({
    databaseUrl: database.url,
    dataDir,
    ...(env && { env }),
    ...(rateLimits !== undefined && { rateLimits }),
  });
  const child = fork(program, [], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      ...environment,
      TEST_WORK: String(work),
      ...(fault !== undefined && { QUADRAX_FAULT_POINT: fault }),
    },
    execArgv: ['--import', import.meta.resolve('@quadrax/server/quick-start')],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = whenGone(child);
  const end = (signal: NodeJS.Signals): Promise<number | NodeJS.Signals> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return exited;
  };
  const cleanUp = async (): Promise<void> => {
    await end('SIGKILL');
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    if (options.database === undefined) await database.drop();
  };
  const first: unknown = await Promise.race([
    once(child, 'message').then(([message]: unknown[]) => message),
    exited,
  ]);
  if (typeof first !== 'object' || first === null || !('ready' in first)) {
    await cleanUp();
    throw new Error(`The server ended (${String(first)}) instead of starting:\n${output}`);
  }
  const url = String(first.ready);
  return {
    url,
    pid: child.pid ?? 0,
    database,
    dataDir,
    anonymous: new TestClient(url),
    output: () => output,
    exited,
    register: (changes) => register(url, changes),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    cleanUp,
  };
};
