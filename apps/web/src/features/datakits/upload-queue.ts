import type { Datakit, ErrorDetail, StatedReading } from '@quadrax/contract';
import type { QuickLook } from './quick-look.ts';
import { addSample, type SpeedSample } from './upload-speed.ts';

export interface UploadFailure {
  readonly message: string;
  readonly details: readonly ErrorDetail[];
  /** The same file would be refused again. */
  readonly final: boolean;
}

interface Common {
  readonly id: string;
  readonly file: File;
  readonly name: string;
  readonly description: string;
  /** What is not to be guessed of how it is read. */
  readonly reading: StatedReading;
  readonly look?: QuickLook;
}

/** A file from the drop to the datakit. */
export type UploadItem = Common &
  (
    | { readonly state: 'review' }
    | { readonly state: 'waiting'; readonly loaded: number }
    | { readonly state: 'paused'; readonly loaded: number }
    | {
        readonly state: 'sending';
        readonly loaded: number;
        readonly total: number;
        readonly samples: readonly SpeedSample[];
        /** It does not get through, and is tried again. */
        readonly held: boolean;
      }
    | { readonly state: 'failed'; readonly failure: UploadFailure }
    | { readonly state: 'done'; readonly datakit: Datakit }
  );

export interface SendHooks {
  readonly signal: AbortSignal;
  progress(loaded: number, total: number): void;
  /** It did not get through and will be tried again. */
  waits(): void;
}

export interface UploadFields {
  readonly name: string;
  readonly description: string;
  readonly reading: StatedReading;
}

export interface UploadQueueParts {
  /** Sends one file; rejects with what `explain` understands, also when the signal aborts. */
  send(file: File, fields: UploadFields, hooks: SendHooks): Promise<Datakit>;
  /** Removes what has arrived of a file that will not be sent any more. */
  giveUp(file: File, reading: StatedReading): Promise<void>;
  explain(error: unknown): UploadFailure;
  now(): number;
  newId(): string;
}

export interface UploadQueue {
  /** The items in the order they were dropped; a new array whenever anything changed. */
  items(): readonly UploadItem[];
  subscribe(listener: () => void): () => void;
  add(files: readonly File[]): void;
  setLook(id: string, look: QuickLook): void;
  rename(id: string, fields: { name?: string; description?: string }): void;
  /** States how a file is read; one that was refused may be tried so. */
  read(id: string, reading: StatedReading): void;
  /** Stops an upload for now: `commit` goes on with it. */
  pause(id: string): void;
  /** Uploads an item as soon as those before it are through. */
  commit(id: string): void;
  /** Gives an upload up, or takes a reviewed, failed or finished item off the list. */
  remove(id: string): void;
}

/** The name of a file without its last extension, as a first name for the datakit. */
export const nameOfFile = (fileName: string): string => fileName.replace(/\.[^.]+$/, '') || fileName;

/** Uploads one file after another. It lives outside the pages, so that leaving one does not stop an upload. */
export function createUploadQueue(parts: UploadQueueParts): UploadQueue {
  let items: readonly UploadItem[] = [];
  const listeners = new Set<() => void>();
  const aborts = new Map<string, AbortController>();
  const endings = new Map<string, Promise<void>>();

  const set = (next: readonly UploadItem[]): void => {
    items = next;
    for (const listener of listeners) listener();
  };
  const change = (id: string, by: (item: UploadItem) => UploadItem): void =>
    set(items.map((item) => (item.id === id ? by(item) : item)));

  const settle = (id: string, abort: AbortController, outcome: (item: UploadItem) => UploadItem): void => {
    // One that was paused and goes on has another by now.
    if (aborts.get(id) === abort) aborts.delete(id);
    if (!abort.signal.aborted) change(id, outcome);
    startNext();
  };

  const start = (item: UploadItem): void => {
    const abort = new AbortController();
    aborts.set(item.id, abort);
    const total = item.file.size;
    const loaded = loadedOf(item);
    change(item.id, (one) => ({
      ...base(one),
      state: 'sending',
      loaded,
      total,
      samples: [{ at: parts.now(), loaded }],
      held: false,
    }));
    const progress = (loaded: number, all: number): void =>
      change(item.id, (one) =>
        one.state === 'sending'
          ? {
              ...one,
              loaded,
              total: all,
              samples: addSample(one.samples, { at: parts.now(), loaded }),
              held: false,
            }
          : one,
      );
    // The speed before the break says nothing of the time left after it.
    const waits = (): void =>
      change(item.id, (one) =>
        one.state === 'sending'
          ? { ...one, samples: [{ at: parts.now(), loaded: one.loaded }], held: true }
          : one,
      );
    const ending = parts
      .send(
        item.file,
        { name: item.name.trim(), description: item.description.trim(), reading: item.reading },
        { signal: abort.signal, progress, waits },
      )
      .then(
        (datakit) => settle(item.id, abort, (one) => ({ ...base(one), state: 'done', datakit })),
        (error: unknown) =>
          settle(item.id, abort, (one) => ({ ...base(one), state: 'failed', failure: parts.explain(error) })),
      );
    endings.set(item.id, ending);
  };

  /** Once nothing of it is on its way any more. What could not be removed expires by itself. */
  const giveUp = async ({ id, file, reading }: UploadItem): Promise<void> => {
    await endings.get(id);
    endings.delete(id);
    await parts.giveUp(file, reading).catch(() => {});
  };

  const startNext = (): void => {
    if (items.some((item) => item.state === 'sending')) return;
    const next = items.find((item) => item.state === 'waiting');
    if (next) start(next);
  };

  return {
    items: () => items,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add: (files) =>
      set([
        ...items,
        ...files.map((file): UploadItem => {
          const common = {
            id: parts.newId(),
            file,
            name: nameOfFile(file.name),
            description: '',
            reading: {},
          };
          return file.size === 0
            ? { ...common, state: 'failed', failure: emptyFile }
            : { ...common, state: 'review' };
        }),
      ]),
    setLook: (id, look) => change(id, (item) => ({ ...item, look })),
    read: (id, reading) =>
      change(id, (item) =>
        item.state === 'failed' ? { ...base(item), state: 'review', reading } : { ...item, reading },
      ),
    rename: (id, fields) => change(id, (item) => ({ ...item, ...fields })),
    commit: (id) => {
      change(id, (item) =>
        item.state === 'review' || item.state === 'failed' || item.state === 'paused'
          ? { ...base(item), state: 'waiting', loaded: loadedOf(item) }
          : item,
      );
      startNext();
    },
    pause: (id) => {
      change(id, (item) =>
        item.state === 'sending' ? { ...base(item), state: 'paused', loaded: item.loaded } : item,
      );
      aborts.get(id)?.abort();
      startNext();
    },
    remove: (id) => {
      const item = items.find((one) => one.id === id);
      aborts.get(id)?.abort();
      // A file that was not sent from here may be on its way by an earlier visit: that goes on when it is.
      if (item && item.state !== 'review' && item.state !== 'done') void giveUp(item);
      else endings.delete(id);
      set(items.filter((item) => item.id !== id));
      startNext();
    },
  };
}

/** What is said of an upload that does not get through. */
export const heldWords = 'Does not get through; is tried again by itself';

const emptyFile: UploadFailure = {
  message: 'This file is empty. Choose the file that holds the data.',
  details: [],
  final: true,
};

/** Bytes that have arrived as far as is known: what is paused and goes on keeps its place. */
export const loadedOf = (item: UploadItem): number => ('loaded' in item ? item.loaded : 0);

const base = ({ id, file, name, description, reading, look }: UploadItem): Common => ({
  id,
  file,
  name,
  description,
  reading,
  ...(look && { look }),
});
