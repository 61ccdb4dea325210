import { describe, expect, it } from 'vitest';
import { createMemoryStore } from './memory-store.ts';

const ada = { tenant: 'a', of: 'datakits' };
const bob = { tenant: 'b', of: 'datakits' };
const kept = (body: string) => ({ tag: undefined, body });
const thousand = kept('x'.repeat(1000));

const atTime = (bytes = 100_000) => {
  const clock = { now: 0 };
  const store = createMemoryStore(bytes, () => clock.now);
  return {
    clock,
    store,
    /** Reads what is there, or keeps `value`. */
    put: async (key: string, value = kept(key), scope = ada) =>
      store.set(scope, key, (await store.get(scope, key))?.generation ?? '', value, 60),
    find: async (key: string, scope = ada) => (await store.get(scope, key))?.kept?.body,
  };
};

describe('a cache in the process', () => {
  it('gives back what was kept, until its time has come', async () => {
    const { clock, put, find } = atTime();
    await put('one');
    clock.now += 59_999;
    expect(await find('one')).toBe('one');
    clock.now += 1;
    expect(await find('one')).toBeUndefined();
  });

  it('never keeps what was read before a write, however late it comes', async () => {
    const { store, find } = atTime();
    const looked = await store.get(ada, 'one');
    await store.raise(ada);
    await store.set(ada, 'one', looked?.generation ?? '', kept('old'), 60);
    expect(await find('one')).toBeUndefined();
  });

  it('forgets what a write has outdated, and of others nothing', async () => {
    const { store, put, find } = atTime();
    await put('one');
    await put('two', kept('two'), bob);
    await store.raise(ada);
    expect(await find('one')).toBeUndefined();
    expect(await find('two', bob)).toBe('two');
    await store.clear();
    expect(await find('two', bob)).toBeUndefined();
  });

  it('knows no generation twice, after it was cleared neither', async () => {
    const { store, find } = atTime();
    const looked = await store.get(ada, 'one');
    await store.clear();
    await store.set(ada, 'one', looked?.generation ?? '', kept('old'), 60);
    expect(await find('one')).toBeUndefined();
    for (let i = 0; i < 10_001; i++) await store.raise({ tenant: String(i), of: 'datakits' });
    await store.set(ada, 'one', looked?.generation ?? '', kept('old'), 60);
    expect(await find('one')).toBeUndefined();
  });

  it('stays within its bytes: what was not asked for the longest goes first', async () => {
    // An entry of a thousand letters takes some 2,200 bytes.
    const { put, find } = atTime(10_000);
    for (const key of ['1', '2', '3', '4']) await put(key, thousand);
    expect(await find('1')).toBeDefined();
    await put('5', thousand);
    expect([await find('2'), await find('1'), await find('5')].map(Boolean)).toEqual([false, true, true]);
  });

  it('keeps nothing that is larger than all of it, and counts what is replaced once', async () => {
    const { put, find } = atTime(10_000);
    await put('small');
    await put('large', kept('x'.repeat(6000)));
    expect([await find('small'), await find('large')]).toEqual(['small', undefined]);
    for (let i = 0; i < 50; i++) await put('again', thousand);
    expect(await find('small')).toBe('small');
  });
});
