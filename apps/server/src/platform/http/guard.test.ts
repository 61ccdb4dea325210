import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { createGuard } from './guard.ts';
import { createRateLimiter } from './rate-limit.ts';

const limit = (name: string) => ({ name, most: 3, windowMs: 1e9 });
const limits = {
  anonymous: limit('anonymous'),
  authenticated: limit('authenticated'),
  tenant: limit('tenant'),
  compute: limit('compute'),
  register: limit('register'),
  mail: limit('mail'),
};

/** Every key is looked up, and none is good. */
const guardOfGuesses = (code: 'UNAUTHENTICATED' | 'UNAVAILABLE' = 'UNAUTHENTICATED') => {
  const asked: string[] = [];
  const guard = createGuard({
    limiter: createRateLimiter(),
    limits,
    authenticator: {
      isCheap: (token) => token.startsWith('known'),
      authenticate: async (token) => {
        asked.push(token);
        throw new AppError(code);
      },
    },
  });
  const guess = (token: string, address = '198.51.100.7') =>
    guard.identify(token, undefined, address).catch((error: unknown) => (error as AppError).code);
  return { asked, guess };
};

describe('guessing at keys', () => {
  it('is not looked up any more when the limit of the address is reached', async () => {
    const { asked, guess } = guardOfGuesses();
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await guess(`guess ${i}`));
    expect(answers).toEqual([
      ...Array<string>(3).fill('UNAUTHENTICATED'),
      ...Array<string>(2).fill('RATE_LIMITED'),
    ]);
    expect(asked).toEqual(['guess 0', 'guess 1', 'guess 2']);
  });

  it('keeps neither other addresses out nor those whose key costs nothing to tell', async () => {
    const { asked, guess } = guardOfGuesses();
    for (let i = 0; i < 5; i++) await guess(`guess ${i}`);
    await guess('known');
    await guess('another', '198.51.100.8');
    expect(asked.slice(3)).toEqual(['known', 'another']);
  });

  it('is not what a database that is away looks like', async () => {
    const { asked, guess } = guardOfGuesses('UNAVAILABLE');
    for (let i = 0; i < 5; i++) expect(await guess(`key ${i}`)).toBe('UNAVAILABLE');
    expect(asked).toHaveLength(5);
  });
});
