import { randomBytes } from 'node:crypto';
import { routes } from '@quadrax/contract';
import { hash } from '@node-rs/bcrypt';
import { newRegistration, startTestServer } from '@quadrax/testkit';
import type { RawReply, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// That an account is locked alike whether it exists or not is in ../identity-lockout.integration.test.ts.

const password = 'a sentence that nobody guesses';

/** Accounts of every kind, and one that is none. */
interface People {
  readonly known: string;
  readonly disabled: string;
  readonly withoutPassword: string;
  readonly unknown: string;
}

const peopleOf = async (server: TestServer): Promise<People> => {
  const [known, disabled, withoutPassword] = await Promise.all(
    [1, 2, 3].map(async () => (await server.register({ password })).user.email),
  );
  await server.database.owner('UPDATE auth.accounts SET disabled_at = now() WHERE email = $1', [disabled]);
  await server.database.owner('UPDATE auth.accounts SET password_hash = NULL WHERE email = $1', [
    withoutPassword,
  ]);
  const unknown = `nobody-${randomBytes(6).toString('hex')}@example.org`;
  return { known: known ?? '', disabled: disabled ?? '', withoutPassword: withoutPassword ?? '', unknown };
};

/** All of an answer that a stranger sees, short of what differs between any two. */
const seen = ({ status, headers, body }: RawReply): unknown => {
  const named = [...headers].filter(
    ([name]) => !['date', 'x-request-id', 'ratelimit', 'content-length'].includes(name),
  );
  const { requestId: _requestId, ...rest } = (body ?? {}) as { requestId?: string };
  return { status, headers: named, body: rest };
};

describe('who has an account cannot be found out', () => {
  let server: TestServer;
  let people: People;
  let ada: TestClient;

  beforeAll(async () => {
    server = await startTestServer();
    people = await peopleOf(server);
    ada = await server.register({ password });
  });
  afterAll(() => server.close());

  const alike = async (ask: (email: string) => Promise<RawReply>): Promise<unknown> => {
    const answers = [];
    for (const email of Object.values(people)) answers.push(seen(await ask(email)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    return answers[0];
  };

  it('by signing in', async () => {
    const body = { password: 'not the password' };
    expect(
      await alike((email) => server.anonymous.send(routes.identity.login, { body: { ...body, email } })),
    ).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
  });

  it('by asking for a new password', async () => {
    expect(
      await alike((email) => server.anonymous.send(routes.identity.forgotPassword, { body: { email } })),
    ).toMatchObject({ status: 204 });
  });

  it('by wanting the address for oneself', async () => {
    expect(
      await alike((email) => ada.send(routes.account.changeEmail, { body: { email, password } })),
    ).toMatchObject({ status: 204 });
  });

  it('by inviting it', async () => {
    const shape = async (email: string): Promise<unknown> => {
      const { status, body } = await ada.send(routes.users.invite, { body: { email } });
      const { data } = body as { data: Record<string, unknown> };
      return { status, fields: Object.keys(data), email: data['email'] === email, by: data['invitedBy'] };
    };
    for (const email of Object.values(people))
      expect(await shape(email)).toEqual(await shape(people.unknown));
  });

  it('by a link that is none', async () => {
    const token = randomBytes(32).toString('base64url');
    for (const route of [routes.identity.verifyEmail, routes.identity.invitation])
      expect(await server.anonymous.refused(route, { body: { token } })).toMatchObject({
        status: 400,
        code: 'LINK_INVALID',
      });
  });
});

describe('by the work that it makes nobody can be told from anybody:', () => {
  const rounds = 12;
  let server: TestServer;
  let people: People;
  /** Processor time of one hash, in ms. */
  let one: number;

  /** Processor time of the whole process, in ms: waiting for a busy machine does not count. */
  const costOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };

  beforeAll(async () => {
    server = await startTestServer({ env: { BCRYPT_ROUNDS: String(rounds) }, work: false });
    people = await peopleOf(server);
    const single = () => costOf(() => hash('some password', { cost: rounds }));
    one = Math.min(await single(), await single(), await single());
  });
  afterAll(() => server.close());

  it.each(['known', 'disabled', 'withoutPassword', 'unknown'] as const)(
    'a sign-in computes one password hash, no fewer and no more: %s',
    async (kind) => {
      const body = { email: people[kind], password: 'not the password' };
      const attempt = () => costOf(() => server.anonymous.send(routes.identity.login, { body }));
      const hashes = Math.min(await attempt(), await attempt()) / one;
      expect(hashes).toBeGreaterThan(0.6);
      expect(hashes).toBeLessThan(1.7);
    },
  );
});

describe('guessing passwords', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ env: { TRUST_PROXY: 'true' }, work: false });
  });
  afterAll(() => server.close());

  const attempt = (email: string, given: string, forwarded: string) =>
    server.anonymous.send(routes.identity.login, {
      body: { email, password: given },
      headers: { 'x-forwarded-for': forwarded },
    });

  it('five times from each of fifty addresses does not lock the owner out, who comes from elsewhere', async () => {
    const form = newRegistration({ password });
    await server.anonymous.call(routes.identity.register, { body: form });
    const guesses = 250;
    const statuses: number[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_unused, lane) => {
        for (let i = lane; i < guesses; i += 8)
          statuses.push((await attempt(form.email, `guess ${i}`, `198.51.100.${i % 50}`)).status);
      }),
    );
    expect(statuses).toHaveLength(guesses);
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect((await attempt(form.email, password, '198.51.100.7')).status).toBe(423);
    expect((await attempt(form.email, password, '203.0.113.1')).status).toBe(200);
  }, 120_000);

  it('is counted by the address that the proxy saw, whatever the client says before it', async () => {
    const { email } = newRegistration();
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++)
      statuses.push((await attempt(email, 'wrong', `10.0.0.${i}, 192.0.2.${i}, 198.51.100.250`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 423]);
  });

  it('as somebody else’s address locks nobody out', async () => {
    const form = newRegistration({ password });
    await server.anonymous.call(routes.identity.register, { body: form });
    const owner = '203.0.113.77';
    for (let i = 0; i < 5; i++) await attempt(form.email, 'wrong', `${owner}, 198.51.100.251`);
    expect((await attempt(form.email, password, owner)).status).toBe(200);
  });
});
