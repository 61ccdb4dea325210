import { enableCompileCache, flushCompileCache } from 'node:module';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import type { FromChild, Task, TaskContext, ToChild } from './task.ts';
import { TaskError } from './task.ts';

/** The other end of the pool: runs one task after another until its parent lets go of it or dies. */
const send = (message: FromChild): void => {
  process.send?.(message);
};

const context: TaskContext = {
  progress: (done, total, stage) => send({ type: 'progress', done, total, stage }),
  log: (message) => send({ type: 'log', message }),
  emit: (event) => send({ type: 'event', event }),
};

const isTask = (value: unknown): value is Task<unknown, unknown> =>
  typeof value === 'object' && value !== null && 'name' in value && 'run' in value && 'module' in value;

/** Tasks that ran here before: what they load has been loaded. */
const known = new Set<string>();

/** Keeps what a task loaded, compiled. At its end nobody would: a process is killed once it is not needed. */
const keepCompiled = (task: string): void => {
  if (known.has(task)) return;
  known.add(task);
  flushCompileCache();
};

const perform = async ({ module, name, input }: ToChild): Promise<FromChild> => {
  try {
    const loaded = Object.values((await import(module)) as Record<string, unknown>);
    const task = loaded.filter(isTask).find((candidate) => candidate.name === name);
    if (!task) throw new Error(`${module} has no task "${name}".`);
    const output = await task.run(input, context);
    keepCompiled(name);
    return { type: 'done', output };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    const { code, field } = failure instanceof TaskError ? failure : { code: undefined, field: undefined };
    return { type: 'failed', code, field, message: failure.message, stack: failure.stack };
  }
};

// Tasks load their modules themselves: kept compiled between starts, they are there sooner.
enableCompileCache();

process.on('message', (message: ToChild) => {
  void perform(message).then(send);
});
// A parent that was killed closes the channel: nothing is left to compute for.
process.on('disconnect', () => process.exit(0));
// A task that computes without a pause hears of nothing, so a thread of its own looks after the parent too.
new Worker(new URL('orphan-watch.ts', import.meta.url), {
  execArgv: [],
  workerData: process.ppid,
  resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
}).unref();
// The terminal's Ctrl-C reaches the whole group; when to stop is the parent's to say.
process.on('SIGINT', () => {});
