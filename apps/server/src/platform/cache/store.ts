/** What the cached reads of one tenant are invalidated by. */
export interface Scope {
  readonly tenant: string;
  readonly of: string;
}

/** What is kept: the body as it is sent, and its ETag where the route sends one. */
export interface Kept {
  readonly tag: string | undefined;
  readonly body: string;
}

/** What a store knows of a key, and the generation to keep a new answer under. */
export interface Found {
  readonly generation: string;
  readonly kept: Kept | undefined;
}

/**
 * Keeps answers by generation. Whoever reads is given the generation that is current before; what a write has outdated
 * meanwhile is kept under a generation that nobody asks for any more, however slow the read was.
 */
export interface CacheStore {
  /** undefined: it cannot be used now. */
  get(scope: Scope, key: string): Promise<Found | undefined>;
  set(scope: Scope, key: string, generation: string, kept: Kept, seconds: number): Promise<void>;
  /** Everything that was kept for the scope is out of date. */
  raise(scope: Scope): Promise<void>;
  /** Everything is. */
  clear(): Promise<void>;
}
