export { createCache } from './cache.ts';
export type { Cache, HitRates, Lookup } from './cache.ts';
export type { Kept } from './store.ts';
