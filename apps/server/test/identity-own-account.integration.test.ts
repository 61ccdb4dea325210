import { randomUUID } from 'node:crypto';
import { routes } from '@quadrax/contract';
import { eventually, signIn, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { refresh } = routes.identity;
const { me, sessions, endSession, endOtherSessions, logoutAll, changePassword } = routes.account;
const password = 'the first of two passwords';
const another = 'the second of two passwords';

let server: TestServer;
let second: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  second = await startTestServer({ database: server.database, dataDir: server.dataDir, work: false });
});
afterAll(async () => {
  await second.close();
  await server.close();
});

/** A person with as many sessions as asked for, the one that registered first. */
const withSessions = async (count: number): Promise<TestClient[]> => {
  const first = await server.register({ password });
  const later = Array.from({ length: count - 1 }, () => signIn(server.url, first.user.email, password));
  return [first, ...(await Promise.all(later))];
};

const listed = async (person: TestClient) => (await person.page(sessions)).items;
const statusOf = async (person: TestClient, url?: string): Promise<number> =>
  (await person.with({}, url).send(me)).status;
const statuses = (people: readonly TestClient[]) => Promise.all(people.map((person) => statusOf(person)));

/** Ended sessions are refused by every process within a second. */
const refusedElsewhere = (person: TestClient) =>
  eventually(
    'the other process refuses it',
    () => statusOf(person, second.url),
    (status) => status === 401,
    1000,
  );

describe('the list of sessions', () => {
  it('has those that have not ended, newest first, and says which one asks', async () => {
    const person = await server.register({ password });
    const phone = person.with({ 'user-agent': 'a telephone' });
    await phone.send(routes.identity.login, { body: { email: person.user.email, password } });
    const found = await listed(person);
    expect(found.map(({ current, userAgent }) => [current, userAgent])).toEqual([
      [false, 'a telephone'],
      [true, expect.any(String)],
    ]);
    expect(found[0]?.address).toMatch(/127\.0\.0\.1$/);
    const [other] = found;
    await person.call(endSession, { params: { id: other?.id ?? '' } });
    expect((await listed(person)).map(({ current }) => current)).toEqual([true]);
  });

  it('is walked page by page, each once', async () => {
    const [person] = await withSessions(5);
    const whole = (await listed(person!)).map(({ id }) => id);
    const walked: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await person!.page(sessions, { query: { limit: 2, cursor } });
      walked.push(...page.items.map(({ id }) => id));
      cursor = page.meta.nextCursor;
    } while (cursor !== undefined);
    expect(walked).toEqual(whole);
    expect(new Set(walked).size).toBe(5);
  });
});

describe('ending sessions', () => {
  it('one: its tokens are worth nothing in any process, the others go on', async () => {
    const [here, there] = await withSessions(2);
    expect(await statusOf(there!, second.url)).toBe(200);
    const id = (await listed(here!)).find(({ current }) => !current)?.id ?? '';
    await here!.call(endSession, { params: { id } });
    await refusedElsewhere(there!);
    expect(await statuses([here!, there!])).toEqual([200, 401]);
    const body = { refreshToken: there!.session?.refreshToken };
    expect((await server.anonymous.send(refresh, { body })).status).toBe(401);
  });

  it('one that has ended, one of somebody else, one that never was: the same 404', async () => {
    const [here] = await withSessions(2);
    const other = (await listed(here!)).find(({ current }) => !current)?.id ?? '';
    await here!.call(endSession, { params: { id: other } });
    const stranger = await server.register();
    const foreign = (await listed(stranger))[0]?.id ?? '';
    for (const id of [other, foreign, randomUUID()])
      expect(await here!.refused(endSession, { params: { id } })).toMatchObject({ status: 404 });
    expect(await statusOf(stranger)).toBe(200);
  });

  it('all others: this one goes on', async () => {
    const people = await withSessions(4);
    await people[1]!.call(endOtherSessions);
    expect(await statuses(people)).toEqual([401, 200, 401, 401]);
  });

  it('everywhere: this one ends too, with its cookie, and nobody else’s', async () => {
    const people = await withSessions(3);
    const stranger = await server.register();
    const reply = await people[0]!.send(logoutAll);
    expect(reply.status).toBe(204);
    expect(reply.headers.get('set-cookie')).toMatch(/^quadrax_refresh=;.*Max-Age=0/);
    expect(await statuses([...people, stranger])).toEqual([401, 401, 401, 200]);
  });
});

describe('changing the password', () => {
  const change = (person: TestClient, currentPassword: string, newPassword: string) =>
    person.send(changePassword, { body: { currentPassword, newPassword } });

  it('takes the new one from then on, and ends every other session', async () => {
    const [here, there] = await withSessions(2);
    expect((await change(here!, password, another)).status).toBe(204);
    expect(await statuses([here!, there!])).toEqual([200, 401]);
    const { email } = here!.user;
    const old = await server.anonymous.refused(routes.identity.login, { body: { email, password } });
    expect(old.code).toBe('INVALID_CREDENTIALS');
    expect(await statusOf(await signIn(server.url, email, another))).toBe(200);
  });

  it.each([
    ['the wrong present one', 'not the password', another, 'currentPassword'],
    ['a short one', password, 'short', 'newPassword'],
    ['the same again', password, password, 'newPassword'],
  ])('with %s changes nothing and names the field', async (_what, from, to, field) => {
    const people = await withSessions(2);
    const reply = await change(people[0]!, from, to);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field }] });
    expect(await statuses(people)).toEqual([200, 200]);
    expect(await statusOf(await signIn(server.url, people[0]!.user.email, password))).toBe(200);
  });

  it('is no way to guess it with a stolen token', async () => {
    const person = await server.register({ password });
    const seen: number[] = [];
    for (let i = 0; i < 12 && seen.at(-1) !== 423; i++)
      seen.push((await change(person, `a wrong guess, number ${i}`, another)).status);
    expect(seen.at(-1)).toBe(423);
    expect((await change(person, password, another)).status).toBe(423);
  });

  it('twice at once from the same one: one of them wins', async () => {
    const person = await server.register({ password });
    const replies = await Promise.all(
      ['one new password', 'another new password'].map((next) => change(person, password, next)),
    );
    expect(replies.map(({ status }) => String(status)).toSorted()).toEqual(['204', '400']);
  });

  it('is on record, without either password', async () => {
    const person = await server.register({ password });
    await change(person, password, another);
    const rows = await server.database.owner<{ row: string }>(
      `SELECT row_to_json(a)::text AS row FROM quadrax.audit_log a WHERE account_id = $1 AND action = 'account.password_changed'`,
      [person.user.id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toContain('of two passwords');
  });
});
