import { fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startLoad } from './load.ts';
import type { LoadResult } from './load.ts';
import { processorSeconds } from './processes.ts';

/** As many as ask at once. */
export const connections = 8;

/** A bare Fastify that replies with a body. */
export const bareFastify = async (reply: string) => {
  const program = fileURLToPath(new URL('../peers/bare-fastify.ts', import.meta.url));
  const child = fork(program, [reply], { execArgv: [], env: { ...process.env, NODE_ENV: 'production' } });
  const [port] = (await once(child, 'message')) as [number];
  return { port, pid: child.pid ?? 0, stop: () => child.disconnect() };
};

export interface Run extends LoadResult {
  /** Processor time of the server for each request, in µs: what a busy machine does not blur. */
  readonly cost: number;
}

/** Asks a server one thing again and again. */
export const run = async (
  server: { port: number; pid: number },
  request: Buffer,
  seconds: number,
): Promise<Run> => {
  const before = await processorSeconds(server.pid);
  const { port } = server;
  const result = await startLoad({ port, requests: [request.toString()], connections, seconds }).result;
  const used = (await processorSeconds(server.pid)) - before;
  return { ...result, cost: (1e6 * used) / result.latencies.length };
};
