import type { CacheStore, Kept, Scope } from './store.ts';

interface Entry {
  readonly generation: number;
  readonly kept: Kept;
  readonly until: number;
  readonly bytes: number;
}

/** Beyond so many all are forgotten at once, and with them everything that was kept. */
const mostGenerations = 10_000;
/** What an entry takes beside its letters, about. */
const overhead = 200;
/** A letter takes two bytes at most. */
const bytesOf = (key: string, { body, tag = '' }: Kept): number =>
  2 * (key.length + body.length + tag.length) + overhead;

const nameOf = ({ tenant, of }: Scope): string => `${of} ${tenant}`;

/** In this process, within `bytes`: what was not asked for the longest goes first. */
export const createMemoryStore = (bytes: number, now: () => number = () => performance.now()): CacheStore => {
  // A Map remembers the order in which its keys came: the first is the one used least recently.
  const entries = new Map<string, Entry>();
  const generations = new Map<string, number>();
  let latest = 0;
  let used = 0;
  /** The generation of every scope of which nothing was heard. */
  let floor = 0;
  const drop = (key: string, entry: Entry): void => {
    entries.delete(key);
    used -= entry.bytes;
  };
  const generationOf = (scope: Scope): number => generations.get(nameOf(scope)) ?? floor;
  const clear = (): void => {
    entries.clear();
    generations.clear();
    used = 0;
    floor = ++latest;
  };
  return {
    get: async (scope, key) => {
      const generation = generationOf(scope);
      const entry = entries.get(key);
      if (!entry) return { generation: String(generation), kept: undefined };
      entries.delete(key);
      if (entry.generation === generation && entry.until > now()) {
        entries.set(key, entry);
        return { generation: String(generation), kept: entry.kept };
      }
      used -= entry.bytes;
      return { generation: String(generation), kept: undefined };
    },
    set: async (scope, key, generation, kept, seconds) => {
      if (generation !== String(generationOf(scope))) return;
      const known = entries.get(key);
      if (known) drop(key, known);
      const entry = {
        generation: Number(generation),
        kept,
        until: now() + seconds * 1000,
        bytes: bytesOf(key, kept),
      };
      if (entry.bytes > bytes) return;
      entries.set(key, entry);
      used += entry.bytes;
      for (const [oldest, old] of entries) {
        if (used <= bytes) break;
        drop(oldest, old);
      }
    },
    raise: async (scope) => {
      if (generations.size >= mostGenerations) clear();
      generations.set(nameOf(scope), ++latest);
    },
    clear: async () => clear(),
  };
};
