export { createCache } from './cache.ts';
export type { Cache, HitRates, Lookup } from './cache.ts';
export { outdatedBy } from './outdated-by.ts';
export type { Kept } from './store.ts';
