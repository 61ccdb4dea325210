import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../apps/cli/bin/quadrax.mjs', import.meta.url));
const longestStartMs = 60_000;

/** The product as `npm start` runs it, in a process of its own, on loopback. */
export interface BenchServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** From the spawn of the process to the first 200 of /readyz. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** A new data folder that the unprivileged account of the database can reach, when this runs as root. */
export const newDataDir = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'quadrax-bench-'));
  await chmod(folder, 0o711);
  return folder;
};

export const removeDataDir = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
};

const isReady = async (url: string): Promise<boolean> => {
  try {
    const reply = await fetch(`${url}/readyz`);
    await reply.text();
    return reply.status === 200;
  } catch {
    return false;
  }
};

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const stop = async (child: ChildProcess): Promise<void> => {
  if (ended(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await gone;
  clearTimeout(kill);
};

/**
 * Starts a server and waits until it is ready. Rates are limited as ever, with limits that no benchmark reaches.
 * @throws with what it wrote if it ends instead.
 */
export const startServer = async (
  dataDir: string,
  { env = {}, nodeOptions = [] }: { env?: Record<string, string>; nodeOptions?: readonly string[] } = {},
): Promise<BenchServer> => {
  const port = await freePort();
  const started = performance.now();
  // With the flag that `npm start` sets.
  const options = ['--max-semi-space-size=16', ...nodeOptions];
  const child = spawn(process.execPath, [...options, program, 'serve'], {
    cwd: dataDir,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      QUADRAX_DATA_DIR: dataDir,
      QEMLFLOW_CONFIG_PATH: join(dataDir, 'no-config'),
      RATE_LIMIT_MAX_REQUESTS: '10000000',
      RATE_LIMIT_ANONYMOUS: '10000000',
      RATE_LIMIT_TENANT: '10000000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-10_000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) {
    if (ended(child) || performance.now() - started > longestStartMs) {
      await stop(child);
      throw new Error(`The server did not start:\n${output}`);
    }
    await pause(5);
  }
  const startMs = performance.now() - started;
  return { url, port, pid: child.pid ?? 0, startMs, stop: () => stop(child) };
};

/** A server on a folder of its own for as long as `work` takes; both are gone afterwards, whatever happens. */
export const withServer = async <T>(
  work: (server: BenchServer, dataDir: string) => Promise<T>,
  options: Parameters<typeof startServer>[1] = {},
): Promise<T> => {
  const dataDir = await newDataDir();
  try {
    const server = await startServer(dataDir, options);
    try {
      return await work(server, dataDir);
    } finally {
      await server.stop();
    }
  } finally {
    await removeDataDir(dataDir);
  }
};
