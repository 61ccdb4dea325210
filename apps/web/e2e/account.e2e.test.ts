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

const { me } = routes.identity;

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
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect((await other.send(me)).status).toBe(401);
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
