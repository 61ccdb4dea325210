import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { routes } from '@quadrax/contract';
import { startTestServer, testSecret } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Claims of every kind, keys and expiry are in ../identity-tokens.integration.test.ts; this is about headers and encodings.

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
});
afterAll(() => server.close());

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const parts = (token: string): [string, string, string] => token.split('.') as [string, string, string];
const hmac = (body: string, secret: string | Buffer): string =>
  createHmac('sha256', secret).update(body).digest('base64url');

/** The statuses of a token wherever one is taken. */
const everywhere = async (token: string): Promise<number[]> => {
  const bearer = server.anonymous.with({ authorization: `Bearer ${token}` });
  const read = await bearer.send(routes.account.me);
  const write = await bearer.send(routes.models.create, { body: { name: 'Forged', type: 'REGRESSION' } });
  return [read.status, write.status];
};

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' });
const publicJwk = pair.publicKey.export({ format: 'jwk' });
const rs256 = (header: object): string => {
  const body = `${encode({ alg: 'RS256', typ: 'JWT', ...header })}.${parts(ada.token)[1]}`;
  return `${body}.${createSign('RSA-SHA256').update(body).sign(pair.privateKey).toString('base64url')}`;
};
const hs256 = (header: object, secret: string | Buffer): string => {
  const body = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${parts(ada.token)[1]}`;
  return `${body}.${hmac(body, secret)}`;
};

describe('a forged access token is refused', () => {
  it.each<[string, () => string]>([
    ['signed by a key of its own that it brings along (jwk)', () => rs256({ jwk: publicJwk })],
    ['signed by a key that it says where to fetch (jku)', () => rs256({ jku: `${server.url}/openapi.json` })],
    [
      'signed by a certificate that it says where to fetch (x5u)',
      () => rs256({ x5u: 'https://evil.example/c' }),
    ],
    ['signed by a certificate that it brings along (x5c)', () => rs256({ x5c: [publicPem.toString()] })],
    ['signed with a public key taken for a secret', () => hs256({}, publicPem.toString())],
    ['naming an empty file as its key (kid)', () => hs256({ kid: '../../../../dev/null' }, '')],
    ['naming a key by SQL (kid)', () => hs256({ kid: "' UNION SELECT 'secret" }, 'secret')],
    ['naming a key that is an object (kid)', () => hs256({ kid: { toString: 'x' } }, 'secret')],
    ['signed with nothing', () => hs256({}, '')],
    ['without its signature', () => parts(ada.token).slice(0, 2).join('.')],
    ['with an empty signature', () => `${parts(ada.token).slice(0, 2).join('.')}.`],
    ['with "none" in odd letters', () => `${encode({ alg: 'nOnE' })}.${parts(ada.token)[1]}.`],
    ['with no algorithm', () => `${encode({ typ: 'JWT' })}.${parts(ada.token)[1]}.${parts(ada.token)[2]}`],
    ['with a list of algorithms', () => hs256({ alg: ['HS256', 'none'] }, testSecret)],
    ['padded', () => `${ada.token}=`],
    ['in the other base64', () => `${ada.token.slice(0, -2)}+/`],
    ['with a line end inside', () => ada.token.replace('.', '%0a.')],
    ['with a fourth part', () => `${ada.token}.${parts(ada.token)[2]}`],
    ['that is a refresh token', () => ada.session?.refreshToken ?? ''],
    ['of 100,000 dots', () => '.'.repeat(10_000)],
  ])('%s', async (_name, forge) => {
    expect(await everywhere(forge())).toEqual([401, 401]);
  });

  it('and one that is only written otherwise stands for the same session, which can be ended', async () => {
    const person = await server.register();
    const [head, body, signature] = parts(person.token);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // The last character of 32 bytes carries two bits that mean nothing.
    const last = alphabet.indexOf(signature.at(-1) ?? '');
    const others = [1, 2, 3].map(
      (bits) => `${head}.${body}.${signature.slice(0, -1)}${alphabet[last ^ bits]}`,
    );
    await person.send(routes.identity.logout);
    for (const token of others) expect(await everywhere(token)).toEqual([401, 401]);
  });
});

describe('a token is taken from the header alone', () => {
  it.each(['token', 'access_token', 'authorization', 'key'])('not from the query "%s"', async (name) => {
    const reply = await server.anonymous.request('GET', `/api/auth/me?${name}=${ada.token}`);
    expect(reply.status).toBe(401);
  });

  it('nor from a cookie', async () => {
    const cookie = `token=${ada.token}; quadrax_refresh=${ada.session?.refreshToken}; authorization=${ada.token}`;
    expect((await server.anonymous.with({ cookie }).send(routes.account.me)).status).toBe(401);
  });

  it('nor is an access token good as the cookie that refreshes', async () => {
    const cookie = `quadrax_refresh=${ada.token}`;
    expect((await server.anonymous.with({ cookie }).send(routes.identity.refresh)).status).toBe(401);
  });
});

describe('a refresh token', () => {
  const refreshed = (refreshToken: string, agent: string) =>
    server.anonymous.send(routes.identity.refresh, {
      body: { refreshToken },
      headers: { 'user-agent': agent },
    });

  it('stolen and used at the same moment as by its owner: one of the two ends the whole family', async () => {
    const person = await server.register();
    const stolen = person.session?.refreshToken ?? '';
    const replies = await Promise.all([refreshed(stolen, 'owner'), refreshed(stolen, 'thief')]);
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    const winner = replies.find(({ status }) => status === 200)?.body as {
      data: { token: string; refreshToken: string };
    };
    expect(await everywhere(winner.data.token)).toEqual([401, 401]);
    expect((await refreshed(winner.data.refreshToken, 'thief')).status).toBe(401);
  });

  it('that comes twice at once to two processes ends the family just the same', async () => {
    const other = await startTestServer({ database: server.database, dataDir: server.dataDir, work: false });
    try {
      const person = await server.register();
      const body = { refreshToken: person.session?.refreshToken };
      const at = (url: string, agent: string) =>
        server.anonymous.with({ 'user-agent': agent }, url).send(routes.identity.refresh, { body });
      const replies = await Promise.all([at(server.url, 'owner'), at(other.url, 'thief')]);
      expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    } finally {
      await other.close();
    }
  });
});
