import { describe, expect, it } from 'vitest';
import { createLoaded } from './models.loaded.ts';

const megabyte = 1024 ** 2;

const cacheOf = (megabytes: number) => {
  const loads: string[] = [];
  const cache = createLoaded<string>(megabytes * megabyte);
  const get = (key: string, weight = 1) =>
    cache.get(key, async (weigh) => {
      weigh(weight * megabyte);
      loads.push(key);
      return key;
    });
  return { cache, loads, get };
};

describe('models that are kept loaded', () => {
  it('are loaded once, also when several ask at once', async () => {
    const { get, loads } = cacheOf(10);
    expect(await Promise.all([get('a'), get('a')])).toEqual(['a', 'a']);
    await get('a');
    expect(loads).toEqual(['a']);
  });

  it('make room by weight, what was not asked for the longest first', async () => {
    const { get, loads } = cacheOf(10);
    for (const key of ['a', 'b', 'c']) await get(key, 2);
    await get('a');
    await get('large', 5);
    await get('a');
    expect(loads).toEqual(['a', 'b', 'c', 'large']);
    await get('b', 2);
    expect(loads).toEqual(['a', 'b', 'c', 'large', 'b']);
  });

  it('are forgotten one after the other however small they are', async () => {
    const { get, loads } = cacheOf(10);
    const keys = Array.from({ length: 100 }, (_, i) => String(i));
    for (const key of keys) await get(key, 0);
    for (const key of keys.slice(-30)) await get(key, 0);
    expect(loads).toHaveLength(100);
    await get('0', 0);
    expect(loads).toHaveLength(101);
  });

  it('that alone are too heavy are kept until another is asked for', async () => {
    const { get, loads } = cacheOf(10);
    await get('a');
    await get('huge', 100);
    await get('huge', 100);
    expect(loads).toEqual(['a', 'huge']);
    await get('a');
    await get('huge', 100);
    expect(loads).toEqual(['a', 'huge', 'a', 'huge']);
  });

  it('that cannot be loaded weigh nothing and are tried again', async () => {
    const { cache, get, loads } = cacheOf(10);
    await get('a', 2);
    const broken = () =>
      cache.get('broken', async (weigh) => {
        weigh(6 * megabyte);
        loads.push('broken');
        throw new Error('It is damaged.');
      });
    await expect(broken()).rejects.toThrow('It is damaged.');
    await expect(broken()).rejects.toThrow('It is damaged.');
    await get('b', 6);
    await get('a', 2);
    expect(loads).toEqual(['a', 'broken', 'broken', 'b']);
  });
});
