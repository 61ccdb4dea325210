import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import type { Caller } from './call.ts';
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

const caller: Caller = {
  accountId: 'a',
  credentialId: 'c',
  credential: 'key',
  tenantId: 't',
  role: 'USER',
  scopes: undefined,
  platformAdministrator: false,
};

/** Every key is looked up, and none is good but those that are said to be. */
const guardOfGuesses = (code: 'UNAUTHENTICATED' | 'UNAVAILABLE' = 'UNAUTHENTICATED') => {
  const asked: string[] = [];
  const good = new Set<string>();
  const guard = createGuard({
    limiter: createRateLimiter(),
    limits,
    authenticator: {
      isCheap: (token) => token.startsWith('known'),
      authenticate: async (token) => {
        asked.push(token);
        await Promise.resolve();
        if (good.has(token)) return caller;
        throw new AppError(code);
      },
    },
  });
  const guess = (token: string, address = '198.51.100.7') =>
    guard.identify(token, undefined, address).then(
      () => 'in',
      (error: unknown) => (error as AppError).code,
    );
  return { guard, good, asked, guess };
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

  it('is looked up no more often when all of it comes at once', async () => {
    const { asked, guess } = guardOfGuesses();
    const answers = await Promise.all(Array.from({ length: 20 }, (_unused, i) => guess(`guess ${i}`)));
    expect(asked).toHaveLength(3);
    expect(answers.filter((answer) => answer === 'RATE_LIMITED')).toHaveLength(17);
  });

  it('is one guesser’s, whichever address of their /64 it comes from', async () => {
    const { asked, guess } = guardOfGuesses();
    for (let i = 0; i < 5; i++) await guess(`guess ${i}`, `2001:db8:1:2::${i}`);
    expect(asked).toHaveLength(3);
    await guess('another', '2001:db8:1:3::1');
    expect(asked).toHaveLength(4);
  });

  it('is not what a good key is: what it spent is given back', async () => {
    const { asked, guess, good } = guardOfGuesses();
    good.add('ours');
    for (let i = 0; i < 10; i++) expect(await guess('ours')).toBe('in');
    for (let i = 0; i < 5; i++) await guess(`guess ${i}`);
    expect(asked.slice(10)).toHaveLength(3);
  });

  it('that is refused says when to come again', async () => {
    const { guard, guess } = guardOfGuesses();
    for (let i = 0; i < 3; i++) await guess(`guess ${i}`);
    const refused = guard.identify('one more', undefined, '198.51.100.7');
    await expect(refused).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfter: expect.any(Number) as number,
      headers: { 'ratelimit-policy': '"anonymous";q=3;w=1000000' },
    });
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
