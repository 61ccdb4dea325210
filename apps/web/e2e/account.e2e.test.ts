import { routes } from '@quadrax/contract';
import { signIn } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const { me } = routes.account;

describe('The account page', () => {
  it('shows where one is signed in, and ends what one does not know', async () => {
    const account = await stage.account();
    const stranger = (await signIn(stage.url, account.email, account.password)).with({});
    const { page } = await stage.visit({ as: account, at: '/' });
    await page.getByRole('button', { name: /Account/ }).click();
    await page.getByRole('menuitem', { name: 'Account and sessions' }).click();
    const rows = page.getByRole('table', { name: 'Sessions' }).getByRole('row');
    // The head, the account's own first session, the stranger's, and this browser's.
    await rows.nth(3).waitFor();
    expect(await rows.filter({ hasText: 'This one' }).count()).toBe(1);

    expect((await stranger.send(me)).status).toBe(200);
    await page.getByRole('button', { name: 'End all others' }).click();
    await rows.nth(2).waitFor({ state: 'detached' });
    expect((await stranger.send(me)).status).toBe(401);
    expect(await rows.count()).toBe(2);
    await page.getByRole('button', { name: 'End all others' }).waitFor({ state: 'detached' });
  });

  it('changes the password, and says at the field what is wrong with it', async () => {
    const account = await stage.account();
    const visit = await stage.visit({ as: account, at: '/account' });
    const { page } = visit;
    const present = page.getByLabel('Present password', { exact: true });
    const next = page.getByLabel('New password', { exact: true });
    const send = page.getByRole('button', { name: 'Change the password' });
    await present.fill('not the password');
    await next.fill('another long sentence');
    visit.expect(/status of 400/);
    await send.click();
    await page.getByText('This is not your present password.').waitFor();
    await present.fill(account.password);
    await send.click();
    await page.getByText('The password was changed.').waitFor();
    expect(await next.inputValue()).toBe('');
    const again = await signIn(stage.url, account.email, 'another long sentence');
    expect((await again.send(me)).status).toBe(200);
  });

  it('signs out everywhere, this browser too', async () => {
    const account = await stage.account();
    const other = await signIn(stage.url, account.email, account.password);
    const { page } = await stage.visit({ as: account, at: '/account' });
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign out everywhere?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await other.send(me)).status).toBe(200);
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('You are signed out everywhere.').waitFor();
    await page.getByRole('link', { name: 'Register' }).waitFor();
    expect((await other.send(me)).status).toBe(401);
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('changes one’s names and user name, and says which is taken', async () => {
    const [account, other] = await Promise.all([stage.account(), stage.account()]);
    await other.client.call(routes.account.updateMe, { body: { username: 'taken.name' } });
    const { page, expect: expected } = await stage.visit({ as: account, at: '/account' });
    await page.getByLabel('First name').fill('Augusta');
    const username = page.getByLabel('User name', { exact: true });
    await username.fill('taken.name');
    expected(/status of 409/);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This user name is taken.').waitFor();
    await username.fill('augusta.ada');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Augusta Test' }).waitFor();
    expect(await account.client.call(routes.account.me)).toMatchObject({
      firstName: 'Augusta',
      username: 'augusta.ada',
    });
  });

  it('asks for the password before the email address is changed', async () => {
    const account = await stage.account();
    const { page, expect: expected } = await stage.visit({ as: account, at: '/account' });
    await page.getByText('This server sends no mail.').waitFor();
    await page.getByRole('button', { name: 'Change the address' }).click();
    await page.getByLabel('New address').fill('augusta.new@example.org');
    await page.getByLabel('Your password', { exact: true }).fill('not the password');
    expected(/status of 400/);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('This is not your present password.').waitFor();
    await page.getByLabel('Your password', { exact: true }).fill(account.password);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('The address changes once it is opened.').waitFor();
    expect((await account.client.call(routes.account.me)).email).toBe(account.email);
  });
});

describe('API keys', () => {
  it('are made, shown once, work for programs, and are revoked', async () => {
    const account = await stage.account();
    const { page } = await stage.visit({ as: account, at: '/account' });
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Nightly report');
    await dialog.getByLabel('Expires').selectOption('30 days');
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    const key = await dialog.getByLabel('Key', { exact: true }).inputValue();
    expect(key).toMatch(/^\S{20,}$/);
    await dialog.getByText('/api/v1/datakits').waitFor();
    // A stray key must not take it away.
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(1);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });

    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`${stage.url}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${key}` } });
    expect((await ask('/datakits')).status).toBe(200);
    // It may read, and not change.
    expect((await ask('/datakits/samples/penguins', { method: 'POST' })).status).toBe(403);
    const row = page.getByRole('table', { name: 'API keys' }).getByRole('row', { name: /Nightly report/ });
    await row.getByText('Read', { exact: true }).waitFor();
    expect(await page.content()).not.toContain(key);

    await page.getByRole('button', { name: 'Revoke Nightly report' }).click();
    await page
      .getByRole('dialog', { name: 'Revoke Nightly report?' })
      .getByRole('button', { name: 'Revoke' })
      .click();
    await page.getByText('No keys yet.').waitFor();
    expect((await ask('/datakits')).status).toBe(401);
  });

  it('of a viewer can only be made to read', async () => {
    const account = await stage.account();
    await stage.server.database.owner(`UPDATE auth.memberships SET role = 'VIEWER' WHERE account_id = $1`, [
      account.client.user.id,
    ]);
    const { page } = await stage.visit({ as: account, at: '/account' });
    await page.getByText(/Viewer of/).waitFor();
    await page.getByRole('button', { name: 'New key' }).click();
    const choices = page.getByRole('dialog').getByRole('radio');
    await choices.first().waitFor();
    expect(await choices.count()).toBe(1);
  });
});
