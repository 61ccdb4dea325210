import { describe, expect, it } from 'vitest';
import { createCache } from './cache.ts';

const scope = { tenant: 'a', of: 'datakits' };
const kept = { tag: '"t"', body: '{}' };

const opened = async () => {
  const heard: ((payload: string) => void)[] = [];
  const returned: (() => void)[] = [];
  const listener = {
    connected: true,
    listen: async (_channel: string, handler: (payload: string) => void) => void heard.push(handler),
    onReconnect: (handler: () => void) => void returned.push(handler),
  };
  const cache = await createCache({ listener, redis: undefined, bytes: 100_000 });
  return {
    listener,
    cache,
    hear: (change: unknown) => heard.forEach((handler) => handler(JSON.stringify(change))),
    comeBack: () => {
      listener.connected = true;
      for (const handler of returned) handler();
    },
    look: async () => (await cache.look(scope, 'key')).kept,
    keep: async () => (await cache.look(scope, 'key')).keep(kept, 60),
  };
};

describe('the cache', () => {
  it('finds what was kept, tag and all, and counts how often', async () => {
    const { look, keep, cache } = await opened();
    expect(cache.hitRates()).toEqual({ all: 0, redis: 0 });
    await keep();
    expect(await look()).toEqual(kept);
    expect(cache.hitRates()).toEqual({ all: 0.5, redis: 0 });
  });

  it('heeds what the database says of this scope, and of no other', async () => {
    const { look, keep, hear } = await opened();
    await keep();
    hear({ tenant: 'a', of: 'models' });
    hear({ tenant: 'b', of: 'datakits' });
    expect(await look()).toEqual(kept);
    hear(scope);
    expect(await look()).toBeUndefined();
  });

  it('finds and keeps nothing while the database cannot be heard, and starts anew afterwards', async () => {
    const { look, keep, listener, comeBack } = await opened();
    await keep();
    listener.connected = false;
    expect(await look()).toBeUndefined();
    await keep();
    comeBack();
    expect(await look()).toBeUndefined();
    await keep();
    expect(await look()).toEqual(kept);
  });

  it('does not keep what was read over a gap', async () => {
    const { cache, look, listener, comeBack } = await opened();
    const before = await cache.look(scope, 'key');
    listener.connected = false;
    await before.keep(kept, 60);
    comeBack();
    await before.keep(kept, 60);
    expect(await look()).toBeUndefined();
  });
});
