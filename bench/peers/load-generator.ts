/** Sends the load that its parent describes, tells it how long each reply took, and ends. */
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '../lib/connection.ts';
import type { LoadPlan, LoadResult } from '../lib/load.ts';

const stop = new AbortController();

/** Each connection sends as soon as it has its reply. */
const closedLoop = async (plan: LoadPlan, requests: readonly Buffer[]): Promise<number[]> => {
  const latencies: number[] = [];
  const until = performance.now() + plan.seconds * 1000;
  const lane = async (first: number): Promise<void> => {
    const connection = await Connection.open(plan.port);
    for (let i = first; !stop.signal.aborted && performance.now() < until; i++)
      latencies.push(await connection.send(requests[i % requests.length] as Buffer));
    connection.close();
  };
  await Promise.all(Array.from({ length: plan.connections ?? 1 }, (_unused, i) => lane(i)));
  return latencies;
};

/** Requests leave by the clock; a slow reply delays none, since there is always another connection. */
const openLoop = async (plan: LoadPlan, requests: readonly Buffer[]): Promise<number[]> => {
  const latencies: number[] = [];
  const free: Connection[] = [];
  const underWay = new Set<Promise<void>>();
  const send = async (request: Buffer): Promise<void> => {
    const connection = free.pop() ?? (await Connection.open(plan.port));
    latencies.push(await connection.send(request));
    free.push(connection);
  };
  const started = performance.now();
  const everyMs = 1000 / (plan.perSecond ?? 1);
  for (let i = 0; !stop.signal.aborted && performance.now() - started < plan.seconds * 1000; i++) {
    const sending = send(requests[i % requests.length] as Buffer).finally(() => underWay.delete(sending));
    underWay.add(sending);
    await pause(Math.max(0, started + (i + 1) * everyMs - performance.now()));
  }
  await Promise.all(underWay);
  for (const connection of free) connection.close();
  return latencies;
};

const [plan] = (await once(process, 'message')) as [LoadPlan];
process.on('message', () => stop.abort());
process.on('disconnect', () => process.exit(0));
const requests = plan.requests.map((request) => Buffer.from(request));
const started = performance.now();
const latencies = await (plan.perSecond === undefined ? closedLoop : openLoop)(plan, requests);
const result: LoadResult = {
  latencies,
  perSecond: (latencies.length / (performance.now() - started)) * 1000,
};
process.send?.(result, () => process.disconnect());
