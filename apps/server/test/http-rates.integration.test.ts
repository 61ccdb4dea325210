import { routes } from '@quadrax/contract';
import { newRegistration, startTestServer } from '@quadrax/testkit';
import type { RawReply, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { register } = routes.identity;
const { me } = routes.account;

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    rateLimits: true,
    env: {
      TRUST_PROXY: 'true',
      RATE_LIMIT_MAX_REQUESTS: '8',
      RATE_LIMIT_WINDOW_MS: '600000',
      RATE_LIMIT_ANONYMOUS: '6',
      RATE_LIMIT_REGISTER: '3',
      RATE_LIMIT_MAIL: '2',
      RATE_LIMIT_RPS: '1',
      RATE_LIMIT_BURST: '2',
    },
  });
});
afterAll(() => server.close());

let addresses = 0;
/** Somebody at an address of their own, so that one test does not spend what another has. */
const elsewhere = () => server.anonymous.with({ 'x-forwarded-for': `198.51.100.${++addresses}` });
const person = async () =>
  elsewhere().with({
    authorization: `Bearer ${(await elsewhere().call(register, { body: newRegistration() })).token}`,
  });

const expectLimited = (reply: RawReply, name: string): void => {
  expect(reply).toMatchObject({ status: 429, body: { success: false, code: 'RATE_LIMITED' } });
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(reply.headers.get('ratelimit')).toMatch(new RegExp(`^"${name}";r=0;t=\\d+$`));
  expect(reply.headers.get('ratelimit-policy')).toMatch(new RegExp(`^"${name}";q=\\d+;w=\\d+$`));
};

describe('rates', () => {
  it('are announced with every answer', async () => {
    const ada = await person();
    const replies = [await ada.send(me), await ada.send(me)];
    expect(replies.map(({ headers }) => headers.get('ratelimit-policy'))).toEqual(
      Array(2).fill('"authenticated";q=8;w=600'),
    );
    const left = replies.map(({ headers }) => /r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
    expect(left).toEqual(['7', '6']);
  });

  it('of a session are limited, and another session has its own', async () => {
    const ada = await person();
    for (let i = 0; i < 8; i++) expect((await ada.send(me)).status).toBe(200);
    expectLimited(await ada.send(me), 'authenticated');
    expect((await (await person()).send(me)).status).toBe(200);
  });

  it('of an address without a token are limited, also where it guesses at tokens', async () => {
    const guesser = elsewhere();
    for (let i = 0; i < 6; i++)
      expect((await guesser.with({ authorization: `Bearer guess${i}` }).send(me)).status).toBe(401);
    expectLimited(await guesser.send(me), 'anonymous');
    expectLimited(await guesser.send(register, { body: newRegistration() }), 'anonymous');
    expect((await elsewhere().send(register, { body: newRegistration() })).status).toBe(201);
  });

  it('of an address that guesses at API keys are limited, and who is known there gets in', async () => {
    const here = elsewhere();
    const { token } = await here.call(register, { body: newRegistration() });
    const ada = here.with({ authorization: `Bearer ${token}` });
    const { key } = await ada.call(routes.account.createApiKey, { body: { name: 'Ours', scopes: ['read'] } });
    const withKey = here.with({ authorization: `Bearer ${key}` });
    expect((await withKey.send(routes.datakits.list)).status).toBe(200);
    const forged = () => {
      const id = crypto.randomUUID().replaceAll('-', '');
      return here.with({ authorization: `Bearer qdx_${id}_${'a'.repeat(43)}` });
    };
    while ((await forged().send(me)).status === 401);
    expectLimited(await forged().send(me), 'anonymous');
    expect((await withKey.send(routes.datakits.list)).status).toBe(200);
  });

  it('of opening accounts have a limit of their own', async () => {
    const keen = elsewhere();
    for (let i = 0; i < 3; i++)
      expect((await keen.send(register, { body: newRegistration() })).status).toBe(201);
    expectLimited(await keen.send(register, { body: newRegistration() }), 'register');
    expect((await keen.send(me)).status).toBe(401);
  });

  it('of computing are limited by the second, with a burst', async () => {
    const ada = await person();
    const preview = () => ada.send(routes.datakits.preview, { params: { id: crypto.randomUUID() } });
    expect([(await preview()).status, (await preview()).status]).toEqual([404, 404]);
    expectLimited(await preview(), 'compute');
    expect((await ada.send(me)).status).toBe(200);
  });

  it('of what sends mail to others are limited together', async () => {
    const ada = await person();
    const { email, firstName, lastName } = newRegistration();
    expect((await ada.send(routes.users.invite, { body: { email } })).status).toBe(201);
    const open = (address: string) =>
      ada.send(routes.users.create, { body: { email: address, firstName, lastName } });
    expect((await open(newRegistration().email)).status).toBe(201);
    expectLimited(await open(newRegistration().email), 'mail');
    expectLimited(await ada.send(routes.users.invite, { body: { email } }), 'mail');
  });

  it('do not count health, readiness and metrics', async () => {
    for (const path of ['/health', '/healthz', '/readyz', '/metrics', '/api/health'])
      for (let i = 0; i < 8; i++) {
        const reply = await server.anonymous
          .with({ 'x-forwarded-for': '198.51.100.250' })
          .request('GET', path);
        expect([path, reply.status]).toEqual([path, 200]);
      }
  });
});
