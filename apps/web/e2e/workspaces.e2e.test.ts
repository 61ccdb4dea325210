import { routes } from '@quadrax/contract';
import { readyDatakit } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { framesFromNowOn } from './sockets.ts';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const named = async (account: Account, name: string): Promise<void> => {
  await stage.server.database.owner('UPDATE auth.tenants SET name = $2 WHERE tenant_id = $1', [
    account.client.tenantId,
    name,
  ]);
};

/** An account that belongs to another's workspace besides its own, in which there is a datakit. */
const inTwo = async (home: string, other: string) => {
  const [guest, owner] = await Promise.all([stage.account(), stage.account()]);
  await Promise.all([named(guest, home), named(owner, other)]);
  const { link } = await owner.client.call(routes.users.invite, {
    body: { email: guest.email, role: 'VIEWER' },
  });
  const token = new URL(link).searchParams.get('token');
  await guest.client.call(routes.account.join, { body: { token } });
  await readyDatakit(owner.client);
  return { guest, owner };
};

const LONG = { timeout: 15_000 };

const accountButton = (page: Page) => page.getByRole('button', { name: /^Account of/ });

const switchTo = async (page: Page, name: string): Promise<void> => {
  await accountButton(page).click();
  await page.getByRole('menuitemradio', { name }).click();
  await accountButton(page).filter({ hasText: name }).waitFor();
};

const datakits = (page: Page) => page.getByRole('table', { name: 'Datakits' }).getByRole('link');

describe('Switching the workspace', () => {
  it('shows what is in the other one, and is remembered', async () => {
    const { guest } = await inTwo('Home of the guest', 'Shared lab');
    const { page } = await stage.visit({ as: guest, at: '/datakits' });
    await page.getByText('Drop a file here').waitFor();
    await switchTo(page, 'Shared lab');
    await heading(page, 'Overview').waitFor();
    await page.getByRole('link', { name: 'Datakits', exact: true }).first().click();
    await datakits(page).filter({ hasText: 'Grades' }).waitFor();
    // A viewer there, though an administrator at home.
    expect(await page.getByRole('button', { name: 'Upload files' }).count()).toBe(0);
    await page.reload();
    await datakits(page).filter({ hasText: 'Grades' }).waitFor();
    await switchTo(page, 'Home of the guest');
    await page.getByRole('link', { name: 'Datakits', exact: true }).first().click();
    await page.getByText('Drop a file here').waitFor();
    expect(await datakits(page).count()).toBe(0);
  });

  it('moves the connection of events along', async () => {
    const { guest, owner } = await inTwo('Quiet home', 'Busy lab');
    const { page } = await stage.visit({ as: guest, at: '/datakits' });
    await page.getByText('Drop a file here').waitFor();
    const frames = framesFromNowOn(page);
    await switchTo(page, 'Busy lab');
    await expect.poll(() => frames.some((frame) => frame.startsWith('40')), LONG).toBe(true);
    await page.getByRole('link', { name: 'Datakits', exact: true }).first().click();
    await datakits(page).filter({ hasText: 'Grades' }).waitFor();
    await readyDatakit(owner.client);
    const told = () => frames.some((frame) => frame.includes('datakit.ready'));
    await expect.poll(told, LONG).toBe(true);
    await expect.poll(() => datakits(page).count()).toBe(2);
  });

  it('outlives the end of the session: who signs in again is where they were', async () => {
    const { guest } = await inTwo('Home once more', 'Lasting lab');
    const { page, expect: expected } = await stage.visit({ as: guest, at: '/' });
    await switchTo(page, 'Lasting lab');
    await page.getByRole('link', { name: 'Datakits', exact: true }).first().click();
    await datakits(page).filter({ hasText: 'Grades' }).waitFor();
    expected(/401/);
    await stage.server.database.owner('UPDATE auth.sessions SET revoked_at = now()');
    await page.getByRole('link', { name: 'Models', exact: true }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password', { exact: true }).fill(guest.password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    await heading(page, 'Models').waitFor();
    expect(new URL(page.url()).pathname).toBe('/models');
    await accountButton(page).filter({ hasText: 'Lasting lab' }).waitFor();
  });

  it('leads home when the other one lets the account in no longer', async () => {
    const { guest, owner } = await inTwo('Safe home', 'Closed lab');
    const { page, expect: expected } = await stage.visit({ as: guest, at: '/' });
    await switchTo(page, 'Closed lab');
    expected(/403/);
    await owner.client.call(routes.users.remove, { params: { id: guest.client.user.id } });
    // The connection of events ends, and the page asks how it stands.
    await accountButton(page).filter({ hasText: 'Safe home' }).waitFor();
    await heading(page, 'Overview').waitFor();
    await page.getByText('You are no longer a member of Closed lab.').waitFor();
    // The next start finds nothing of it any more.
    await page.reload();
    await accountButton(page).filter({ hasText: 'Safe home' }).waitFor();
    expect(await page.evaluate(() => localStorage.getItem('quadrax.tenant'))).toBeNull();
  });

  it('leads home at once where the account was let out while it was away', async () => {
    const { guest, owner } = await inTwo('Open home', 'Lost lab');
    const { page, expect: expected } = await stage.visit({ as: guest, at: '/' });
    await switchTo(page, 'Lost lab');
    await page.goto('about:blank');
    await owner.client.call(routes.users.remove, { params: { id: guest.client.user.id } });
    expected(/403/);
    await page.goto(`${stage.url}/datakits`);
    await accountButton(page).filter({ hasText: 'Open home' }).waitFor();
    await heading(page, 'Datakits').waitFor();
  });
});

describe('The workspaces of an account', () => {
  it('are listed with one’s role, and can be left', async () => {
    const { guest } = await inTwo('My own', 'Their lab');
    const { page, expect: expected } = await stage.visit({ as: guest, at: '/account' });
    const rows = page.getByRole('table', { name: 'Workspaces' }).getByRole('row');
    await rows.filter({ hasText: 'My own' }).getByText('Administrator').waitFor();
    await rows.filter({ hasText: 'Their lab' }).getByText('Viewer').waitFor();
    // Whoever is the last administrator of one cannot leave it; left, one that is here is asked for once more.
    expected(/409|403.*\/auth\/me/);
    await button(page, 'Leave My own').click();
    const dialog = page.getByRole('dialog', { name: 'Leave My own?' });
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await dialog.getByText(/last administrator/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });

    await button(page, 'Switch to Their lab').click();
    await accountButton(page).filter({ hasText: 'Their lab' }).waitFor();
    await page.goto('/account');
    await button(page, 'Leave Their lab').click();
    await page
      .getByRole('dialog', { name: 'Leave Their lab?' })
      .getByRole('button', { name: 'Leave' })
      .click();
    await accountButton(page).filter({ hasText: 'My own' }).waitFor();
    await rows.filter({ hasText: 'Their lab' }).waitFor({ state: 'detached' });
    expect(await button(page, 'Leave My own').count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe('/account');
  });
});
