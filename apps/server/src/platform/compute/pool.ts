import type { Priority } from './launch.ts';
import { createLine } from './line.ts';
import type { Line } from './line.ts';
import { TaskError } from './task.ts';
import type { Task, TaskContext } from './task.ts';
import { WorkerProcess } from './worker-process.ts';

/**
 * `batch` is for jobs; `interactive` for what a person waits for, with room of its own; `query` for what a person asks
 * in words of their own, which may take long and must not keep others from their pages.
 */
export type Lane = 'batch' | 'interactive' | 'query';

export interface ComputeRequest {
  readonly lane: Lane;
  /** Whom it is for, a tenant: where more wait than may run, those that wait are served in turn. */
  readonly share: string;
  readonly signal: AbortSignal;
  readonly context?: Partial<TaskContext>;
  /** How long it may run, once its turn has come; then its process is ended and it fails with the code TIMEOUT. */
  readonly timeoutMs?: number;
  /** Whether it is tried once more, in a new process, when one that others used before runs out of memory. */
  readonly retryFresh?: boolean;
}

/**
 * Runs tasks in child processes, at most so many at once in each lane, its shares in turn; the process that asks
 * computes nothing.
 */
export interface ComputePool {
  run<Input, Output>(task: Task<Input, Output>, input: Input, request: ComputeRequest): Promise<Output>;
  /** How many tasks one lane runs at once. */
  readonly processes: number;
  readonly memoryMb: number;
  /** How many threads one batch task may use. */
  readonly threads: number;
  /** Kills every child; resolves when they are gone. */
  close(): Promise<void>;
}

interface LaneState {
  readonly priority: Priority;
  /** Interactive children are kept a while: a start costs more than most of what they do. */
  readonly idleMs: number;
  readonly line: Line;
  readonly idle: { worker: WorkerProcess; timer: NodeJS.Timeout }[];
}

/** Fires after a time, with the reason a caller is told. */
const expiry = (timeoutMs: number): AbortSignal => {
  const end = new AbortController();
  const late = new TaskError('TIMEOUT', `It took longer than ${timeoutMs / 1000} seconds.`);
  setTimeout(() => end.abort(late), timeoutMs).unref();
  return end.signal;
};

const silent: TaskContext = { progress: () => {}, log: () => {}, emit: () => {} };

export const createComputePool = (options: {
  processes: number;
  memoryMb: number;
  threads?: number;
  /** How long tasks of the batch lane wait for others; absent: they take the time that nobody else wants. */
  batch?: Priority;
}): ComputePool => {
  const lane = (line: Line, priority: Priority, idleMs: number): LaneState => ({
    priority,
    idleMs,
    line,
    idle: [],
  });
  const lanes: Record<Lane, LaneState> = {
    batch: lane(createLine(options.processes), options.batch ?? 'background', 0),
    interactive: lane(createLine(2, 1), 'normal', 20_000),
    query: lane(createLine(2, 1), 'normal', 20_000),
  };
  const children = new Set<WorkerProcess>();

  const start = (state: LaneState): WorkerProcess => {
    const worker = new WorkerProcess({ memoryMb: options.memoryMb, priority: state.priority });
    children.add(worker);
    return worker;
  };
  const takeIdle = (state: LaneState): WorkerProcess | undefined => {
    const kept = state.idle.pop();
    if (kept) clearTimeout(kept.timer);
    return kept?.worker.alive ? kept.worker : undefined;
  };
  const end = (worker: WorkerProcess): void => {
    // Nobody waits for it here, as it has no task any more; whoever closes the pool does.
    void worker.close().then(() => children.delete(worker));
  };
  const keep = (state: LaneState, worker: WorkerProcess): void => {
    if (state.idleMs === 0 || !worker.alive) return end(worker);
    const entry = {
      worker,
      timer: setTimeout(() => {
        state.idle.splice(state.idle.indexOf(entry), 1);
        end(worker);
      }, state.idleMs).unref(),
    };
    state.idle.push(entry);
  };

  const runIn = async <Input, Output>(
    worker: WorkerProcess,
    task: Task<Input, Output>,
    input: Input,
    { lane: name, signal, context, timeoutMs }: ComputeRequest,
  ): Promise<Output> => {
    try {
      const ending = timeoutMs === undefined ? signal : AbortSignal.any([signal, expiry(timeoutMs)]);
      const output = await worker.run(task, input, { ...silent, ...context }, ending);
      keep(lanes[name], worker);
      return output;
    } catch (error) {
      // What failed may have left anything behind in its process: no other task gets it.
      end(worker);
      throw error;
    }
  };

  return {
    processes: options.processes,
    memoryMb: options.memoryMb,
    threads: options.threads ?? 1,
    run: async (task, input, request) => {
      const { lane: name, share, signal } = request;
      const state = lanes[name];
      signal.throwIfAborted();
      await state.line.enter(share, signal);
      try {
        const idle = takeIdle(state);
        if (!idle) return await runIn(start(state), task, input, request);
        try {
          return await runIn(idle, task, input, request);
        } catch (error) {
          if (!request.retryFresh || !(error instanceof TaskError && error.code === 'MEMORY')) throw error;
          return await runIn(start(state), task, input, request);
        }
      } finally {
        state.line.leave(share);
      }
    },
    close: async () => {
      for (const state of Object.values(lanes)) for (const { timer } of state.idle) clearTimeout(timer);
      await Promise.all([...children].map((worker) => worker.close()));
      children.clear();
    },
  };
};
