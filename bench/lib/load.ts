import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A load that ends by itself. */
export interface LoadPlan {
  readonly port: number;
  /** Requests as they go over the wire, taken in turn. */
  readonly requests: readonly string[];
  readonly seconds: number;
  /** So many connections, each sending as soon as it has its reply … */
  readonly connections?: number;
  /** … or so many requests a second, whatever becomes of those before. */
  readonly perSecond?: number;
}

/** What became of it. */
export interface LoadResult {
  readonly perSecond: number;
  /** Of each request, in ms. */
  readonly latencies: readonly number[];
}

const program = fileURLToPath(new URL('../peers/load-generator.ts', import.meta.url));

/** A load from a process of its own. `stop` ends it early. */
export const startLoad = (plan: LoadPlan): { readonly result: Promise<LoadResult>; stop(): void } => {
  const child = fork(program, [], { execArgv: [], serialization: 'advanced' });
  const result = (async (): Promise<LoadResult> => {
    const failed = once(child, 'exit').then(([code]: unknown[]) => {
      throw new Error(`The load generator ended with ${String(code)}.`);
    });
    const [answer] = (await Promise.race([once(child, 'message'), failed])) as [LoadResult];
    failed.catch(() => {});
    return answer;
  })();
  child.send(plan);
  return { result, stop: () => void (child.connected && child.send('stop')) };
};
