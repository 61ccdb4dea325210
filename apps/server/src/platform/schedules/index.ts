export { nextTick } from './cron.ts';
export { createSchedules } from './schedules.ts';
export type { Routine, Schedules, ScheduleState } from './schedules.ts';
export type { ScheduleRunRow } from './schedules.tables.ts';
