import type { Database, Tx } from '../db/index.ts';
import type { Logger } from '../log/index.ts';
import { nextTick } from './cron.ts';
import {
  advance,
  claimDue,
  databaseTime,
  declareSchedule,
  earliest,
  insertRun,
  latestRuns,
  listSchedules,
  lockSchedule,
  lockTick,
} from './schedules.store.ts';
import type { ScheduleRow, ScheduleRunRow } from './schedules.tables.ts';

/** Something done at set times without a tenant. */
export interface Routine {
  /** One word or two, such as `sent mails`. */
  readonly name: string;
  /** What it does, in a sentence for whoever runs the platform. */
  readonly about: string;
  /**
   * Does it, in the transaction in which the schedule goes on to its next tick: what it changes is there with the word
   * that the tick is over, or not at all. @returns what it did, in numbers
   */
  run(tx: Tx): Promise<Readonly<Record<string, number>>>;
}

export interface ScheduleState {
  readonly routine: Routine;
  readonly cron: string;
  readonly nextAt: Date;
  readonly lastRun: ScheduleRunRow | undefined;
}

/** Ticks of the installation: each is seen to once, by whichever process is first; those missed while none ran are one. */
export interface Schedules {
  /** Those that this program knows. */
  list(): Promise<ScheduleState[]>;
  /** Runs one now, beside its times. @returns undefined if there is none of this name */
  runNow(tx: Tx, name: string): Promise<ScheduleRunRow | undefined>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface SchedulesOptions {
  readonly db: Database;
  readonly log: Logger;
  /** This process, as others know it. */
  readonly worker: string;
  readonly routines: readonly Routine[];
  /** When they are due, in UTC. */
  readonly cron: string;
}

/** Another process, or a change of its times, may make one due before it was thought to be. */
const longestSleepMs = 30_000;
const shortestSleepMs = 50;
const afterFailureMs = 5000;
const busyElsewhereMs = 500;

export const createSchedules = (options: SchedulesOptions): Schedules => {
  const { db, log, worker, routines, cron } = options;
  const names = routines.map(({ name }) => name);
  const routineOf = (name: string): Routine | undefined => routines.find((one) => one.name === name);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let stopped = false;

  const following = (now: Date): Date => {
    const next = nextTick(cron, now);
    if (!next) throw new Error(`The times "${cron}" never come.`);
    return next;
  };

  const perform = async (tx: Tx, routine: Routine, dueAt: Date): Promise<ScheduleRunRow> => {
    const started = performance.now();
    const figures = await routine.run(tx);
    const tookMs = Math.round(performance.now() - started);
    return insertRun(tx, { name: routine.name, dueAt, worker, tookMs, figures, error: null });
  };

  const recordFailure = async (tick: ScheduleRow, tookMs: number): Promise<void> => {
    const error = 'It did not come to its end. The log of the process says why.';
    await db.system(async (tx) => {
      if (!(await lockTick(tx, tick))) return;
      await insertRun(tx, { name: tick.name, dueAt: tick.nextAt, worker, tookMs, figures: null, error });
      await advance(tx, tick.name, following(await databaseTime(tx)));
    });
  };

  /** Sees to one tick. @returns whether there was one */
  const tickOnce = async (): Promise<boolean> => {
    let claimed: ScheduleRow | undefined;
    const started = performance.now();
    try {
      const run = await db.system(async (tx) => {
        claimed = await claimDue(tx, names);
        const routine = claimed && routineOf(claimed.name);
        if (!claimed || !routine) return undefined;
        const done = await perform(tx, routine, claimed.nextAt);
        await advance(tx, claimed.name, following(await databaseTime(tx)));
        return done;
      });
      if (run) log.debug({ action: 'schedule.ran', name: run.name, ...run.figures }, 'A routine ran');
      return run !== undefined;
    } catch (error) {
      if (!claimed) throw error;
      log.warn({ action: 'schedule.failed', name: claimed.name, err: error }, 'A routine failed');
      await recordFailure(claimed, Math.round(performance.now() - started));
      return true;
    }
  };

  const look = async (): Promise<number> => {
    // One at a time, so that another process may take the next.
    if (await tickOnce()) return 0;
    return db.system(async (tx) => {
      const [now, next] = [await databaseTime(tx), await earliest(tx, names)];
      if (!next) return longestSleepMs;
      const ms = next.getTime() - now.getTime();
      // Overdue, it is being seen to by another process.
      return ms > 0 ? ms : busyElsewhereMs;
    });
  };

  const lookIn = (ms: number): void => {
    if (stopped) return;
    timer = setTimeout(
      () => {
        looking = look()
          .catch((error: unknown) => {
            log.warn({ action: 'schedule.unread', err: error }, 'What is due will be looked at again');
            return afterFailureMs;
          })
          .then(lookIn);
      },
      Math.min(longestSleepMs, Math.max(shortestSleepMs, ms)),
    ).unref();
  };

  return {
    list: async () => {
      const [rows, runs] = await db.system(
        async (tx) => [await listSchedules(tx), await latestRuns(tx)] as const,
      );
      return rows.flatMap(({ name, cron: times, nextAt }) => {
        const routine = routineOf(name);
        const lastRun = runs.find((run) => run.name === name);
        return routine ? [{ routine, cron: times, nextAt, lastRun }] : [];
      });
    },
    runNow: async (tx, name) => {
      const routine = routineOf(name);
      if (!routine || !(await lockSchedule(tx, name))) return undefined;
      const now = await databaseTime(tx);
      // Ticks fall on whole seconds, and a run beside them never takes the place of one.
      return perform(tx, routine, now.getMilliseconds() === 0 ? new Date(now.getTime() + 1) : now);
    },
    start: async () => {
      await db.system(async (tx) => {
        const nextAt = following(await databaseTime(tx));
        for (const name of names) await declareSchedule(tx, { name, cron, nextAt });
      });
      lookIn(0);
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
};
