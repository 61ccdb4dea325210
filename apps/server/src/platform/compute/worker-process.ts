import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch } from './launch.ts';
import type { Priority } from './launch.ts';
import type { FromChild, Task, TaskContext } from './task.ts';
import { TaskError } from './task.ts';

const entry = fileURLToPath(new URL('child.ts', import.meta.url));
const watchEveryMs = 250;

/** Resident bytes of a process, where the system tells (Linux). */
const residentBytes = async (pid: number): Promise<number> => {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0');
  return Number(statm.split(' ')[1]) * 4096;
};

export interface WorkerProcessOptions {
  readonly memoryMb: number;
  readonly priority: Priority;
}

/** One child process and the task it is busy with. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #memoryMb: number;
  #overMemory = false;

  constructor({ memoryMb, priority }: WorkerProcessOptions) {
    this.#memoryMb = memoryMb;
    this.#child = fork(entry, [], {
      serialization: 'advanced',
      ...launch(priority, [`--max-old-space-size=${memoryMb}`]),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('error', () => {});
  }

  get alive(): boolean {
    const { connected, exitCode, signalCode } = this.#child;
    return connected && exitCode === null && signalCode === null;
  }

  /** Runs a task here. Rejects when it fails, is aborted, or its process dies, which never harms another. */
  run<Input, Output>(
    task: Task<Input, Output>,
    input: Input,
    context: TaskContext,
    signal: AbortSignal,
  ): Promise<Output> {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      const watch = setInterval(() => void this.#checkMemory(), watchEveryMs);
      const settle = (finish: () => void): void => {
        clearInterval(watch);
        signal.removeEventListener('abort', abort);
        child.off('message', hear);
        child.off('exit', died);
        child.off('error', broke);
        finish();
      };
      const abort = (): void => {
        child.kill('SIGKILL');
        settle(() =>
          reject(signal.reason instanceof Error ? signal.reason : new Error('The task was stopped.')),
        );
      };
      const died = (): void =>
        settle(() =>
          reject(
            this.#overMemory
              ? new TaskError(
                  'MEMORY',
                  `It needed more than the ${this.#memoryMb} MB that a compute process may use. Use fewer rows or columns, or raise COMPUTE_MEMORY_MB.`,
                )
              : new TaskError(
                  'DIED',
                  'Its compute process ended unexpectedly, most likely for want of memory.',
                ),
          ),
        );
      const broke = (error: Error): void =>
        settle(() => reject(new Error('The compute process could not be started.', { cause: error })));
      const hear = (message: FromChild): void => {
        if (message.type === 'progress') context.progress(message.done, message.total, message.stage);
        else if (message.type === 'log') context.log(message.message);
        else if (message.type === 'event') context.emit(message.event);
        else if (message.type === 'done') settle(() => resolve(message.output as Output));
        else settle(() => reject(failureOf(message)));
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      child.on('message', hear);
      child.on('exit', died);
      child.on('error', broke);
      child.send({ module: task.module, name: task.name, input });
    });
  }

  async #checkMemory(): Promise<void> {
    if (this.#child.pid === undefined || this.#overMemory) return;
    if ((await residentBytes(this.#child.pid)) <= this.#memoryMb * 1024 ** 2) return;
    this.#overMemory = true;
    this.#child.kill('SIGKILL');
  }

  /** Ends the process; resolves when it is gone. */
  close(): Promise<void> {
    const { exitCode, signalCode, pid } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return Promise.resolve();
    const gone = new Promise<void>((resolve) => {
      this.#child.once('exit', () => resolve());
    });
    this.#child.kill('SIGKILL');
    return gone;
  }
}

const failureOf = (message: Extract<FromChild, { type: 'failed' }>): Error => {
  if (message.code !== undefined) return new TaskError(message.code, message.message, message.field);
  const error = new Error(message.message);
  if (message.stack !== undefined) error.stack = message.stack;
  return error;
};
