import type { UpkeepRoutine, UpkeepRun } from '@quadrax/contract';
import { notFound } from '#platform/errors';
import type { Change } from '#platform/http';
import type { ScheduleRunRow, Schedules } from '#platform/schedules';

export interface UpkeepService {
  list(): Promise<UpkeepRoutine[]>;
  /** Runs a routine now, beside its times. @throws AppError NOT_FOUND */
  run(change: Change, name: string): Promise<UpkeepRun>;
}

const runView = ({ dueAt, endedAt, tookMs, figures, error }: ScheduleRunRow): UpkeepRun => ({
  dueAt: dueAt.toISOString(),
  endedAt: endedAt.toISOString(),
  tookMs,
  ...(figures && { figures }),
  ...(error !== null && { error }),
});

export const createUpkeepService = (schedules: Schedules): UpkeepService => ({
  list: async () => {
    const states = await schedules.list();
    return states.map(({ routine, cron, nextAt, lastRun }) => ({
      name: routine.name,
      about: routine.about,
      cron,
      nextAt: nextAt.toISOString(),
      ...(lastRun && { lastRun: runView(lastRun) }),
    }));
  },
  run: (change, name) =>
    change.system(async (tx) => {
      const row = await schedules.runNow(tx, name);
      if (!row) throw notFound('routine');
      const reply = runView(row);
      return { reply, after: { name, ...reply } };
    }),
});
