import { routes } from '@quadrax/contract';
import { eventually, newRegistration, signIn, smtpServer } from '@quadrax/testkit';
import type { SmtpServer } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Account, Stage, Visit } from './stage.ts';

let mails: SmtpServer;
let stage: Stage;
beforeAll(async () => {
  mails = await smtpServer();
  stage = await openStage(mails.env);
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(async () => {
  await stage.close();
  await mails.close();
});

const weak = 'password1234';
const strong = 'plum harvest under a tin moon';

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });

/** The path of the link in the newest mail to somebody that has this subject. */
const linkIn = async (recipient: string, subject: string): Promise<string> => {
  const mail = await eventually(
    `the mail "${subject}" has come`,
    () => mails.mails.findLast((mail) => mail.to === recipient && mail.subject === subject),
    (found) => found !== undefined,
  );
  return pathIn(mail?.links[0] ?? '');
};

const pathIn = (link: string): string => {
  const { pathname, search } = new URL(link);
  return pathname + search;
};

/** Neither the address bar nor what lies behind it in the history holds a token. */
const expectNoToken = async (page: Page): Promise<void> => {
  expect(page.url()).not.toContain('token');
  const length = await page.evaluate(() => history.length);
  // The blank page of a new window, and this one.
  expect(length).toBeLessThanOrEqual(2);
};

const fillNames = async (page: Page): Promise<void> => {
  await field(page, 'First name').fill('Grace');
  await field(page, 'Last name').fill('Hopper');
};

describe('Registering', () => {
  it('says how weak a password is, refuses it at its field, and takes a strong one', async () => {
    const { email } = newRegistration();
    const { page, expect: expected } = await stage.visit({ at: '/register' });
    await fillNames(page);
    await field(page, 'Email').fill(email);
    await field(page, 'Password').fill(weak);
    await page.getByText(/^(Very weak|Weak) · guessing it would take/).waitFor();
    // Said to those who listen, once it has settled.
    await page
      .getByRole('status')
      .filter({ hasText: /^Password strength: (Very weak|Weak)\./ })
      .waitFor({ state: 'attached' });
    expected(/status of 400/);
    await button(page, 'Register').click();
    await page.locator('input[type="password"][aria-invalid="true"]').waitFor();
    expect(await field(page, 'Email').inputValue()).toBe(email);
    await field(page, 'Password').fill(strong);
    await page.getByText(/^(Good|Strong) · guessing it would take/).waitFor();
    await button(page, 'Register').click();
    await heading(page, 'Overview').waitFor();

    // The address is not confirmed yet: the notice stays until the link from the mail was opened.
    const notice = page.getByRole('region', { name: 'Email address' });
    await notice.waitFor();
    await page.goto(await linkIn(email, 'Confirm your email address'));
    await heading(page, 'Your address is confirmed').waitFor();
    expect(page.url()).not.toContain('token');
    await page.getByRole('link', { name: 'Go to the overview' }).click();
    await heading(page, 'Overview').waitFor();
    expect(await notice.count()).toBe(0);
  });

  it('counts one’s own name for little in a password', async () => {
    const { page } = await stage.visit({ at: '/register' });
    await field(page, 'First name').fill('Wilhelmina');
    await field(page, 'Last name').fill('Featherstonehaugh');
    await field(page, 'Password').fill('wilhelminafeatherstonehaugh');
    await page.getByText(/^(Very weak|Weak) · /).waitFor();
    await field(page, 'Password').fill('wilhelminafeatherstonehaugh plum harvest');
    await page.getByText(/^(Good|Strong) · /).waitFor();
    expect(await page.getByText(/^(Very weak|Weak) · /).count()).toBe(0);
  });

  it('is not offered where it is closed', async () => {
    const closed = await openStage({ REGISTRATION_OPEN: 'false' });
    try {
      const { page } = await closed.visit({ at: '/register' });
      await heading(page, 'Registration is closed').waitFor();
      await page.getByRole('link', { name: 'Back to sign in' }).click();
      await heading(page, 'Sign in').waitFor();
      expect(await page.getByRole('link', { name: 'Register' }).count()).toBe(0);
    } finally {
      await closed.leave();
      await closed.close();
    }
  });
});

describe('A confirmation of an email address', () => {
  it('can be asked for again, and the notice be put away for the session', async () => {
    const account = await stage.account();
    const { page } = await stage.visit({ as: account, at: '/' });
    const notice = page.getByRole('region', { name: 'Email address' });
    const first = await linkIn(account.email, 'Confirm your email address');
    await notice.getByRole('button', { name: 'Send the link again' }).click();
    await notice.getByText('A new link is on its way.').waitFor();
    await eventually(
      'another link has come',
      () => linkIn(account.email, 'Confirm your email address'),
      (link) => link !== first,
    );
    await notice.getByRole('button', { name: 'Put away for now' }).click();
    await notice.waitFor({ state: 'detached' });
    await page.reload();
    await heading(page, 'Overview').waitFor();
    expect(await notice.count()).toBe(0);
  });

  it('is asked for once as the page opens, and works once', async () => {
    const { email } = await stage.account();
    const link = await linkIn(email, 'Confirm your email address');
    const { page, expect: expected } = await stage.visit();
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/auth/verify-email')) asked += 1;
    });
    await page.goto(link);
    await page.getByText(`${email} belongs to your account.`).waitFor();
    expect(asked).toBe(1);
    await expectNoToken(page);
    expected(/status of 400/);
    await page.goto(link);
    await heading(page, 'This link is no longer good').waitFor();
  });
});

describe('A forgotten password', () => {
  it('is chosen anew with the link from the mail, which works once', async () => {
    const account = await stage.account();
    const { page, expect: expected } = await stage.visit({ at: '/sign-in' });
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await field(page, 'Email').fill(account.email);
    await button(page, 'Send the link').click();
    await heading(page, 'Look into your mail').waitFor();
    const link = await linkIn(account.email, 'Choose a new password');

    const other = await stage.visit({ at: link });
    await field(other.page, 'New password').waitFor();
    await expectNoToken(other.page);
    await field(other.page, 'New password').fill(strong);
    await button(other.page, 'Change the password').click();
    await other.page.getByText('The password was changed. Sign in with the new one.').waitFor();
    await field(other.page, 'Email or user name').fill(account.email);
    await field(other.page, 'Password').fill(strong);
    await button(other.page, 'Sign in').click();
    await heading(other.page, 'Overview').waitFor();
    expect((await account.client.send(routes.account.me)).status).toBe(401);

    expected(/status of 400/);
    await page.goto(link);
    await field(page, 'New password').fill('another long sentence of mine');
    await button(page, 'Change the password').click();
    await heading(page, 'This link is no longer good').waitFor();
    await page.getByRole('link', { name: 'Ask for a new link' }).click();
    await heading(page, 'Forgot your password?').waitFor();
  });

  it('is answered alike for an address that no account has', async () => {
    const { page } = await stage.visit({ at: '/forgot-password' });
    await field(page, 'Email').fill('nobody@example.org');
    await button(page, 'Send the link').click();
    await heading(page, 'Look into your mail').waitFor();
    await page.getByText('If an account has the address nobody@example.org, a link is on its way.').waitFor();
    expect(mails.mails.some(({ to }) => to === 'nobody@example.org')).toBe(false);
  });
});

describe('An invitation', () => {
  const invite = async (email: string) => {
    const owner = await stage.account();
    const { link } = await owner.client.call(routes.users.invite, { body: { email, role: 'VIEWER' } });
    return { link: pathIn(link), workspace: owner.client.user.tenantName, owner };
  };

  it('lets a new person open an account, right in the workspace', async () => {
    const email = 'grace.invited@example.org';
    const { link, workspace } = await invite(email);
    const { page } = await stage.visit({ at: link });
    await heading(page, `Join ${workspace}`).waitFor();
    await expectNoToken(page);
    expect(await field(page, 'Email').inputValue()).toBe(email);
    await fillNames(page);
    await field(page, 'Password').fill(strong);
    await button(page, 'Open an account and join').click();
    await heading(page, 'Overview').waitFor();
    await page.getByRole('button', { name: 'Account of Grace Hopper' }).click();
    await page.getByRole('menuitem', { name: 'Account and sessions' }).click();
    await page.getByText(`${email} · Viewer of ${workspace}`).waitFor();
  });

  it('lets an account in that signs in for it, and opens the workspace', async () => {
    const guest = await stage.account();
    const { link, workspace } = await invite(guest.email);
    const { page, expect: expected } = await stage.visit({ at: link });
    await page.getByText('Sign in to join.').waitFor();
    await field(page, 'Password').fill(guest.password);
    await button(page, 'Sign in').click();
    await heading(page, 'Overview').waitFor();
    await page.goto('/account');
    await page.getByText(`${guest.email} · Viewer of ${workspace}`).waitFor();
    expected(/status of 400/);
    await page.goto(link);
    await heading(page, 'This invitation is no longer good').waitFor();
  });

  it('asks somebody else to sign out first, and whom it is for only to join', async () => {
    const [guest, other] = await Promise.all([stage.account(), stage.account()]);
    const { link, workspace } = await invite(guest.email);
    const { page } = await stage.visit({ as: other, at: link });
    await heading(page, 'You are signed in as somebody else').waitFor();
    await button(page, 'Sign out').click();
    await page.getByText('Sign in to join.').waitFor();
    const mine = await stage.visit({ as: guest, at: link });
    await button(mine.page, `Join ${workspace}`).click();
    await heading(mine.page, 'Overview').waitFor();
    await mine.page.goto('/account');
    await mine.page.getByText(`${guest.email} · Viewer of ${workspace}`).waitFor();
    const places = await guest.client.call(routes.account.memberships);
    expect(places.map(({ name, role }) => `${role} of ${name}`)).toContain(`VIEWER of ${workspace}`);
  });
});

describe('The first start', () => {
  it('makes the first administrator of the platform, once', async () => {
    const link = pathIn((await stage.server.app.modules.identity.setupLink()) ?? '');
    const { page, expect: expected } = await stage.visit({ at: link });
    await heading(page, 'Set up Quadrax').waitFor();
    await expectNoToken(page);
    await fillNames(page);
    await field(page, 'Email').fill('grace.operator@example.org');
    await field(page, 'Password').fill(strong);
    await field(page, 'Workspace name').fill('Compilers');
    await button(page, 'Set up').click();
    await heading(page, 'Overview').waitFor();
    const { user } = await signIn(stage.url, 'grace.operator@example.org', strong);
    expect(user).toMatchObject({ platformAdministrator: true, emailVerified: true, tenantName: 'Compilers' });

    const late = await stage.visit({ at: link });
    expected(/status of 400/);
    late.expect(/status of 400/);
    await fillNames(late.page);
    await field(late.page, 'Email').fill('grace.late@example.org');
    await field(late.page, 'Password').fill(strong);
    await button(late.page, 'Set up').click();
    await heading(late.page, 'This link is no longer good').waitFor();
  });
});

describe('Signing in elsewhere', () => {
  let provided: Stage;
  beforeAll(async () => {
    provided = await openStage({
      // Nothing listens there.
      OIDC_ISSUER: 'http://127.0.0.1:9',
      OIDC_CLIENT_ID: 'quadrax',
      OIDC_LABEL: 'Navy',
    });
  });
  afterEach(({ task }) => provided.leave(task.result?.state === 'fail'));
  afterAll(() => provided.close());

  /** In place of the way to the provider and back: the cookie that it ends with, and the page one wanted. */
  const letIn = async ({ context }: Visit, { email, password }: Account): Promise<void> => {
    const { session } = await signIn(provided.url, email, password);
    await context.route('**/api/v1/auth/openid?*', async (route) => {
      const value = session?.refreshToken ?? '';
      const domain = new URL(provided.url).hostname;
      await context.addCookies([
        { name: 'quadrax_refresh', value, domain, path: '/api', httpOnly: true, sameSite: 'Strict' },
      ]);
      const location = new URL(route.request().url()).searchParams.get('returnTo') ?? '';
      await route.fulfill({ status: 302, headers: { location } });
    });
  };

  it('is offered where a provider is configured, and says why it did not work', async () => {
    const { page, expect: expected } = await provided.visit({ at: '/models' });
    expected(/status of 401/);
    await page.getByRole('link', { name: 'Sign in with Navy' }).click();
    await page.getByText('The service you wanted to sign in with does not answer.').waitFor();
    expect(await page.evaluate(() => localStorage.getItem('quadrax.session'))).toBeNull();
    await field(page, 'Password').waitFor();
  });

  it('leads back, signed in, to the page that was asked for', async () => {
    const account = await provided.account();
    const visit = await provided.visit({ at: '/models?status=DEPLOYED' });
    await letIn(visit, account);
    await visit.page.getByRole('link', { name: 'Sign in with Navy' }).click();
    await heading(visit.page, 'Models').waitFor();
    expect(visit.page.url()).toBe(`${provided.url}/models?status=DEPLOYED`);
  });

  it('leads back to the invitation it was for', async () => {
    const [owner, guest] = await Promise.all([provided.account(), provided.account()]);
    const { link } = await owner.client.call(routes.users.invite, { body: { email: guest.email } });
    const visit = await provided.visit({ at: pathIn(link) });
    await letIn(visit, guest);
    await visit.page.getByRole('link', { name: 'Sign in with Navy' }).click();
    await button(visit.page, `Join ${owner.client.user.tenantName}`).click();
    await heading(visit.page, 'Overview').waitFor();
    const places = await guest.client.call(routes.account.memberships);
    expect(places.map(({ tenantId }) => tenantId)).toContain(owner.client.tenantId);
  });
});
