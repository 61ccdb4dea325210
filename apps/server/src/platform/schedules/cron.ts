import { Cron } from 'croner';

/**
 * The first moment after `after` that a cron expression names, in UTC; undefined if there is none any more.
 * Five fields (minute, hour, day of month, month, day of week) or six, seconds first.
 * @throws TypeError for what is no such expression
 */
export const nextTick = (expression: string, after: Date): Date | undefined =>
  new Cron(expression, { mode: '5-or-6-parts', timezone: 'UTC', paused: true }).nextRun(after) ?? undefined;
