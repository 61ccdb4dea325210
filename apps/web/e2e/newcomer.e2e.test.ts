import { gradesCsv, newRegistration, readyDatakit, signIn } from '@quadrax/testkit';
import { routes } from '@quadrax/contract';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Drops a file on the page as a hand would. */
const drop = async (page: Page, name: string, content: string): Promise<void> => {
  const files = await page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], fileName, { type: 'text/csv' }));
      return transfer;
    },
    [name, content] as const,
  );
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: files });
  await page.getByText('Drop to import').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer: files });
};

const fillIn = async (page: Page, username: string): Promise<string> => {
  const { firstName, lastName, email, password } = newRegistration();
  await page.getByLabel('First name').fill(firstName);
  await page.getByLabel('Last name').fill(lastName);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Add a user name').click();
  const field = page.getByLabel('User name');
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  await field.fill(username);
  return password;
};

describe('Who registers', () => {
  it('names the workspace, may choose a user name, and signs in by it', async () => {
    const { page } = await stage.visit({ at: '/register' });
    const password = await fillIn(page, 'ada.newcomer');
    await page.getByLabel('Workspace name').fill('Weather lab');
    await button(page, 'Register').click();
    await heading(page, 'Overview').waitFor();
    await page.getByRole('button', { name: 'Account of Ada Test, Weather lab' }).waitFor();
    const again = await signIn(stage.url, 'ada.newcomer', password);
    expect(await again.call(routes.account.me)).toMatchObject({ tenantName: 'Weather lab' });
  });

  it('is told at the field, and only there, that a user name is taken', async () => {
    await stage.server.register({ username: 'taken' });
    const { page, expect: expected } = await stage.visit({ at: '/register' });
    expected(/409/);
    await fillIn(page, 'taken');
    await button(page, 'Register').click();
    await page.getByText('This user name is taken.').waitFor();
    expect(await page.getByText('This user name is taken.').count()).toBe(1);
    expect(await page.getByLabel('User name').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Email').getAttribute('aria-invalid')).not.toBe('true');
  });
});

describe('The overview', () => {
  it('of an empty account shows where to drop a file, and takes one', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/' });
    await page.getByText('Drop a file here').waitFor();
    await drop(page, 'grades.csv', gradesCsv(60));
    const panel = page.getByRole('region', { name: 'Import' });
    await panel.getByText(/4 columns/).waitFor();
    expect(await page.getByText('Drop a file here').count()).toBe(0);
    await button(page, 'Import').click();
    await heading(page, 'grades').waitFor();
    await page.getByText(/Ready · 60 rows, 4 columns/).waitFor();
  });

  it('that shows something takes a file as well, dropped or chosen', async () => {
    const account = await stage.account();
    await readyDatakit(account.client);
    const { page } = await stage.visit({ as: account, at: '/' });
    await page.getByRole('table', { name: 'Latest datakits' }).getByText('Grades').waitFor();
    await drop(page, 'first.csv', gradesCsv(20));
    const chooser = page.waitForEvent('filechooser');
    await button(page, 'Upload files').click();
    await (
      await chooser
    ).setFiles({ name: 'second.csv', mimeType: 'text/csv', buffer: Buffer.from(gradesCsv(30)) });
    await button(page, 'Import all 2').click();
    // The last one is opened.
    await heading(page, 'second').waitFor();
    await page.getByRole('link', { name: 'Overview', exact: true }).first().click();
    const latest = page.getByRole('table', { name: 'Latest datakits' });
    await latest.getByRole('link', { name: 'first' }).waitFor();
    await latest.getByRole('link', { name: 'second' }).waitFor();
    expect(await latest.getByRole('link').count()).toBe(3);
  });
});

describe('What is read aloud', () => {
  it('is the state of a datakit, once', async () => {
    const account = await stage.account();
    const { id } = await readyDatakit(account.client);
    const { page } = await stage.visit({ as: account, at: `/datakits/${id}` });
    const state = page.getByText(/Ready · 60 rows/);
    await state.waitFor();
    expect((await state.textContent())?.match(/Ready/g)).toHaveLength(1);
  });

  it('is what the button of the sidebar does', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/' });
    await button(page, 'Collapse the sidebar').click();
    const expand = button(page, 'Expand the sidebar');
    expect(await expand.getAttribute('title')).toBe('Expand the sidebar');
    await expand.click();
    expect(await button(page, 'Collapse the sidebar').textContent()).toContain('Collapse the sidebar');
  });
});

/** On how many lines the words of an element stand. */
const linesOf = (element: Locator): Promise<number> =>
  element.evaluate((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
  });

describe('On a phone', () => {
  it('the primary button keeps its words on one line, and the page is no wider than the screen', async () => {
    const account = await stage.account();
    const { id } = await readyDatakit(account.client);
    const { page } = await stage.visit({ as: account, width: 360 });
    for (const [path, name] of [
      ['/', 'Train a model'],
      ['/datakits', 'Upload files'],
      [`/datakits/${id}`, 'Train a model'],
    ] as const) {
      await page.goto(path);
      const primary = page.getByText(name, { exact: true }).locator('visible=true').first();
      await primary.waitFor();
      expect(await linesOf(primary), `${name} at ${path}`).toBe(1);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
  });
});
