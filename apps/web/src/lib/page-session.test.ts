import { QuadraxError } from '@quadrax/client';
import type { User } from '@quadrax/client';
import { describe, expect, it } from 'vitest';
import { createSession } from './page-session.ts';

const ada: User = {
  id: '018f0000-0000-7000-8000-000000000001',
  email: 'ada@example.org',
  emailVerified: true,
  firstName: 'Ada',
  lastName: 'Lovelace',
  role: 'ADMIN',
  tenantId: '018f0000-0000-7000-8000-000000000002',
  tenantName: 'Analytical Engines',
  platformAdministrator: false,
  updatedAt: '2026-01-01T00:00:00.000Z',
};

const foreign = new QuadraxError({ code: 'TENANT_FORBIDDEN', message: 'Not yours.', status: 403 });

/** A backend in memory: counts what it is asked and hands out tokens t1, t2, … */
function backend(options: { remembered?: boolean; tenant?: string } = {}) {
  const asked = { refresh: 0, logout: [] as string[], logoutAll: [] as string[] };
  const world = {
    asked,
    time: 0,
    remembered: options.remembered ?? true,
    tenant: options.tenant,
    /** Where Ada is a member beside her home. */
    others: ['other'],
    failure: undefined as Error | undefined,
    session: undefined as unknown as ReturnType<typeof createSession>,
  };
  world.session = createSession({
    refresh: async () => {
      asked.refresh += 1;
      await Promise.resolve();
      if (world.failure) throw world.failure;
      return { token: `t${asked.refresh}`, expiresIn: 600 };
    },
    me: (tenant) => {
      if (tenant === undefined || tenant === ada.tenantId) return Promise.resolve(ada);
      return world.others.includes(tenant)
        ? Promise.resolve({ ...ada, tenantId: tenant, role: 'VIEWER' })
        : Promise.reject(foreign);
    },
    chosenTenant: () => world.tenant,
    chooseTenant: (tenant) => {
      world.tenant = tenant;
    },
    logout: (token) => {
      asked.logout.push(token);
      return Promise.resolve();
    },
    logoutAll: (token) => {
      asked.logoutAll.push(token);
      return Promise.resolve();
    },
    exclusively: (work) => work(),
    remember: (signedIn) => {
      world.remembered = signedIn;
    },
    remembered: () => world.remembered,
    now: () => world.time,
  });
  return world;
}

const refused = new QuadraxError({ code: 'UNAUTHENTICATED', message: 'Sign in to do this.', status: 401 });
const away = new QuadraxError({ code: 'UNREACHABLE', message: 'The server did not answer.' });

describe('a session', () => {
  it('asks the server nothing on a first visit', async () => {
    const world = backend({ remembered: false });
    await world.session.restore();
    expect(world.session.state()).toEqual({ status: 'signed-out' });
    expect(world.asked.refresh).toBe(0);
  });

  it('is taken up from the cookie at load', async () => {
    const world = backend();
    await world.session.restore();
    expect(world.session.state()).toEqual({ status: 'signed-in', user: ada });
    expect(await world.session.current()).toBe('t1');
  });

  it('is signed out, not expired, when the cookie is no longer good at load', async () => {
    const world = backend();
    world.failure = refused;
    await world.session.restore();
    expect(world.session.state()).toEqual({ status: 'signed-out' });
    expect(world.remembered).toBe(false);
  });

  it('keeps why the server ended it, for the page that asks to sign in', async () => {
    const because = 'The account was disabled.';
    const told = { details: [{ field: 'session', message: because }] };
    const ended = new QuadraxError({ code: 'UNAUTHENTICATED', message: 'Over.', status: 401, ...told });
    const atLoad = backend();
    atLoad.failure = ended;
    await atLoad.session.restore();
    expect(atLoad.session.state()).toEqual({ status: 'signed-out', reason: because });
    const open = backend();
    await open.session.restore();
    open.failure = ended;
    await open.session.renew('t1');
    expect(open.session.state()).toEqual({ status: 'expired', user: ada, reason: because });
  });

  it('stays unknown when the server is away at load, so that it can be tried again', async () => {
    const world = backend();
    world.failure = away;
    await expect(world.session.restore()).rejects.toBe(away);
    expect(world.session.state()).toEqual({ status: 'unknown' });
    world.failure = undefined;
    await world.session.restore();
    expect(world.session.state().status).toBe('signed-in');
  });

  it('refreshes once for any number of calls that need it at the same time', async () => {
    const world = backend();
    await world.session.restore();
    world.time = 580_000;
    const tokens = await Promise.all(Array.from({ length: 20 }, () => world.session.current()));
    expect(new Set(tokens)).toEqual(new Set(['t2']));
    expect(world.asked.refresh).toBe(2);
  });

  it('does not refresh again for a call refused with a token that has been replaced meanwhile', async () => {
    const world = backend();
    await world.session.restore();
    expect(await world.session.renew('t1')).toBe('t2');
    expect(await world.session.renew('t1')).toBe('t2');
    expect(world.asked.refresh).toBe(2);
  });

  it('expires with the user kept when the server ends it, so that the page can stay', async () => {
    const world = backend();
    await world.session.restore();
    world.failure = refused;
    expect(await world.session.renew('t1')).toBeUndefined();
    expect(world.session.state()).toEqual({ status: 'expired', user: ada });
    expect(await world.session.current()).toBeUndefined();
  });

  it('lives on with the old token while the server is away and the token is still good', async () => {
    const world = backend();
    await world.session.restore();
    world.failure = away;
    world.time = 580_000;
    expect(await world.session.current()).toBe('t1');
    expect(world.session.state().status).toBe('signed-in');
  });

  it('does not end for a server error', async () => {
    const world = backend();
    await world.session.restore();
    world.failure = new QuadraxError({ code: 'INTERNAL', message: 'Something failed.', status: 500 });
    await expect(world.session.renew('t1')).rejects.toBe(world.failure);
    expect(world.session.state().status).toBe('signed-in');
  });

  it('tells the server of a sign-out, with the token it had, and forgets it first', async () => {
    const world = backend();
    await world.session.restore();
    const seen: string[] = [];
    world.session.subscribe(() => seen.push(world.session.state().status));
    await world.session.signOut();
    expect(seen).toEqual(['signed-out']);
    expect(world.asked.logout).toEqual(['t1']);
    expect(await world.session.current()).toBeUndefined();
  });

  it('tells the server of a sign-out everywhere by its own call', async () => {
    const world = backend();
    await world.session.restore();
    await world.session.signOut({ everywhere: true });
    expect(world.session.state().status).toBe('signed-out');
    expect(world.asked).toMatchObject({ logout: [], logoutAll: ['t1'] });
  });
});

describe('the tenant of a session', () => {
  const tenantOf = (world: ReturnType<typeof backend>) => {
    const state = world.session.state();
    return 'user' in state ? state.user.tenantId : undefined;
  };
  const session = { token: 't0', refreshToken: '', expiresIn: 600, user: ada };

  it('is the one that this browser was last in', async () => {
    const world = backend({ tenant: 'other' });
    await world.session.restore();
    expect(tenantOf(world)).toBe('other');
  });

  it('is home where the one of last time lets the account in no longer', async () => {
    const world = backend({ tenant: 'lost' });
    await world.session.restore();
    expect(tenantOf(world)).toBe(ada.tenantId);
    expect(world.tenant).toBeUndefined();
  });

  it('outlives the end of the session: signing in again leads back to it, in one step', async () => {
    const world = backend({ tenant: 'other' });
    await world.session.restore();
    world.failure = refused;
    await world.session.renew('t1');
    const seen: (string | undefined)[] = [];
    world.session.subscribe(() => seen.push(tenantOf(world)));
    await world.session.begin(session);
    expect(seen).toEqual(['other']);
    expect(world.session.state().status).toBe('signed-in');
  });

  it('changes once it is sure that the account is let in, and what must be done before is done', async () => {
    const world = backend();
    await world.session.restore();
    const seen: (string | undefined)[] = [];
    await world.session.switchTenant('other', () => {
      seen.push(tenantOf(world), world.tenant);
      return Promise.resolve();
    });
    expect(seen).toEqual([ada.tenantId, undefined]);
    expect([tenantOf(world), world.tenant]).toEqual(['other', 'other']);
  });

  it('stays where the other one refuses', async () => {
    const world = backend();
    await world.session.restore();
    await expect(world.session.switchTenant('lost')).rejects.toBe(foreign);
    expect([tenantOf(world), world.tenant]).toEqual([ada.tenantId, undefined]);
  });

  it('is not entered by someone who has signed out meanwhile', async () => {
    const world = backend();
    await world.session.restore();
    await world.session.switchTenant('other', () => world.session.signOut());
    expect(world.session.state()).toEqual({ status: 'signed-out' });
    expect(world.tenant).toBeUndefined();
  });
});

describe('the account of a session', () => {
  it('can be changed while it is signed in', async () => {
    const world = backend();
    await world.session.restore();
    world.session.update({ ...ada, firstName: 'Augusta' });
    expect(world.session.state()).toMatchObject({ status: 'signed-in', user: { firstName: 'Augusta' } });
    await world.session.signOut();
    world.session.update(ada);
    expect(world.session.state()).toEqual({ status: 'signed-out' });
  });
});
