/** What every entry takes beside its weight. */
const overheadBytes = 256 * 1024;

interface Entry<T> {
  readonly value: Promise<T>;
  bytes: number;
}

/** Keeps what was loaded, up to a weight in all; what was not asked for the longest goes first. */
export interface Loaded<T> {
  /** @param load tells by `weigh` what it will weigh before it takes it up. What fails is forgotten. */
  get(key: string, load: (weigh: (bytes: number) => void) => Promise<T>): Promise<T>;
}

/** What weighs more than everything may is kept alone, until something else is asked for. */
export const createLoaded = <T>(mostBytes: number): Loaded<T> => {
  const kept = new Map<string, Entry<T>>();
  let total = 0;
  let newest = '';
  const drop = (key: string, entry: Entry<T>): void => {
    if (kept.get(key) !== entry) return;
    kept.delete(key);
    total -= entry.bytes;
  };
  const makeRoom = (spared: string): void => {
    for (const [key, entry] of kept) {
      if (total <= mostBytes) return;
      if (key !== spared) drop(key, entry);
    }
  };
  return {
    get: (key, load) => {
      const known = kept.get(key);
      if (known && key === newest) return known.value;
      newest = key;
      if (known) {
        kept.delete(key);
        kept.set(key, known);
        return known.value;
      }
      const weigh = (bytes: number): void => {
        if (kept.get(key) !== entry) return;
        total += overheadBytes + bytes - entry.bytes;
        entry.bytes = overheadBytes + bytes;
        makeRoom(key);
      };
      const entry: Entry<T> = { value: Promise.resolve().then(() => load(weigh)), bytes: overheadBytes };
      kept.set(key, entry);
      total += entry.bytes;
      makeRoom(key);
      entry.value.catch(() => drop(key, entry));
      return entry.value;
    },
  };
};
