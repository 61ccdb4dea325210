import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PasswordStrength } from '@quadrax/contract';
import { AppError, invalid } from '#platform/errors';

/** Weaker than this is refused: guessed within a million or so attempts. */
const least = 2;
/** The estimate takes longer than in proportion to the length; what is longer than this is no weaker for it. */
const longest = 60;
const idleMs = 30_000;
/** More than these at once are not typed by people. */
const mostWaiting = 50;

/**
 * Estimates how long a password stands up to guessing, after zxcvbn (Wheeler, USENIX Security 2016). Its word lists
 * take 60 MB and an estimate tens of milliseconds, so it lives in a thread that ends when nobody has asked for a while.
 */
export interface Strength {
  /** @throws AppError UNAVAILABLE where too many ask at once */
  estimate(password: string, personal: readonly string[]): Promise<PasswordStrength>;
  /** @throws AppError VALIDATION_FAILED saying why `field` is too weak */
  require(field: string, password: string, personal: readonly string[]): Promise<void>;
  /** Waits until whoever asked has been answered. */
  close(): Promise<void>;
}

/** What of a form, or of an account, should not be in its password. */
export const personalOf = (person: {
  email: string;
  firstName?: string;
  lastName?: string;
  username?: string | null | undefined;
  organization?: string | undefined;
}): string[] =>
  [person.email, person.firstName, person.lastName, person.username, person.organization].filter(
    (part) => typeof part === 'string',
  );

/** Names and addresses, and the parts they are made of. */
const partsOf = (personal: readonly string[]): string[] =>
  [...personal.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]), 'quadrax'].filter(
    (part) => part.length > 2,
  );

type Estimate = Omit<PasswordStrength, 'acceptable'>;

/** A thread that is started by whoever asks first, answers one after another, and ends when it has stood idle. */
const createThread = () => {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  // One at a time: an answer then belongs to the question before it.
  let turn: Promise<unknown> = Promise.resolve();

  const end = (): void => {
    const ending = worker;
    worker = undefined;
    void ending?.terminate();
  };
  const running = (): Worker => {
    if (worker) return worker;
    const started = new Worker(new URL('identity.strength-worker.ts', import.meta.url));
    started.unref();
    // Whoever waits for its answer is told by `once`; the next question starts another.
    started.on('error', () => {
      if (worker === started) worker = undefined;
    });
    worker = started;
    return started;
  };
  const ask = async (password: string, personal: readonly string[]): Promise<Estimate> => {
    clearTimeout(idle);
    const asked = running();
    const answer = once(asked, 'message') as Promise<[Estimate]>;
    asked.postMessage({ password: password.slice(0, longest), personal: partsOf(personal) });
    const [estimate] = await answer;
    idle = setTimeout(end, idleMs).unref();
    return estimate;
  };
  return (password: string, personal: readonly string[]): Promise<Estimate> => {
    const answer = turn.then(() => ask(password, personal));
    turn = answer.catch(() => {});
    return answer;
  };
};

/** Servers of one process share it: reading its word lists takes a third of a second. */
const askThread = createThread();

export const createStrength = (): Strength => {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const estimate: Strength['estimate'] = async (password, personal) => {
    if (waiting >= mostWaiting)
      throw new AppError('UNAVAILABLE', {
        message: 'Too many passwords are being looked at. Try again in a moment.',
        retryAfter: 2,
      });
    waiting++;
    const answer = askThread(password, personal).finally(() => waiting--);
    last = answer.catch(() => {});
    const told = await answer;
    return { ...told, acceptable: told.score >= least };
  };
  return {
    estimate,
    require: async (field, password, personal) => {
      const { acceptable, warning, suggestions } = await estimate(password, personal);
      if (acceptable) return;
      const why = [warning ?? 'This password is easy to guess.', ...suggestions];
      throw invalid(field, why.join(' '));
    },
    close: async () => void (await last),
  };
};
