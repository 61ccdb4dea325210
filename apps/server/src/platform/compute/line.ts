/** Who waits for a place to compute in, and who has one. */
export interface Line {
  /** Resolves with a place for the share. Rejects with the signal's reason, should it fire before. */
  enter(share: string, signal: AbortSignal): Promise<void>;
  /** Gives a place of the share back. */
  leave(share: string): void;
}

/**
 * So many places, which shares take in turn: who has least at work goes first, and among those whoever's turn is the
 * longest ago. Within a share it is first come, first served. So one share's long line stands in nobody's way.
 *
 * Nothing that runs is stopped for another, and no place is left empty while anybody waits: a share alone takes them
 * all. Others need not wait for it then, where there is a spare place.
 * @param spare how many more places there are for shares that have none, while one share has all
 */
export const createLine = (places: number, spare = 0): Line => {
  /** Shares that wait, the one whose turn is next first. */
  const waiting = new Map<string, (() => void)[]>();
  const atWork = new Map<string, number>();
  let running = 0;

  const workOf = (share: string): number => atWork.get(share) ?? 0;
  const begin = (share: string): void => {
    running++;
    atWork.set(share, workOf(share) + 1);
  };
  const mayBegin = (share: string): boolean =>
    running < places || (running < places + spare && atWork.size === 1 && !atWork.has(share));
  const callNext = (): void => {
    const [first, ...others] = waiting.keys();
    if (first === undefined) return;
    const share = others.reduce((least, one) => (workOf(one) < workOf(least) ? one : least), first);
    if (!mayBegin(share)) return;
    const turns = waiting.get(share) ?? [];
    const turn = turns.shift();
    // Its next turn comes after those of all others.
    waiting.delete(share);
    if (turns.length > 0) waiting.set(share, turns);
    begin(share);
    turn?.();
  };

  return {
    enter: (share, signal) => {
      const stopped = (): Error =>
        signal.reason instanceof Error ? signal.reason : new Error('The task was stopped.');
      if (mayBegin(share)) {
        begin(share);
        return Promise.resolve();
      }
      if (signal.aborted) return Promise.reject(stopped());
      return new Promise((resolve, reject) => {
        const turn = (): void => {
          signal.removeEventListener('abort', leaveLine);
          resolve();
        };
        const leaveLine = (): void => {
          const turns = (waiting.get(share) ?? []).filter((other) => other !== turn);
          if (turns.length > 0) waiting.set(share, turns);
          else waiting.delete(share);
          reject(stopped());
        };
        waiting.set(share, [...(waiting.get(share) ?? []), turn]);
        signal.addEventListener('abort', leaveLine, { once: true });
      });
    },
    leave: (share) => {
      running--;
      if (workOf(share) > 1) atWork.set(share, workOf(share) - 1);
      else atWork.delete(share);
      callNext();
    },
  };
};
