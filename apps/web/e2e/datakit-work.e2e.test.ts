import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { readyDatakit } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let account: Account;
let id: string;
beforeAll(async () => {
  stage = await openStage();
  account = await stage.account();
  ({ id } = await readyDatakit(account.client));
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const tab = (page: Page, name: string) => page.getByRole('tab', { name });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const violations = async (page: Page): Promise<string[]> => {
  const found = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return found.violations.flatMap(({ id: rule, nodes }) =>
    nodes.map(({ target }) => `${rule} ${target.join(' ')}`),
  );
};

const write = async (page: Page, sql: string): Promise<void> => {
  const editor = page.getByRole('textbox', { name: 'SQL query' });
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(sql);
};

describe('The work on a datakit', () => {
  it('goes from a query to a version, its place among the versions, its lineage and its download', async () => {
    const { page } = await stage.visit({ as: account, at: `/datakits/${id}` });
    await tab(page, 'Query').click();
    await write(page, 'SELECT city, count(*) AS n FROM data GROUP BY city ORDER BY city');
    await page.keyboard.press('Escape');
    await page.keyboard.press('ControlOrMeta+Enter');
    const answer = page.getByRole('table', { name: 'Answer to the query' });
    await answer.waitFor();
    expect(await answer.locator('tbody tr').allTextContents()).toEqual(['Bern20', 'Köln20', 'São Paulo20']);
    await answer.getByRole('button', { name: 'city' }).click();
    await answer.getByRole('button', { name: 'city' }).click();
    expect(await answer.locator('tbody tr').first().textContent()).toBe('São Paulo20');
    expect(await violations(page)).toEqual([]);

    await button(page, 'Save as new version').click();
    await page.getByRole('list', { name: 'Versions' }).waitFor();
    await page.getByRole('heading', { name: /^Version 2 .*current/ }).waitFor({ timeout: 30_000 });
    await page.getByText('New: n · Gone: hours, rainfall, grade · 57 rows fewer.').waitFor();
    expect(await violations(page)).toEqual([]);

    const saving = page.waitForEvent('download');
    await button(page, 'Download version 2').click();
    await page.getByRole('menuitem', { name: 'CSV' }).click();
    const file = await (await saving).path();
    expect(await readFile(file, 'utf8')).toBe('city,n\nBern,20\nKöln,20\nSão Paulo,20\n');

    await tab(page, 'Lineage').click();
    const graph = page.getByRole('group', { name: /Lineage/ });
    await graph.getByRole('link', { name: /Version 2/ }).waitFor();
    expect(await graph.getByRole('link').count()).toBe(2);
    expect(await violations(page)).toEqual([]);

    await tab(page, 'Versions').click();
    await button(page, 'Make version 1 current').click();
    await page.getByRole('heading', { name: /^Version 1 .*current/ }).waitFor();
    await tab(page, 'Profile').click();
    await page.getByText(/60 rows, 4 columns/).waitFor();
  });

  it('says where a query is wrong and keeps what was typed', async () => {
    const visit = await stage.visit({ as: account, at: `/datakits/${id}?tab=query` });
    visit.expect(/422/);
    const { page } = visit;
    await write(page, 'SELECT citty FROM data');
    await page.keyboard.press('Escape');
    await button(page, 'Run').click();
    await page
      .getByText('Line 1, column 8: There is no column "citty". Did you mean "city"?')
      .first()
      .waitFor();
    expect(await page.getByRole('textbox', { name: 'SQL query' }).textContent()).toContain('citty');
    expect(await violations(page)).toEqual([]);
  });

  it('shows what steps make of the first rows, on a phone too', async () => {
    const { id: own } = await readyDatakit(account.client);
    const { page } = await stage.visit({ as: account, at: `/datakits/${own}?tab=transform`, width: 390 });
    await button(page, 'Add a step').click();
    await page.getByRole('menuitem', { name: 'Fill missing values' }).click();
    await page.getByRole('combobox', { name: 'Columns' }).click();
    await page.getByRole('option', { name: 'hours' }).click();
    await page.keyboard.press('Escape');
    await page.getByText('Filled 6 missing values of "hours" by median.').waitFor();
    await page.getByRole('table', { name: 'First rows after the steps' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    expect(await violations(page)).toEqual([]);
  });
});
