import { AppError } from '#platform/errors';

export interface Turns {
  /**
   * Runs the work when what this workspace asked before has its answer.
   * @throws AppError TOO_MANY_WAITING where too many wait, or the turn does not come in time
   */
  take<T>(tenantId: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

interface Line {
  waiting: number;
  last: Promise<unknown>;
}

const busy = (): AppError =>
  new AppError('TOO_MANY_WAITING', {
    retryAfter: 10,
    message: 'This workspace asks more than can be answered at once. Wait until some have their answer.',
  });

/**
 * One after the other for each workspace: what computes for people has few places, and nobody may take them all. Who
 * waits is answered well before a client or a proxy would hang up.
 */
export const createTurns = ({ mostWaiting = 8, longestMs = 25_000 } = {}): Turns => {
  const lines = new Map<string, Line>();

  const inTime = async (turn: Promise<unknown>, signal: AbortSignal): Promise<void> => {
    const gone = Promise.withResolvers<never>();
    const hangUp = (): void => gone.reject(signal.reason as Error);
    signal.throwIfAborted();
    signal.addEventListener('abort', hangUp, { once: true });
    const timer = setTimeout(() => gone.reject(busy()), longestMs);
    try {
      await Promise.race([turn, gone.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', hangUp);
    }
  };

  return {
    take: async (tenantId, signal, work) => {
      const line = lines.get(tenantId) ?? { waiting: 0, last: Promise.resolve() };
      if (line.waiting > mostWaiting) throw busy();
      lines.set(tenantId, line);
      line.waiting++;
      const turn = line.last;
      const done = Promise.withResolvers<void>();
      line.last = turn.then(() => done.promise);
      try {
        await inTime(turn, signal);
        return await work();
      } finally {
        done.resolve();
        if (--line.waiting === 0) lines.delete(tenantId);
      }
    },
  };
};
