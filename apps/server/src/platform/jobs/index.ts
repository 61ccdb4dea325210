export { defineJob, JobError } from './define.ts';
export { readCheckpoints } from './checkpoints.store.ts';
export type { AnyJobDefinition, JobContext, JobDefinition, JobEnd } from './define.ts';
export { jobView } from './job-view.ts';
export { openJobs } from './jobs.ts';
export type { Jobs } from './jobs.ts';
export { countWaiting, deleteEnded, findJob } from './jobs.store.ts';
export { jobLogs, jobs } from './jobs.tables.ts';
export type { JobRow } from './jobs.tables.ts';
