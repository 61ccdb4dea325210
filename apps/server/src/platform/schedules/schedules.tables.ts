import { integer, jsonb, pgSchema, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const schedules = pgSchema('quadrax').table('schedules', {
  name: text('name').primaryKey(),
  cron: text('cron').notNull(),
  nextAt: moment('next_at').notNull(),
});

export const scheduleRuns = pgSchema('quadrax').table(
  'schedule_runs',
  {
    name: text('name').notNull(),
    dueAt: moment('due_at').notNull(),
    endedAt: moment('ended_at').notNull().defaultNow(),
    worker: uuid('worker').notNull(),
    tookMs: integer('took_ms').notNull(),
    figures: jsonb('figures').$type<Readonly<Record<string, number>>>(),
    error: text('error'),
  },
  (table) => [primaryKey({ columns: [table.name, table.dueAt] })],
);

export type ScheduleRow = typeof schedules.$inferSelect;
export type ScheduleRunRow = typeof scheduleRuns.$inferSelect;
