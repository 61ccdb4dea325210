/**
 * Threads that run kernels on a shared memory. This and `platform.ts` are the only places that know a runtime: where
 * there are no worker threads of Node, none is started, and everything is done by the one that asks.
 */
interface ThreadsModule {
  readonly Worker: new (
    source: string,
    options: { eval: true; workerData: ThreadData; execArgv: readonly string[] },
  ) => { unref(): void };
}

/** What a thread is given. `controlAt`: 256 bytes of the memory, its own; see `serve`. */
export interface ThreadData {
  readonly module: object;
  readonly memory: object;
  readonly controlAt: number;
  /** Names of the exports that it may be asked to run, by number. */
  readonly kernels: readonly string[];
}

/**
 * Indices into the i32 control words of a thread, and of the f64 values behind them. `asked`, `taken` and `answered`
 * hold numbers of calls: whoever moves `taken` from one call to the next does the work, the thread or the one that
 * asked. `asleep` and `waiting` are 1 while the thread, or the one that asked, sleeps and must be woken.
 */
export const control = {
  asked: 0,
  answered: 1,
  kernel: 2,
  count: 3,
  taken: 4,
  asleep: 5,
  waiting: 6,
  words: 7,
  result: 4,
  first: 5,
  values: 32,
};
/** `answered` before the thread is ready, and after a kernel has trapped. */
export const notReady = -1;
export const trapped = -2;

/** Starts a thread; false where this runtime has none. It is ready when its `answered` is no longer `notReady`. */
export function startThread(data: ThreadData): boolean {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => ThreadsModule | undefined };
  };
  const threads = process?.getBuiltinModule?.('node:worker_threads');
  if (!threads) return false;
  const source = `(${serve.toString()})(require('node:worker_threads').workerData);`;
  new threads.Worker(source, { eval: true, workerData: data, execArgv: [] }).unref();
  return true;
}

/**
 * The whole program of a thread, which is handed over as text and hence uses nothing around it: its numbers are those
 * of `control`. Runs a kernel whenever `asked` is raised and nobody else has taken the call, until the kernel is −1;
 * looks for work a while before it sleeps, since waking takes longer than most of the work.
 */
function serve({ module, memory, controlAt, kernels }: ThreadData): void {
  interface Runtime {
    readonly WebAssembly: {
      Instance: new (
        module: object,
        imports: object,
      ) => { exports: Record<string, (...a: number[]) => number> };
    };
  }
  const { buffer } = memory as { buffer: SharedArrayBuffer };
  const { WebAssembly } = globalThis as unknown as Runtime;
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort: () => undefined } });
  const words = new Int32Array(buffer, controlAt, 7);
  const values = new Float64Array(buffer, controlAt, 32);
  let seen = 0;
  Atomics.store(words, 1, 0);
  Atomics.notify(words, 1);
  for (;;) {
    let looks = 0;
    while (Atomics.load(words, 0) === seen) {
      if (++looks <= 20_000) continue;
      Atomics.store(words, 5, 1);
      Atomics.wait(words, 0, seen);
      Atomics.store(words, 5, 0);
    }
    seen = Atomics.load(words, 0);
    if (words[2] < 0) return;
    if (Atomics.compareExchange(words, 4, seen - 1, seen) !== seen - 1) continue;
    try {
      values[4] = exports[kernels[words[2]]](...values.subarray(5, 5 + words[3])) ?? 0;
      Atomics.store(words, 1, seen);
    } catch {
      Atomics.store(words, 1, -2);
    }
    if (Atomics.load(words, 6) === 1) Atomics.notify(words, 1);
  }
}
