import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { routes } from '@quadrax/contract';
import { eventually, newEmail, startTestServer, withOwner, waitingForLock } from '@quadrax/testkit';
import type { TestServer } from '@quadrax/testkit';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { account, identity } = routes;

interface Person {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly given_name?: string;
  readonly family_name?: string;
}

/** Who can sign in at the provider: an account there by its subject. */
const people = new Map<string, Person>();
const clientId = 'quadrax';
const clientSecret = 'a secret between the provider and this installation';

/** A provider that lets in whoever names a subject, with the consent that its own development pages would ask for. */
const startProvider = async (redirectUri: string): Promise<{ issuer: string; close(): Promise<void> }> => {
  const listener: Server = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const issuer = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
    findAccount: (_context, sub) =>
      people.has(sub) ? { accountId: sub, claims: () => ({ sub, ...people.get(sub) }) } : undefined,
    pkce: { required: () => true },
    cookies: { keys: ['a key of the test'] },
  });
  const answer = provider.callback();
  listener.on('request', (request, reply) => void answer(request, reply));
  return {
    issuer,
    close: async () => {
      listener.closeAllConnections();
      listener.close();
      await once(listener, 'close');
    },
  };
};

let server: TestServer;
let provider: Awaited<ReturnType<typeof startProvider>>;
/** Its port must be known to both before either is there. */
const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
};
beforeAll(async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  provider = await startProvider(`${url}/api/v1/auth/openid/callback`);
  server = await startTestServer({
    env: {
      PORT: String(port),
      FRONTEND_URL: url,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: clientId,
      OIDC_CLIENT_SECRET: clientSecret,
      OIDC_LABEL: 'the university',
    },
  });
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

/** A browser: follows redirections, keeps cookies by host, and fills in the provider's two forms. */
class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  async get(url: string, form?: Record<string, string>): Promise<Response> {
    const { host } = new URL(url);
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  cookie(url: string, name: string): string | undefined {
    return this.#cookies.get(new URL(url).host)?.get(name);
  }

  /** Goes on until a page does not send it elsewhere, or sends it to where `stop` says. */
  async follow(from: string, subject: string, stop: (url: string) => boolean): Promise<string> {
    let url = from;
    for (let hops = 0; hops < 20; hops++) {
      if (stop(url)) return url;
      const page = await this.get(url);
      const location = page.headers.get('location');
      const text = await page.text();
      const action = /<form[^>]+action="([^"]+)"/.exec(text)?.[1];
      if (location !== null) url = new URL(location, url).href;
      else if (action !== undefined) {
        const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1] ?? 'login';
        const sent = await this.get(new URL(action, url).href, { prompt, login: subject, password: 'any' });
        url = new URL(sent.headers.get('location') ?? '', url).href;
      } else throw new Error(`Nothing leads on from ${url}: ${page.status} ${text.slice(0, 300)}`);
    }
    throw new Error(`It does not end: ${url}`);
  }
}

const startOf = (returnTo = '/models'): string =>
  `${server.url}/api/v1/auth/openid?returnTo=${encodeURIComponent(returnTo)}`;
const isBack = (url: string): boolean => url.startsWith(`${server.url}/api/v1/auth/openid/callback`);
const isHere = (url: string): boolean => url.startsWith(server.url) && !url.includes('/auth/openid');

/** Signs in at the provider and comes back. */
const signInAs = async (subject: string, browser = new Browser()) => {
  const end = await browser.follow(startOf(), subject, isHere);
  return { path: end.slice(server.url.length), refreshToken: browser.cookie(server.url, 'quadrax_refresh') };
};

const userOf = async (refreshToken: string | undefined) => {
  const { token } = await server.anonymous.call(identity.refresh, { body: { refreshToken } });
  return server.anonymous.with({ authorization: `Bearer ${token}` }).call(account.me);
};

describe('signing in by OpenID Connect', () => {
  it('is offered under its name', async () => {
    expect(await server.anonymous.call(identity.methods)).toMatchObject({
      openIdConnect: { label: 'the university', url: '/api/v1/auth/openid' },
    });
  });

  it('opens an account at the first time and finds it again, wherever one wanted to go', async () => {
    const email = newEmail();
    people.set('ada', { email, email_verified: true, given_name: 'Ada', family_name: 'Lovelace' });
    const first = await signInAs('ada');
    expect(first.path).toBe('/models');
    const user = await userOf(first.refreshToken);
    expect(user).toMatchObject({ email, emailVerified: true, firstName: 'Ada', lastName: 'Lovelace' });
    people.set('ada', { email: newEmail(), email_verified: true });
    const again = await signInAs('ada');
    expect((await userOf(again.refreshToken)).id).toBe(user.id);
  });

  it('opens one account where somebody comes by two ways at once for the first time', async () => {
    const email = newEmail();
    people.set('twin', { email, email_verified: true, given_name: 'Twin', family_name: 'Test' });
    const browsers = [new Browser(), new Browser()];
    const backs: string[] = [];
    for (const browser of browsers) backs.push(await browser.follow(startOf(), 'twin', isBack));
    await Promise.all(browsers.map((browser, at) => browser.get(backs[at] ?? '')));
    const users = [];
    for (const browser of browsers) users.push(await userOf(browser.cookie(server.url, 'quadrax_refresh')));
    expect(users.map((user) => user.email)).toEqual([email, email]);
    expect(users[0]?.id).toBe(users[1]?.id);
  });

  it('is linked with an account whose address both sides have confirmed', async () => {
    const bob = await server.register();
    people.set('bob', { email: bob.user.email, email_verified: true });
    expect((await signInAs('bob')).path).toBe('/sign-in?problem=unconfirmed');
    await server.database.owner('UPDATE auth.accounts SET email_verified_at = now() WHERE id = $1', [
      bob.user.id,
    ]);
    const { refreshToken } = await signInAs('bob');
    expect((await userOf(refreshToken)).id).toBe(bob.user.id);
  });

  it.each([
    ['unlinked', 'DELETE FROM auth.external_identities WHERE account_id = $1'],
    ['disabled', 'UPDATE auth.accounts SET disabled_at = now() WHERE id = $1'],
  ])('does not enter an account that is %s while the sign-in is under way', async (_how, meanwhile) => {
    const subject = newEmail();
    people.set(subject, { email: newEmail(), email_verified: true });
    const { id } = await userOf((await signInAs(subject)).refreshToken);
    // What the provider says of them now opens no other account.
    people.set(subject, {});
    const browser = new Browser();
    const back = await browser.follow(startOf(), subject, isBack);
    await withOwner(server.database.url, async (owner) => {
      await owner.query('BEGIN');
      await owner.query('SELECT 1 FROM auth.accounts WHERE id = $1 FOR UPDATE', [id]);
      const returned = browser.get(back);
      await waitingForLock(server.database);
      await owner.query(meanwhile, [id]);
      await owner.query('COMMIT');
      expect((await returned).headers.get('location')).toContain('/sign-in?problem=');
    });
    expect(browser.cookie(server.url, 'quadrax_refresh')).toBeUndefined();
  });

  it('takes no account over by an address that the provider has not confirmed', async () => {
    const victim = await server.register();
    await server.database.owner('UPDATE auth.accounts SET email_verified_at = now() WHERE id = $1', [
      victim.user.id,
    ]);
    people.set('mallory', { email: victim.user.email, email_verified: false });
    const { path, refreshToken } = await signInAs('mallory');
    expect([path, refreshToken]).toEqual(['/sign-in?problem=unconfirmed', undefined]);
  });

  it.each(['Ada <ada@example.org>', `${'a'.repeat(250)}@example.org`, 'no address', ''])(
    'opens no account for what is no address: %s',
    async (email) => {
      people.set('odd', { email, email_verified: true });
      expect((await signInAs('odd')).path).toBe('/sign-in?problem=no-email');
      expect(await server.database.owner('SELECT 1 FROM auth.accounts WHERE email = $1', [email])).toEqual(
        [],
      );
    },
  );

  it('gives an account names of one line', async () => {
    people.set('verse', {
      email: newEmail(),
      email_verified: true,
      given_name: 'Ada\n\nClick here',
      family_name: '\t',
    });
    const { refreshToken } = await signInAs('verse');
    expect(await userOf(refreshToken)).toMatchObject({ firstName: 'Ada Click here' });
  });

  it('needs an address', async () => {
    people.set('nobody', {});
    expect((await signInAs('nobody')).path).toBe('/sign-in?problem=no-email');
  });

  it('is refused to an account that is disabled', async () => {
    people.set('eve', { email: newEmail(), email_verified: true });
    const user = await userOf((await signInAs('eve')).refreshToken);
    await server.database.owner('UPDATE auth.accounts SET disabled_at = now() WHERE id = $1', [user.id]);
    expect((await signInAs('eve')).path).toBe('/sign-in?problem=disabled');
  });

  it('is logged, with the session it opened', async () => {
    people.set('grace', { email: newEmail(), email_verified: true });
    const user = await userOf((await signInAs('grace')).refreshToken);
    const rows = await server.database.owner(
      `SELECT 1 FROM quadrax.audit_log WHERE account_id = $1 AND action = 'session.opened'`,
      [user.id],
    );
    expect(rows).toHaveLength(1);
  });
});

describe('the way back from the provider', () => {
  const failed = '/sign-in?problem=failed';
  const location = async (url: string, browser: Browser): Promise<string> =>
    (await browser.get(url)).headers.get('location') ?? '';

  it('lets nobody in without the cookie of who set out', async () => {
    people.set('ada', { email: newEmail(), email_verified: true });
    const back = await new Browser().follow(startOf(), 'ada', isBack);
    expect(await location(back, new Browser())).toBe(failed);
  });

  it('lets nobody in with another’s state, a changed one, or a code used twice', async () => {
    people.set('ada', { email: newEmail(), email_verified: true });
    const [mine, other] = [new Browser(), new Browser()];
    const [back, foreign] = [
      await mine.follow(startOf(), 'ada', isBack),
      await other.follow(startOf(), 'ada', isBack),
    ];
    expect(await location(foreign, mine)).toBe(failed);
    const again = new Browser();
    const third = await again.follow(startOf(), 'ada', isBack);
    expect(await location(third.replace(/state=[^&]+/, 'state=changed'), again)).toBe(failed);
    expect(back).not.toBe(third);
    const fourth = new Browser();
    const code = await fourth.follow(startOf(), 'ada', isBack);
    expect(await location(code, fourth)).toBe('/models');
    expect(await location(code, fourth)).toBe(failed);
  });

  it('says when somebody thought better of it', async () => {
    expect(
      await location(`${server.url}/api/v1/auth/openid/callback?error=access_denied`, new Browser()),
    ).toBe('/sign-in?problem=cancelled');
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'models', ''])(
    'never leads to another site: "%s"',
    async (returnTo) => {
      const reply = await new Browser().get(startOf(returnTo));
      expect(reply.status).toBe(400);
    },
  );
});

it('says that the provider cannot be reached, and finds it when it can', async () => {
  const port = await freePort();
  const lonely = await startTestServer({
    database: server.database,
    dataDir: server.dataDir,
    work: false,
    env: { OIDC_ISSUER: `http://127.0.0.1:${port}`, OIDC_CLIENT_ID: clientId },
  });
  try {
    const asked = async () =>
      (await lonely.anonymous.request('GET', '/api/v1/auth/openid')).headers.get('location') ?? '';
    expect(await asked()).toBe('/sign-in?problem=unavailable');
    const late = createServer((request, reply) => {
      const issuer = `http://127.0.0.1:${port}`;
      reply.setHeader('content-type', 'application/json');
      reply.end(JSON.stringify({ issuer, authorization_endpoint: `${issuer}/auth`, url: request.url }));
    }).listen(port, '127.0.0.1');
    await eventually('the provider is found', asked, (url) =>
      url.startsWith(`http://127.0.0.1:${port}/auth?`),
    );
    late.closeAllConnections();
    late.close();
  } finally {
    await lonely.close();
  }
});

it('is not there unless it is configured', async () => {
  const plain = await startTestServer({ database: server.database, dataDir: server.dataDir, work: false });
  try {
    expect(await plain.anonymous.call(identity.methods)).not.toHaveProperty('openIdConnect');
    for (const route of [identity.openIdConnect, identity.openIdConnectReturn])
      expect(await plain.anonymous.refused(route)).toMatchObject({
        status: 503,
        code: 'NOT_CONFIGURED',
        error: expect.stringMatching(/Set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET/),
      });
  } finally {
    await plain.close();
  }
});
