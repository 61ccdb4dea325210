import { routes } from '@quadrax/contract';
import { newRegistration, startTestServer } from '@quadrax/testkit';
import type { TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { login, register } = routes.identity;
const password = 'the right password';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ env: { TRUST_PROXY: 'true' } });
});
afterAll(() => server.close());

const attempt = (email: string, given: string, address = '203.0.113.5') =>
  server.anonymous.send(login, {
    body: { email, password: given },
    headers: { 'x-forwarded-for': address },
  });

const known = async (): Promise<string> => {
  const form = newRegistration({ password });
  await server.anonymous.call(register, { body: form });
  return form.email;
};

const fail = async (email: string, times: number): Promise<number[]> => {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) statuses.push((await attempt(email, 'wrong')).status);
  return statuses;
};

/** Lets the failures so far lie so many minutes further back. */
const passMinutes = (minutes: number) =>
  server.database.owner(`UPDATE auth.login_failures SET failed_at = failed_at - make_interval(mins => $1)`, [
    minutes,
  ]);

const retryAfter = async (email: string): Promise<number> => {
  const reply = await attempt(email, password);
  expect(reply.status).toBe(423);
  return Number(reply.headers.get('retry-after'));
};

describe('after five wrong passwords', () => {
  it('an account is locked for a quarter of an hour, also for the right password', async () => {
    const email = await known();
    expect(await fail(email, 6)).toEqual([401, 401, 401, 401, 401, 423]);
    const reply = await attempt(email, password);
    expect(reply.body).toMatchObject({ success: false, code: 'ACCOUNT_LOCKED' });
    expect(await retryAfter(email)).toBeGreaterThan(14 * 60);
    expect(await retryAfter(email)).toBeLessThanOrEqual(15 * 60);
  });

  it('an unknown account is locked just the same', async () => {
    const email = await known();
    const unknown = `nobody-${email}`;
    const [ofKnown, ofUnknown] = [await fail(email, 6), await fail(unknown, 6)];
    expect(ofUnknown).toEqual(ofKnown);
    const text = async (identifier: string) => {
      const { requestId: _id, ...rest } = (await attempt(identifier, password)).body as { requestId: string };
      return rest;
    };
    expect(await text(unknown)).toEqual(await text(email));
  });

  it('other addresses and other accounts are not locked', async () => {
    const email = await known();
    await fail(email, 5);
    expect((await attempt(email, password, '203.0.113.6')).status).toBe(200);
    expect((await attempt(await known(), password)).status).toBe(200);
  });

  it('writing the account in other letters does not help', async () => {
    const email = await known();
    await fail(email, 5);
    expect((await attempt(email.toUpperCase(), password)).status).toBe(423);
    expect((await attempt(` ${email} `, password)).status).toBe(423);
  });

  it('the lock ends by itself, and the right password clears the count', async () => {
    const email = await known();
    await fail(email, 5);
    await passMinutes(15);
    expect((await attempt(email, password)).status).toBe(200);
    expect(await fail(email, 5)).toEqual([401, 401, 401, 401, 401]);
  });

  it('the lock grows: five more lock for half an hour', async () => {
    const email = await known();
    await fail(email, 5);
    await passMinutes(15);
    expect(await fail(email, 5)).toEqual([401, 401, 401, 401, 401]);
    const seconds = await retryAfter(email);
    expect(seconds).toBeGreaterThan(29 * 60);
    expect(seconds).toBeLessThanOrEqual(30 * 60);
  });
});

describe('failures', () => {
  it('that lie further apart than a quarter of an hour lock nobody', async () => {
    const email = await known();
    for (let i = 0; i < 8; i++) {
      expect(await fail(email, 1)).toEqual([401]);
      await passMinutes(5);
    }
    expect((await attempt(email, password)).status).toBe(200);
  });

  it('sent all at once are five guesses and no more', async () => {
    const email = await known();
    const replies = await Promise.all(Array.from({ length: 40 }, () => attempt(email, 'wrong')));
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(replies.filter(({ status }) => status === 423)).toHaveLength(35);
  });

  it('of one IPv6 network are counted together, whichever of its addresses they come from', async () => {
    const email = await known();
    for (let i = 1; i <= 5; i++)
      expect((await attempt(email, 'wrong', `2001:db8:1:2::${i}`)).status).toBe(401);
    expect((await attempt(email, password, '2001:db8:1:2:ffff::1')).status).toBe(423);
    expect((await attempt(email, password, '2001:db8:1:3::1')).status).toBe(200);
  });

  it('keep what was typed as a digest only: it may be a password', async () => {
    await attempt('oops my password', 'wrong');
    const rows = await server.database.owner('SELECT * FROM auth.login_failures');
    expect(JSON.stringify(rows)).not.toContain('oops');
  });
});
