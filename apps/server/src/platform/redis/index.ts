import type { Redis, RedisOptions } from './redis.ts';

export type { Redis, RedisOptions } from './redis.ts';

/** Begins to connect, and waits for nothing. The client library is loaded only here, where Redis is configured. */
export const openRedis = async (options: RedisOptions): Promise<Redis> =>
  (await import('./redis.ts')).openRedis(options);
