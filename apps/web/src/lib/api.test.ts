import { beforeEach, describe, expect, it, vi } from 'vitest';

const reply = (status: number, body: unknown) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status });
const ok = (data: unknown) => reply(200, { success: true, data });
const refused = (code: string) =>
  reply(401, { success: false, error: 'Sign in to do this.', code, requestId: 'r1' });

const user = { id: 'u1', firstName: 'Ada' };
const tokens = (token: string) => ({ token, refreshToken: '', expiresIn: 600 });

/** A page whose browser remembers a session, and whose server answers in this order. */
async function pageWith(...replies: Response[]) {
  return pageIn(undefined, ...replies);
}

/** The same, in a browser that was last in a tenant. */
async function pageIn(tenant: string | undefined, ...replies: Response[]) {
  const asked: Request[] = [];
  vi.stubGlobal('location', { origin: 'http://quadrax.test' });
  const kept = new Map([['quadrax.session', '1']]);
  if (tenant !== undefined) kept.set('quadrax.tenant', tenant);
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  vi.stubGlobal('fetch', (request: Request) => {
    asked.push(request);
    const next = replies.shift();
    return next === undefined ? Promise.reject(new TypeError('no network')) : Promise.resolve(next);
  });
  const { api, pageSession } = await import('./api.ts');
  const paths = () => asked.map(({ url }) => new URL(url).pathname.replace('/api/v1', ''));
  const bearers = () => asked.map(({ headers }) => headers.get('authorization'));
  const tenants = () => asked.map(({ headers }) => headers.get('x-tenant-id'));
  return { api, pageSession, asked, paths, bearers, tenants, kept };
}

beforeEach(() => {
  vi.resetModules();
  return () => vi.unstubAllGlobals();
});

describe('the client of a page', () => {
  it('takes its session up from the cookie and calls in its name', async () => {
    const page = await pageWith(ok(tokens('t1')), ok(user), ok({ id: 'j1' }));
    await page.pageSession.restore();
    expect(page.pageSession.state()).toEqual({ status: 'signed-in', user });
    expect(await page.api.jobs.get('j1')).toEqual({ id: 'j1' });
    expect(page.paths()).toEqual(['/auth/refresh', '/auth/me', '/jobs/j1']);
    expect(page.bearers()).toEqual([null, 'Bearer t1', 'Bearer t1']);
    expect(page.asked[0]?.credentials).toBe('same-origin');
    expect(await page.asked[0]?.text()).toBe('{}');
  });

  it('renews a token that the server no longer takes, and calls again', async () => {
    const page = await pageWith(
      ok(tokens('t1')),
      ok(user),
      refused('TOKEN_EXPIRED'),
      ok(tokens('t2')),
      ok({ id: 'j1' }),
    );
    await page.pageSession.restore();
    expect(await page.api.jobs.get('j1')).toEqual({ id: 'j1' });
    expect(page.paths().slice(2)).toEqual(['/jobs/j1', '/auth/refresh', '/jobs/j1']);
    expect(page.bearers().at(-1)).toBe('Bearer t2');
  });

  it('fails with the refusal once the session is over, and the page knows that it is', async () => {
    const page = await pageWith(
      ok(tokens('t1')),
      ok(user),
      refused('UNAUTHENTICATED'),
      refused('UNAUTHENTICATED'),
    );
    await page.pageSession.restore();
    await expect(page.api.jobs.get('j1')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    expect(page.pageSession.state()).toEqual({ status: 'expired', user });
  });

  it('ends the session with the token that it has forgotten already', async () => {
    const page = await pageWith(ok(tokens('t1')), ok(user), reply(204, null));
    await page.pageSession.restore();
    await page.pageSession.signOut();
    expect(page.paths().at(-1)).toBe('/auth/logout');
    expect(page.bearers().at(-1)).toBe('Bearer t1');
    expect(page.pageSession.state()).toEqual({ status: 'signed-out' });
  });

  it('calls in the tenant that this browser was last in, and keeps another that is chosen', async () => {
    const page = await pageIn('acme', ok(tokens('t1')), ok(user), ok({}), ok(user), ok({}));
    await page.pageSession.restore();
    await page.api.jobs.get('j1');
    await page.pageSession.switchTenant('initech');
    await page.api.jobs.get('j1');
    expect(page.paths().slice(1)).toEqual(['/auth/me', '/jobs/j1', '/auth/me', '/jobs/j1']);
    expect(page.tenants().slice(1)).toEqual(['acme', 'acme', 'initech', 'initech']);
    expect(page.kept.get('quadrax.tenant')).toBe('initech');
  });

  it('says that the server did not answer, without the address that the person is at anyway', async () => {
    const page = await pageWith();
    const error: unknown = await page.api.jobs.list().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      status: 0,
      message: 'The server does not answer. Check the connection, then try again.',
    });
  });
});
