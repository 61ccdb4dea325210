import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { datakits } from '@quadrax/contract';
import { jobSucceeds, readyDatakit } from '@quadrax/testkit';
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
    const told = page.getByText('Line 1, column 8: There is no column "citty". Did you mean "city"?');
    await told.first().waitFor();
    expect(await told.count()).toBe(1);
    const editor = page.getByRole('textbox', { name: 'SQL query' });
    expect(await editor.textContent()).toContain('citty');
    await editor.click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.getByRole('button', { name: 'rainfall' }).click();
    expect(await editor.textContent()).toBe('SELECT citty FROM data rainfall');
    expect(await violations(page)).toEqual([]);
  });

  it('warns of spellings and leads to the step that tidies them, which says what is left, on a phone too', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i % 10 === 0 ? 'berlin ' : i % 15 === 1 ? 'BERLIN' : 'Berlin'},${i},${i % 2}`,
    );
    const { id: own } = await readyDatakit(account.client, ['city,body mass,fed', ...rows].join('\n'));
    const visit = await stage.visit({ as: account, at: `/datakits/${own}`, width: 390 });
    visit.expect(/400|422/);
    const { page } = visit;
    await page.getByText('"Berlin" (50), "berlin " (6), "BERLIN" (4) differ only in case').waitFor();
    await page.getByRole('link', { name: 'Tidy city' }).click();
    const first = page.getByRole('listitem', { name: 'Step 1: Tidy text' });
    await first.getByText('60 rows, 3 columns after it').waitFor();
    await page.getByText('Tidied 10 values of "city".').waitFor();
    await page.getByText('60 of 60 rows remain, 3 columns.').waitFor();

    const add = async (label: string): Promise<void> => {
      await button(page, 'Add a step').click();
      await page.getByRole('menuitem', { name: label }).click();
    };
    await add('Rename');
    const second = page.getByRole('listitem', { name: 'Step 2: Rename' });
    await second.getByLabel('Column').selectOption('fed');
    await second.getByLabel('New name').fill('ate');
    await second.getByText('60 rows, 3 columns after it').waitFor();
    await add('Filter rows');
    const third = page.getByRole('listitem', { name: 'Step 3: Filter rows' });
    const names = third.getByRole('list', { name: /Columns to put into/ });
    expect(await names.getByRole('button').allTextContents()).toEqual(['city', 'body mass', 'ate']);
    await names.getByRole('button', { name: 'body mass' }).click();
    const where = third.getByRole('textbox', { name: 'Rows stay where' });
    await page.keyboard.type(' > 9 AND');
    await names.getByRole('button', { name: 'ate' }).click();
    expect(await where.inputValue()).toBe('"body mass" > 9 AND ate');
    await where.fill('"body mass" > 9 AND fed = 1');
    expect(await where.inputValue()).toBe('"body mass" > 9 AND fed = 1');
    const told = third.getByText(/^Step 3, filter rows: .*There is no column "fed"/);
    await told.waitFor();
    expect(await page.getByText('There is no column "fed"').count()).toBe(1);
    expect(await page.getByText('steps.').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await where.fill('"body mass" > 9 AND ate = 1');
    await page.getByText('25 of 60 rows remain, 3 columns.').waitFor();
    expect(await told.count()).toBe(0);

    await add('Join');
    const join = page.getByRole('listitem', { name: 'Step 4: Join' });
    // More datakits than a list shows at once: any is found by its name.
    await account.client.call(datakits.update, { params: { id }, body: { name: 'Zenith' } });
    await stage.server.database.owner(
      `INSERT INTO quadrax.datakits
       SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'name', 'Copy ' || n))).*
       FROM quadrax.datakits d, generate_series(1, 120) n WHERE d.id = $1`,
      [id],
    );
    const other = join.getByRole('combobox', { name: 'Datakit' });
    await other.fill('zeni');
    await page.getByRole('option', { name: 'Zenith' }).click();
    expect(await other.inputValue()).toBe('Zenith');
    await join.getByLabel('Column there').selectOption('city');
    expect(await join.getByLabel('Column there').locator('option').allTextContents()).toEqual([
      'Choose',
      'hours',
      'city',
      'rainfall',
      'grade',
    ]);
    expect(await join.getByLabel('Column here').locator('option').allTextContents()).toEqual([
      'Choose',
      'city',
      'body mass',
      'ate',
    ]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    expect(await violations(page)).toEqual([]);

    // What was done to make a version is done to another again: to rows that came since.
    const params = { id: own };
    const cleaned = await account.client.call(datakits.transform, {
      params,
      body: { steps: [{ step: 'filter', where: '"body mass" > 9' }] },
    });
    await jobSucceeds(account.client, cleaned.jobId ?? '');
    await page.goto(page.url().replace(/\?.*/, '?tab=versions'));
    await page.getByText('Version 2 was made by steps of version 1.').waitFor();
    expect(await page.getByRole('button', { name: /Apply the steps/ }).count()).toBe(0);
    await button(page, 'Make version 1 current').click();
    await button(page, 'Apply the steps of version 2 to version 1').click();
    await page.getByRole('heading', { name: /^Version 3 .*current/ }).waitFor({ timeout: 30_000 });
    await page.getByText('10 rows fewer.').nth(1).waitFor();
    expect(await violations(page)).toEqual([]);

    // The longest name there may be is cut off where it stands, and cuts nothing else off.
    await account.client.call(datakits.update, { params: { id: own }, body: { name: 'W'.repeat(255) } });
    await page.goto(page.url().replace(/\?.*/, '?tab=lineage'));
    const box = await page
      .getByRole('group', { name: /Lineage/ })
      .getByRole('link')
      .first()
      .boundingBox();
    expect(box?.width).toBeLessThan(220);
    await page.goto(new URL('/', page.url()).href);
    for (const name of ['Latest datakits', 'Finished jobs']) {
      const table = page.getByRole('table', { name });
      await table.getByText('WWW').first().waitFor();
      const [needs, has] = await table.evaluate((element) => [
        element.scrollWidth,
        element.parentElement?.clientWidth ?? 0,
      ]);
      expect(needs).toBeLessThanOrEqual(has ?? 0);
    }
  });
});
