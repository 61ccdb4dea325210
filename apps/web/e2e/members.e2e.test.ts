import { routes } from '@quadrax/contract';
import type { Role } from '@quadrax/contract';
import { asOperator, newModel, signIn } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const password = 'a long enough sentence';

/** An account that belongs to the tenant of somebody, and to no other. */
const memberOf = async (owner: Account, firstName: string, role: Role = 'USER'): Promise<Account> => {
  const email = `${firstName.toLowerCase()}-${crypto.randomUUID().slice(0, 8)}@example.org`;
  await owner.client.call(routes.users.create, {
    body: { email, firstName, lastName: 'Guest', role, password },
  });
  return { client: await signIn(stage.url, email, password), email, password };
};

const rowOf = (page: Page, table: string, text: string) =>
  page.getByRole('table', { name: table }).getByRole('row').filter({ hasText: text });

const roleOf = async (owner: Account, email: string): Promise<string> => {
  const { items } = await owner.client.page(routes.users.list, { query: { search: email } });
  return items[0]?.role ?? 'none';
};

describe('The members', () => {
  it('are invited by a link that is shown once, and withdrawn again', async () => {
    const owner = await stage.account();
    const { page } = await stage.visit({ as: owner, at: '/' });
    await page
      .getByRole('navigation', { name: 'Main', exact: true })
      .getByRole('link', { name: 'Members' })
      .click();
    await page.getByText('Nobody else yet').waitFor();
    await page.getByRole('button', { name: 'Invite somebody' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    await dialog.getByText('Enter an email address, such as').waitFor();
    await dialog.getByLabel('Email').fill('grace@example.org');
    await dialog.getByRole('radio', { name: 'Viewer' }).check();
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    await dialog.getByText('This server sends no mail.').waitFor();
    expect(await dialog.getByLabel('Link').inputValue()).toMatch(/^https?:\/\/.+/);
    await dialog.getByRole('button', { name: 'Copy' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();

    const row = rowOf(page, 'Invitations', 'grace@example.org');
    await row.getByText('Viewer').waitFor();
    await row.getByRole('button', { name: 'Withdraw the invitation of grace@example.org' }).click();
    await page.getByText('No invitation is open.').waitFor();
  });

  it('who are members already are not invited, which is said at the field', async () => {
    const owner = await stage.account();
    const visit = await stage.visit({ as: owner, at: '/members' });
    const { page } = visit;
    visit.expect(/status of 409/);
    await page.getByRole('button', { name: 'Invite somebody' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByLabel('Email').fill(owner.email);
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    await dialog.locator('input[type="email"][aria-invalid="true"]').waitFor();
    expect(await dialog.getByLabel('Email').inputValue()).toBe(owner.email);
  });

  it('get another role where they stand, are kept out, let in again, and removed', async () => {
    const owner = await stage.account();
    const guest = await memberOf(owner, 'Grace');
    const { page } = await stage.visit({ as: owner, at: '/members' });
    const row = rowOf(page, 'Members', guest.email);
    await row.getByRole('combobox', { name: 'Role of Grace Guest' }).selectOption('VIEWER');
    await expect.poll(() => roleOf(owner, guest.email)).toBe('VIEWER');

    const choose = async (item: string) => {
      await row.getByRole('button', { name: 'Actions for Grace Guest' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await page.getByText('Grace Guest is now a viewer.').waitFor();
    await choose('Deactivate');
    await page
      .getByRole('dialog', { name: 'Deactivate Grace Guest?' })
      .getByRole('button', { name: 'Deactivate' })
      .click();
    await row.getByText('Deactivated', { exact: true }).waitFor();
    await page.getByText('2 members · 1 deactivated').waitFor();
    expect((await guest.client.send(routes.account.me)).status).toBeGreaterThanOrEqual(400);
    // What was done can be taken back where it is said.
    const said = page.getByRole('alert').filter({ hasText: 'Deactivated Grace Guest' });
    await said.getByRole('button', { name: 'Undo' }).click();
    await row.getByText('Active').waitFor();
    expect((await guest.client.send(routes.account.me)).status).toBe(200);

    await choose('Remove');
    const dialog = page.getByRole('dialog', { name: 'Remove Grace Guest?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await row.count()).toBe(1);
    await choose('Remove');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
    expect(await roleOf(owner, guest.email)).toBe('none');
  });

  it('keep an administrator: the last one’s other role is refused in the row', async () => {
    const owner = await stage.account();
    const visit = await stage.visit({ as: owner, at: '/members' });
    const { page } = visit;
    visit.expect(/status of 409/);
    const row = rowOf(page, 'Members', owner.email);
    await row.getByRole('combobox').selectOption('USER');
    await row.getByText('This is the last administrator. Make somebody else one first.').waitFor();
    expect(await row.getByRole('combobox').inputValue()).toBe('ADMIN');
  });

  it('are found by name, role and state, which the address bar keeps', async () => {
    const owner = await stage.account();
    await memberOf(owner, 'Grace', 'VIEWER');
    await memberOf(owner, 'Lise');
    const { page } = await stage.visit({ as: owner, at: '/members' });
    await page.getByText('3 members').waitFor();
    await page.getByRole('searchbox', { name: 'Search members' }).fill('grace');
    await page.getByText('1 member fits').waitFor();
    await page.getByRole('searchbox', { name: 'Search members' }).fill('');
    await page.getByRole('combobox', { name: 'Role', exact: true }).selectOption('USER');
    await page.getByText('1 member fits').waitFor();
    await page.getByText('Lise Guest').waitFor();
    expect(new URL(page.url()).search).toBe('?role=USER');
    await page.reload();
    await page.getByText('1 member fits').waitFor();
    await page.getByRole('combobox', { name: 'State', exact: true }).selectOption('false');
    await page.getByText('No member fits.').waitFor();
  });

  it('are read by others, who change nothing and see no log', async () => {
    const owner = await stage.account();
    const guest = await memberOf(owner, 'Grace');
    const { page } = await stage.visit({ as: guest, at: '/members' });
    await rowOf(page, 'Members', owner.email).getByText('Administrator').waitFor();
    expect(await page.getByRole('button', { name: /Invite|Actions for/ }).count()).toBe(0);
    expect(await page.getByRole('heading', { name: 'Invitations' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
    await page.goto('/audit');
    await page.getByText('For administrators').waitFor();
    await page.goto('/platform');
    await page.getByText('For platform administrators').waitFor();
  });

  it('that cannot be read say so, and are read again', async () => {
    const owner = await stage.account();
    const visit = await stage.visit({ as: owner });
    const { page } = visit;
    visit.expect(/status of 500/);
    const fail = {
      status: 500,
      json: { success: false, error: 'Something failed on our side.', code: 'INTERNAL', requestId: 'r' },
    };
    await page.route('**/api/v1/users?*', (route) => route.fulfill(fail));
    await page.goto('/members');
    await page.getByText('The members could not be read.').waitFor();
    await page.unroute('**/api/v1/users?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await rowOf(page, 'Members', owner.email).waitFor();
    expect(await page.getByText('could not be read').count()).toBe(0);
  });
});

describe('The name of a workspace', () => {
  it('is changed where it stands, and the frame shows it at once', async () => {
    const owner = await stage.account();
    const guest = await memberOf(owner, 'Grace');
    const { page } = await stage.visit({ as: owner, at: '/members' });
    await page.getByRole('button', { name: /^Name of the workspace:/ }).click();
    const field = page.getByRole('textbox', { name: 'Name of the workspace' });
    await field.fill('Looms and engines');
    await field.press('Enter');
    await page
      .getByRole('button', { name: /^Account of/ })
      .filter({ hasText: 'Looms and engines' })
      .waitFor();
    const other = await stage.visit({ as: guest, at: '/members' });
    await other.page.getByText('Looms and engines').first().waitFor();
    expect(await other.page.getByRole('button', { name: /^Name of the workspace/ }).count()).toBe(0);
  });
});

describe('Whoever may do less than before', () => {
  it('is told so, and sees the page without what they may not', async () => {
    const owner = await stage.account();
    const guest = await memberOf(owner, 'Grace', 'ADMIN');
    const visit = await stage.visit({ as: guest, at: '/members' });
    const { page } = visit;
    await page.getByRole('button', { name: 'Invite somebody' }).first().waitFor();
    visit.expect(/status of 403/);
    await owner.client.call(routes.users.update, {
      params: { id: guest.client.user.id },
      body: { role: 'VIEWER' },
    });
    await page.getByText('Your role here is now Viewer.').waitFor();
    await expect.poll(() => page.getByRole('button', { name: /^(Invite|Actions for)/ }).count()).toBe(0);
  });

  it('is told so by what is refused, where no events arrive', async () => {
    const owner = await stage.account();
    const guest = await memberOf(owner, 'Grace', 'ADMIN');
    const visit = await stage.visit({ as: guest });
    const { page } = visit;
    await page.routeWebSocket(/socket|ws/, (socket) => socket.close());
    visit.expect(/status of 403|WebSocket/);
    await page.goto('/members');
    await page.getByRole('button', { name: 'Invite somebody' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByLabel('Email').fill('grace@example.org');
    await owner.client.call(routes.users.update, {
      params: { id: guest.client.user.id },
      body: { role: 'USER' },
    });
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    await page.getByText('Your role here is now Member.').waitFor();
    expect(await page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
  });

  it('and may enter no workspace is signed out, and told why', async () => {
    const owner = await stage.account();
    const guest = await memberOf(owner, 'Grace');
    const visit = await stage.visit({ as: guest, at: '/members' });
    const { page } = visit;
    await rowOf(page, 'Members', owner.email).waitFor();
    visit.expect(/status of 403/);
    await owner.client.call(routes.users.update, {
      params: { id: guest.client.user.id },
      body: { active: false },
    });
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await page.getByText(/You are no longer a member of .+, and of no other workspace/).waitFor();
    expect(await page.getByText(owner.email).count()).toBe(0);
  });

  it('because the account was disabled reads that where they sign in, and only with their password', async () => {
    const owner = await stage.account();
    const visit = await stage.visit({ as: owner, at: '/members' });
    const { page } = visit;
    visit.expect(/status of 40[13]/);
    const operator = await stage.account();
    await asOperator(stage.server.database, operator.client);
    await operator.client.call(routes.platform.updateAccount, {
      params: { id: owner.client.user.id },
      body: { disabled: true },
    });
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByText('The account was disabled.').waitFor();
    const signInWith = async (secret: string) => {
      await dialog.getByLabel('Password', { exact: true }).fill(secret);
      await dialog.getByRole('button', { name: 'Sign in' }).click();
    };
    await signInWith('not the password');
    await dialog.getByText('The email or the password is wrong.').waitFor();
    expect(await dialog.getByText('This account is disabled.').count()).toBe(0);
    await signInWith(owner.password);
    await dialog.getByText('This account is disabled. Ask a platform administrator').waitFor();
  });
});

describe('The audit log', () => {
  it('tells in sentences what happened, and opens to what changed', async () => {
    const owner = await stage.account();
    const guest = await memberOf(owner, 'Grace');
    const { id } = await newModel(guest.client, { name: 'First' });
    await guest.client.call(routes.models.update, { params: { id }, body: { name: 'Second' } });
    const { page } = await stage.visit({ as: owner, at: '/audit' });
    const entries = page.getByRole('list', { name: 'Entries' }).getByRole('listitem');
    await entries.filter({ hasText: 'Grace Guest changed the model First' }).locator('summary').click();
    const row = page
      .getByRole('table', { name: 'What changed' })
      .getByRole('row')
      .filter({ hasText: 'Name' });
    expect(await row.getByRole('cell').allTextContents()).toEqual(['First', 'Second']);
    await entries.filter({ hasText: 'Ada Test signed in' }).first().waitFor();
    await page.getByRole('link', { name: 'All that happened to it' }).click();
    await page.getByText('2 entries fit').waitFor();
    await page.getByRole('button', { name: 'Only Second · Show all' }).click();
    await page.getByRole('combobox', { name: 'Who' }).selectOption({ label: 'Grace Guest' });
    await page.getByRole('combobox', { name: 'What' }).selectOption('model');
    await page.getByText('2 entries fit').waitFor();
    await page.reload();
    await page.getByText('2 entries fit').waitFor();
    await page.getByLabel('To', { exact: true }).fill('2020-01-01');
    await page.getByText('No entry fits').waitFor();
    await page.getByRole('link', { name: 'Show all entries' }).click();
    await page.getByRole('searchbox', { name: 'Search the log' }).fill('second');
    await page.getByText('1 entry fits').waitFor();
  });

  it('is exported as it is filtered', async () => {
    const owner = await stage.account();
    await newModel(owner.client, { name: 'Exported' });
    const { page } = await stage.visit({ as: owner, at: '/audit?action=model' });
    await page.getByText('1 entry fits').waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'NDJSON, for a program' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^audit-[\d-]{10}\.ndjson$/);
    const stream = await file.createReadStream();
    const text = (await stream.toArray()).join('');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { action: string }).action),
    ).toEqual(['model.created']);
  });

  it('is checked, and says which entry is not as it was', async () => {
    const owner = await stage.account();
    await newModel(owner.client, { name: 'One' });
    const { page } = await stage.visit({ as: owner, at: '/audit' });
    await page.getByRole('button', { name: 'Check the log' }).click();
    await page.getByText(/\d entries, nothing was changed\.$/).waitFor();
    await stage.server.database.owner(
      `UPDATE quadrax.audit_log SET address = '' WHERE tenant_id = $1 AND id = 1`,
      [owner.client.tenantId],
    );
    await page.getByRole('button', { name: 'Check the log' }).click();
    await page.getByText('Entry 1 is not the one that was written.').waitFor();
    expect(await page.getByText('nothing was changed').count()).toBe(0);
  });

  it('is read on, a page at a time', async () => {
    const owner = await stage.account();
    await Promise.all(Array.from({ length: 60 }, () => newModel(owner.client)));
    const { page } = await stage.visit({ as: owner, at: '/audit' });
    const entries = page.getByRole('list', { name: 'Entries' }).getByRole('listitem');
    await entries.nth(49).waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await entries.nth(60).waitFor();
    await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
    expect(await entries.count()).toBe(62);
  });
});

describe('The platform’s accounts', () => {
  it('are disabled and enabled again, and made platform administrators, after a question', async () => {
    const operator = await stage.account();
    await asOperator(stage.server.database, operator.client);
    const other = await stage.account();
    const { page } = await stage.visit({ as: operator, at: '/' });
    await page
      .getByRole('navigation', { name: 'Main', exact: true })
      .getByRole('link', { name: 'Platform' })
      .click();
    await page.getByRole('searchbox', { name: 'Search accounts' }).fill(other.email);
    await page.getByText('1 account fits').waitFor();
    const row = rowOf(page, 'Accounts', other.email);
    const choose = async (item: string, title: RegExp, verb: string) => {
      await row.getByRole('button', { name: /^Actions for/ }).click();
      await page.getByRole('menuitem', { name: item }).click();
      const dialog = page.getByRole('dialog', { name: title });
      await dialog.getByRole('button', { name: verb }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await choose('Disable', /^Disable/, 'Disable');
    await row.getByText('Disabled').waitFor();
    expect((await other.client.send(routes.account.me)).status).toBe(401);
    // Who cannot sign in is not made to run the platform.
    await row.getByRole('button', { name: /^Actions for/ }).click();
    await page.getByRole('menuitem', { name: 'Enable' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /platform/ }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await choose('Enable', /^Enable/, 'Enable');
    await row.getByText('Active').waitFor();
    await choose('Make platform administrator', /a platform administrator\?$/, 'Make it so');
    await row.getByText('platform administrator').waitFor();
    await choose('Take the platform away', /^Take the platform/, 'Take it away');
    await row.getByText('platform administrator').waitFor({ state: 'detached' });
  });
});
