export { createComputePool } from './pool.ts';
export type { ComputePool, Lane } from './pool.ts';
export { computeTask, TaskError } from './task.ts';
export type { Task, TaskContext } from './task.ts';
