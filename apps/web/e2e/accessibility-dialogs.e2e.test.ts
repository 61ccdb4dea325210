import { routes } from '@quadrax/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { everywhere, settled, violationsOf } from './axe.ts';
import { openStage } from './stage.ts';
import type { Operator, Stage } from './stage.ts';

let stage: Stage;
let operator: Operator;
beforeAll(async () => {
  stage = await openStage();
  operator = await stage.operator();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

describe('axe finds nothing in what opens', () => {
  it('on the account page', async () => {
    const guest = await stage.account();
    const { link } = await operator.client.call(routes.users.invite, { body: { email: guest.email } });
    const body = { token: new URL(link).searchParams.get('token') };
    await guest.client.call(routes.account.join, { body });
    const { page } = await stage.visit({ as: guest, at: '/account' });
    await page.getByRole('button', { name: 'Change the address' }).click();
    expect(await everywhere(page)).toEqual([]);
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitemradio').first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page
      .getByRole('button', { name: /^Leave/ })
      .first()
      .click();
    await page.getByRole('dialog', { name: /^Leave/ }).waitFor();
    expect(await everywhere(page)).toEqual([]);
  });

  it('in the dialog that makes a key, and shows it', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/account' });
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New API key' });
    await dialog.getByLabel('Name').fill('Nightly');
    expect(await everywhere(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('button', { name: 'Done' }).waitFor();
    expect(await everywhere(page)).toEqual([]);
  });

  it('in the search, the keys, the menus and a table behind a chart', async () => {
    const { page } = await stage.visit({
      as: operator,
      at: `/datakits/${operator.ids.datakit}?column=hours`,
    });
    await settled(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Search' }).waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Options of Histogram of hours' }).click();
    await page.getByRole('menuitem', { name: 'Show as table' }).click();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });
});

describe('axe finds nothing where one sees to people', () => {
  it('in the invitation and its link', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/members' });
    await page.getByRole('button', { name: 'Invite somebody' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByLabel('Email').fill('grace@example.org');
    expect(await everywhere(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    await dialog.getByLabel('Link').waitFor();
    expect(await everywhere(page)).toEqual([]);
  });

  it('in an open entry of the log and the verdict on it', async () => {
    const { page } = await stage.visit({ as: operator, at: '/audit?action=model' });
    await page.locator('summary', { hasText: 'deployed version 1' }).click();
    await page.getByRole('button', { name: 'Check the log' }).click();
    await page.getByText('nothing was changed').waitFor();
    expect(await everywhere(page)).toEqual([]);
  });

  it('in the menu of a row and the question it asks', async () => {
    const { page } = await stage.visit({ as: operator, at: '/platform' });
    const other = await stage.account();
    await page.reload();
    const row = page.getByRole('row').filter({ hasText: other.email });
    await row.getByRole('button', { name: /^Actions for/ }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await page.getByRole('dialog', { name: /^Disable/ }).waitFor();
    expect(await everywhere(page)).toEqual([]);
  });
});
