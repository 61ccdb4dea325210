import { control, notReady, startThread, trapped } from '../runtime/threads.ts';

/** Bytes of memory that each thread but the first needs. */
export const teamBytes = 256;
/** Looks at an answer to come before going to sleep over it. */
const looksBeforeSleep = 4_000;

type Kernels<Name extends string> = Readonly<Record<Name, (...values: number[]) => number>>;

/**
 * Threads that run the same kernel side by side. The caller is one of them: what no other has begun when it is done
 * with its own part it does as well, so that a thread that wakes late, as on a busy machine, keeps nobody waiting. Who
 * does a part makes no difference to what comes out.
 */
export interface Team<Name extends string = string> {
  /** How many take part now: threads join as they become ready, so that nobody waits for them. */
  size(): number;
  /**
   * Calls `kernel` with each list of arguments, one a member, at most `size()`; returns the results in order. What it
   * throws, a kernel that trapped, is the end of the team: close it.
   */
  run(kernel: Name, calls: readonly (readonly number[])[]): number[];
  /** Ends the threads. The memory stays. */
  close(): void;
}

interface Member {
  readonly words: Int32Array;
  readonly values: Float64Array;
}

/** What threads share; undefined for a team of one. */
interface Shared {
  readonly module: object;
  readonly memory: object;
  readonly buffer: ArrayBufferLike;
}

/** A team of the caller and one thread for each of `places`, `teamBytes` bytes each of the shared memory. */
export function createTeam<Name extends string>(
  kernels: Kernels<Name>,
  names: readonly Name[],
  shared: Shared | undefined,
  places: readonly number[],
  start: typeof startThread = startThread,
): Team<Name> {
  const members = shared ? places.flatMap((place) => startMember(shared, names, place, start) ?? []) : [];
  const ready: Member[] = [];
  const size = (): number => {
    while (ready.length < members.length && isReady(members[ready.length])) {
      ready.push(members[ready.length]);
    }
    return 1 + ready.length;
  };
  return {
    size,
    run(kernel, calls) {
      const helpers = ready.slice(0, calls.length - 1);
      helpers.forEach((member, i) => ask(member, names.indexOf(kernel), calls[i + 1]));
      const own = kernels[kernel](...calls[0]);
      const others = helpers.map((member, i) =>
        takesBack(member) ? kernels[kernel](...calls[i + 1]) : answerOf(member),
      );
      return [own, ...others];
    },
    close() {
      for (const member of members) ask(member, -1, []);
      members.length = 0;
      ready.length = 0;
    },
  };
}

function startMember(
  shared: Shared,
  kernels: readonly string[],
  controlAt: number,
  start: typeof startThread,
): Member | undefined {
  const { module, memory, buffer } = shared;
  const words = new Int32Array(buffer, controlAt, control.words);
  words[control.answered] = notReady;
  if (!start({ module, memory, controlAt, kernels })) return undefined;
  return { words, values: new Float64Array(buffer, controlAt, control.values) };
}

function isReady({ words }: Member): boolean {
  return Atomics.load(words, control.answered) !== notReady;
}

function ask({ words, values }: Member, kernel: number, call: readonly number[]): void {
  values.set(call, control.first);
  words[control.count] = call.length;
  words[control.kernel] = kernel;
  Atomics.add(words, control.asked, 1);
  // To wake a thread takes a call of the system, to see that it is awake none.
  if (Atomics.load(words, control.asleep) === 1) Atomics.notify(words, control.asked);
}

/** Whether the last call was still to be begun; then it is the caller's to make. */
function takesBack({ words }: Member): boolean {
  const asked = words[control.asked];
  return Atomics.compareExchange(words, control.taken, asked - 1, asked) === asked - 1;
}

function answerOf({ words, values }: Member): number {
  const asked = Atomics.load(words, control.asked);
  let looks = 0;
  for (;;) {
    const answered = Atomics.load(words, control.answered);
    if (answered === trapped) throw new Error('A kernel trapped in a thread.');
    if (answered === asked) return values[control.result];
    if (++looks <= looksBeforeSleep) continue;
    Atomics.store(words, control.waiting, 1);
    Atomics.wait(words, control.answered, answered);
    Atomics.store(words, control.waiting, 0);
  }
}
