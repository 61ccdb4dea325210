import { and, asc, desc, eq, inArray, lte, ne, sql } from 'drizzle-orm';
import type { Tx } from '../db/index.ts';
import { scheduleRuns, schedules } from './schedules.tables.ts';
import type { ScheduleRow, ScheduleRunRow } from './schedules.tables.ts';

/** How many runs of a schedule are kept to be looked at. */
const keptRuns = 100;

/** The database's clock, which is the same for every process. */
export const databaseTime = async (tx: Tx): Promise<Date> => {
  const { rows } = await tx.execute<{ ms: number }>(
    sql`SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::float8 AS ms`,
  );
  return new Date(rows[0]?.ms ?? Number.NaN);
};

/** Makes a schedule known; one whose times were changed is due at the new ones. */
export const declareSchedule = async (tx: Tx, { name, cron, nextAt }: ScheduleRow): Promise<void> => {
  // Not an upsert, which would wait for a routine that is running though nothing is to be changed.
  await tx.insert(schedules).values({ name, cron, nextAt }).onConflictDoNothing();
  await tx
    .update(schedules)
    .set({ cron, nextAt })
    .where(and(eq(schedules.name, name), ne(schedules.cron, cron)));
};

/** When one of these is due next. */
export const earliest = async (tx: Tx, names: readonly string[]): Promise<Date | undefined> => {
  const [row] = await tx
    .select({ nextAt: schedules.nextAt })
    .from(schedules)
    .where(inArray(schedules.name, [...names]))
    .orderBy(asc(schedules.nextAt))
    .limit(1);
  return row?.nextAt;
};

/** Locks one that is due and that no other process is seeing to. */
export const claimDue = async (tx: Tx, names: readonly string[]): Promise<ScheduleRow | undefined> => {
  const [row] = await tx
    .select()
    .from(schedules)
    .where(and(inArray(schedules.name, [...names]), lte(schedules.nextAt, sql`clock_timestamp()`)))
    .orderBy(asc(schedules.nextAt))
    .limit(1)
    .for('update', { skipLocked: true });
  return row;
};

/** Locks the tick of a schedule, unless it was seen to meanwhile. */
export const lockTick = async (tx: Tx, { name, nextAt }: ScheduleRow): Promise<boolean> => {
  const rows = await tx
    .select({ name: schedules.name })
    .from(schedules)
    .where(and(eq(schedules.name, name), eq(schedules.nextAt, nextAt)))
    .for('update');
  return rows.length === 1;
};

/** Locks a schedule by name. */
export const lockSchedule = async (tx: Tx, name: string): Promise<ScheduleRow | undefined> => {
  const [row] = await tx.select().from(schedules).where(eq(schedules.name, name)).for('update');
  return row;
};

export const advance = async (tx: Tx, name: string, nextAt: Date): Promise<void> => {
  await tx.update(schedules).set({ nextAt }).where(eq(schedules.name, name));
};

export const insertRun = async (tx: Tx, run: Omit<ScheduleRunRow, 'endedAt'>): Promise<ScheduleRunRow> => {
  const [row] = await tx
    .insert(scheduleRuns)
    .values({ ...run, endedAt: sql`clock_timestamp()` })
    .returning();
  if (!row) throw new Error(`The run of ${run.name} was not kept.`);
  await tx.execute(sql`
    DELETE FROM quadrax.schedule_runs WHERE name = ${run.name} AND due_at < (
      SELECT due_at FROM quadrax.schedule_runs WHERE name = ${run.name}
      ORDER BY due_at DESC OFFSET ${keptRuns} LIMIT 1)`);
  return row;
};

export const listSchedules = (tx: Tx): Promise<ScheduleRow[]> =>
  tx.select().from(schedules).orderBy(asc(schedules.name));

/** The latest run of each schedule that ever ran. */
export const latestRuns = (tx: Tx): Promise<ScheduleRunRow[]> =>
  tx
    .selectDistinctOn([scheduleRuns.name])
    .from(scheduleRuns)
    .orderBy(scheduleRuns.name, desc(scheduleRuns.dueAt));
