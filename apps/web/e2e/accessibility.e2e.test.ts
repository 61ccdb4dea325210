import { AxeBuilder } from '@axe-core/playwright';
import { routes } from '@quadrax/contract';
import { asOperator, populate } from '@quadrax/testkit';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let account: Account;
let ids: { datakit: string; model: string; job: string; mail: string };
beforeAll(async () => {
  stage = await openStage();
  account = await stage.account();
  const { datakit, model, job, mail } = await populate(account.client, stage.server.database);
  ids = { datakit: datakit.id, model: model.id, job: job.id, mail: mail.id };
  await asOperator(stage.server.database, account.client);
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

/** As a link has one, though not one that is good. */
const token = 'a'.repeat(43);

const violationsOf = async (page: Page, rules?: string[]): Promise<string[]> => {
  const axe = new AxeBuilder({ page })
    .setLegacyMode(true)
    // Off by default: names say what is seen on a control (WCAG 2.5.3).
    .options({ rules: { 'label-content-name-mismatch': { enabled: true } } });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${help} at ${target.join(' ')} ${any[0]?.message ?? ''}`),
  );
};

/** What axe finds in both looks at both widths. The looks differ in their colours alone. */
const everywhere = async (page: Page): Promise<string[]> => {
  const found: string[] = [];
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    for (const look of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: look });
      await page.locator(`html[data-mantine-color-scheme="${look}"]`).waitFor();
      const violations = await violationsOf(page, look === 'dark' ? ['color-contrast'] : undefined);
      found.push(...violations.map((violation) => `${look}, ${width} px wide: ${violation}`));
    }
  }
  return found;
};

const settled = async (page: Page): Promise<void> => {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
};

describe('axe finds nothing', () => {
  it.for([
    '/sign-in',
    '/sign-in?problem=unconfirmed',
    '/sign-in?notice=password',
    '/register',
    '/forgot-password',
    '/reset-password',
    `/reset-password?token=${token}`,
    '/verify-email',
    '/setup',
    `/setup?token=${token}`,
    '/invitation',
  ])('on %s', async (at) => {
    const { page } = await stage.visit({ at });
    await settled(page);
    expect(await everywhere(page)).toEqual([]);
  });

  it('under a password, whether it is weak or strong', async () => {
    const { page } = await stage.visit({ at: '/register' });
    for (const [password, word] of [
      ['password1234', /^(Very weak|Weak) · /],
      ['plum harvest under a tin moon', /^(Good|Strong) · /],
    ] as const) {
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByText(word).waitFor();
      expect(await everywhere(page)).toEqual([]);
    }
  });

  it('on an invitation, for whoever opens it', async () => {
    const [guest, other] = await Promise.all([stage.account(), stage.account()]);
    for (const [email, as] of [
      ['grace.axe@example.org', undefined],
      [guest.email, undefined],
      [guest.email, guest],
      [guest.email, other],
    ] as const) {
      const { link } = await account.client.call(routes.users.invite, { body: { email } });
      const { pathname, search } = new URL(link);
      const { page } = await stage.visit({ at: pathname + search, ...(as && { as }) });
      await page
        .getByRole('heading', { level: 1, name: /^(Join|You are signed in as somebody else)/ })
        .waitFor();
      expect(await everywhere(page)).toEqual([]);
    }
  });

  it('in what opens on the account page', async () => {
    const guest = await stage.account();
    const { link } = await account.client.call(routes.users.invite, { body: { email: guest.email } });
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

  it.for([
    '/',
    '/datakits',
    '/models',
    '/jobs',
    '/members',
    '/audit?search=nothing',
    '/platform',
    '/no/such/page',
  ])('on %s, empty', async (at) => {
    const { page } = await stage.visit({ as: await stage.account(), at });
    await settled(page);
    expect(await everywhere(page)).toEqual([]);
  });

  it.for([
    '/',
    '/datakits',
    '/models',
    '/jobs',
    '/datakits/DATAKIT',
    '/datakits/DATAKIT?column=city&sort=hours',
    '/models/new?datakitId=DATAKIT',
    '/models/MODEL',
    '/models/MODEL?tab=predict',
    '/models/MODEL?tab=training',
    '/jobs/JOB',
    '/account',
    '/members',
    '/audit',
    '/platform',
    '/outbox',
    '/outbox?state=sent',
    '/outbox/MAIL',
  ])('on %s', async (path) => {
    const at = path.replace(/DATAKIT|MODEL|JOB|MAIL/, (noun) => ids[noun.toLowerCase() as keyof typeof ids]);
    const { page } = await stage.visit({ as: account, at });
    await settled(page);
    expect(await everywhere(page)).toEqual([]);
  });

  it('in the search, the keys, the menus and a table behind a chart', async () => {
    const { page } = await stage.visit({ as: account, at: `/datakits/${ids.datakit}?column=hours` });
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

/** Whether one sees where the focus is: an outline, a ring, or a border that it alone has. */
const focusIsSeen = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const look = (element: Element): string => {
      const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(element);
      return [outlineStyle === 'none' ? '' : outlineWidth, boxShadow, borderColor].join(' ');
    };
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement)) return false;
    const chain = [focused, focused.parentElement, focused.nextElementSibling].filter((one) => one !== null);
    const within = chain.map(look);
    focused.blur();
    const without = chain.map(look);
    focused.focus({ preventScroll: true });
    return within.join() !== without.join();
  });

/** Presses Tab until the focus is on `target`. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  await target.waitFor();
  for (let steps = 0; steps < 120; steps++) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      expect(await focusIsSeen(page), `the focus on ${String(target)} is seen`).toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`The focus never came to ${String(target)}.`);
};

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
    const { page } = await stage.visit({ as: account, at: '/audit?action=model' });
    await page.locator('summary', { hasText: 'deployed version 1' }).click();
    await page.getByRole('button', { name: 'Check the log' }).click();
    await page.getByText('nothing was changed').waitFor();
    expect(await everywhere(page)).toEqual([]);
  });

  it('in the menu of a row and the question it asks', async () => {
    const { page } = await stage.visit({ as: account, at: '/platform' });
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

describe('By keyboard alone', () => {
  it('one goes from a sample to a prediction', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/' });
    await page.getByRole('button', { name: 'Use it: Palmer penguins' }).waitFor();
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to the content' });
    expect(await skip.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: 'Use it: Palmer penguins' }));
    await page.keyboard.press('Enter');
    await page.getByText('Ready · 344 rows').waitFor();

    await tabTo(page, page.getByRole('link', { name: 'Train a model' }));
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('radio', { name: 'Best of all' }));
    await page.keyboard.press('ArrowUp');
    expect(await page.getByRole('radio', { name: 'Baseline' }).isChecked()).toBe(true);
    await tabTo(page, page.getByRole('button', { name: 'Train', exact: true }));
    await page.keyboard.press('Enter');

    await tabTo(page, page.getByRole('button', { name: 'Deploy version 1' }));
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Predict' }).waitFor();
    await tabTo(page, page.getByRole('tab', { name: 'Results' }));
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Predicted species' }).waitFor();
    const input = page.getByLabel('bill_length_mm');
    await tabTo(page, input);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('45.5');
    expect(await input.inputValue()).toBe('45.5');
    await page
      .getByText(/^(Adelie|Gentoo|Chinstrap)$/)
      .first()
      .waitFor();
  });

  it('one goes to lists by g and a letter, and finds anything by Ctrl-K', async () => {
    const { page } = await stage.visit({ as: account, at: '/' });
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    for (const [key, name] of [
      ['d', 'Datakits'],
      ['m', 'Models'],
      ['j', 'Jobs'],
      ['u', 'Members'],
      ['a', 'Audit log'],
      ['p', 'Platform'],
      ['o', 'Overview'],
    ] as const) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.getByRole('heading', { level: 1, name }).waitFor();
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search' }).waitFor();
    await page.keyboard.type('grad');
    await page.getByText(/^Datakit · Ready/).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Grades' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/datakits/${ids.datakit}`);
  });

  it('a dialog holds the focus and gives it back', async () => {
    const { page } = await stage.visit({ as: account, at: '/datakits' });
    const link = page.getByRole('table').getByRole('link', { name: 'Grades' });
    await tabTo(page, link);
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await dialog.waitFor();
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press(i < 4 ? 'Tab' : 'Shift+Tab');
      expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => link.evaluate((element) => element === document.activeElement)).toBe(true);
  });
});
