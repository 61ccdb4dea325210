import { describe, expect, it } from 'vitest';
import { within } from './index.ts';

const never = new Promise<string>(() => {});

describe('within so long', () => {
  it('is what the work comes to', async () => {
    expect(await within(10_000, Promise.resolve('done'), () => 'late')).toBe('done');
    await expect(within(10_000, Promise.reject(new Error('It failed.')), () => 'late')).rejects.toThrow(
      'It failed.',
    );
  });

  it('is what is said of work that takes longer, or what is thrown', async () => {
    expect(await within(1, never, () => 'late')).toBe('late');
    const refusing = (): never => {
      throw new Error('It does not answer.');
    };
    await expect(within(1, never, refusing)).rejects.toThrow('It does not answer.');
  });
});
