import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gradesCsv, newRegistration, sumModel } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

const breastCancer = fileURLToPath(
  new URL('../../../packages/testkit/data/breast-cancer.csv', import.meta.url),
);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });

/** Follows the bar of a training until it is gone, and tells every percentage and stage it showed. */
const followTraining = async (page: Page): Promise<{ percents: number[]; stages: string[] }> => {
  const panel = page.getByRole('region', { name: 'Training', exact: true });
  await panel.waitFor();
  await page.evaluate(() => {
    const seen: { percents: number[]; stages: string[] } = { percents: [], stages: [] };
    const look = (): void => {
      const bar = document.querySelector<HTMLProgressElement>('section[aria-label="Training"] progress');
      const words = bar?.parentElement?.firstElementChild?.textContent ?? '';
      if (bar) seen.percents.push(bar.value);
      if (words !== '') seen.stages.push(words);
    };
    look();
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
    Object.assign(window, { seenTraining: seen });
  });
  await panel.waitFor({ state: 'detached', timeout: 50_000 });
  const seen = await page.evaluate(
    () => (window as unknown as { seenTraining: { percents: number[]; stages: string[] } }).seenTraining,
  );
  return { percents: [...new Set(seen.percents)], stages: [...new Set(seen.stages)] };
};

/** Runs a shell line as a person would who pasted it. */
const runShell = async (line: string, token: string): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(
    'sh',
    ['-c', line.replace('curl ', 'curl --silent --show-error ')],
    {
      env: { PATH: process.env['PATH'], QUADRAX_TOKEN: token },
    },
  );
  return JSON.parse(stdout);
};

describe('The main job, from an account to a prediction', () => {
  it('begins with an account, an empty overview and a sample that is profiled', async () => {
    const { page } = await stage.visit({ at: '/' });
    await page.getByRole('link', { name: 'Register' }).click();
    const { firstName, lastName, email, password } = newRegistration();
    await page.getByLabel('First name').fill(firstName);
    await page.getByLabel('Last name').fill(lastName);
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button(page, 'Register').click();
    await heading(page, 'Overview').waitFor();
    await page.getByText('Nothing here yet. Begin with data.').waitFor();

    await page.getByRole('button', { name: 'Use it: Palmer penguins' }).click();
    await page.getByText(/Ready · 344 rows, 7 columns · 19 missing values/).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/datakits\/[\w-]+$/);
    await page
      .getByRole('table', { name: /^Rows of/ })
      .getByRole('cell')
      .first()
      .waitFor();
  });

  it('takes a dropped file, shows what was found in it, and imports it with its rows and its warnings', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/datakits' });
    await page.getByText('Drop a file here').waitFor();
    const csv = [
      'same,' + gradesCsv(60).split('\n')[0],
      ...gradesCsv(60)
        .split('\n')
        .slice(1)
        .map((line) => `x,${line}`),
    ].join('\n');
    const files = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'grades.csv', { type: 'text/csv' }));
      return transfer;
    }, csv);
    await page.dispatchEvent('main', 'dragenter', { dataTransfer: files });
    await page.getByText('Drop to import').waitFor();
    await page.dispatchEvent('main', 'drop', { dataTransfer: files });

    const panel = page.getByRole('region', { name: 'Import' });
    await panel.getByText(/Delimited text.*comma.*UTF-8.*5 columns/i).waitFor();
    await panel.getByLabel('Name').fill('Grades of the year');
    await button(page, 'Import').click();
    await heading(page, 'Grades of the year').waitFor();
    await page.getByText(/Ready · 60 rows, 5 columns · \d+ missing values/).waitFor();
    await button(page, /Every value is the same/).waitFor();

    const rows = page.getByRole('table', { name: 'Rows of Grades of the year' });
    await rows.getByRole('button', { name: 'hours', exact: true }).click();
    const profile = page.getByRole('complementary', { name: 'Column hours' });
    await profile.getByRole('heading', { name: 'hours' }).waitFor();
    await profile.locator('svg, canvas').first().waitFor({ state: 'attached' });
    await rows.getByRole('cell', { name: 'Bern' }).first().waitFor();
    // The column shown is part of the address.
    expect(page.url()).toContain('column=hours');
  });

  it('shows how far an upload is, and can be asked to take a chosen file', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/datakits' });
    const chooser = page.waitForEvent('filechooser');
    await button(page, 'Choose files').click();
    await (
      await chooser
    ).setFiles({
      name: 'long.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(gradesCsv(60_000)),
    });
    const held = Promise.withResolvers<void>();
    await page.route('**/datakits/upload', async (route) => {
      await held.promise;
      await route.continue();
    });
    await button(page, 'Import').click();
    await page.getByRole('progressbar', { name: 'Upload of long.csv' }).waitFor({ state: 'attached' });
    await page.getByText(/\d+(\.\d+)? k?B of 1\.\d+ MB/).waitFor();
    held.resolve();
    await page.getByText(/Ready · 60,000 rows, 4 columns/).waitFor({ timeout: 30_000 });
    // It came alone, so its page was opened.
    expect(new URL(page.url()).pathname).toMatch(/^\/datakits\/[\w-]+$/);
  });

  it('trains a classifier, deploys it and predicts', async () => {
    const account = await stage.account();
    const { page, context } = await stage.visit({ as: account, at: '/datakits' });
    const chooser = page.waitForEvent('filechooser');
    await button(page, 'Choose files').click();
    await (
      await chooser
    ).setFiles({ name: 'breast-cancer.csv', mimeType: 'text/csv', buffer: await readFile(breastCancer) });
    await button(page, 'Import').click();
    await page.getByText(/Ready · 569 rows, 31 columns/).waitFor();

    await page.getByRole('link', { name: 'Train a model' }).click();
    await heading(page, 'Train a model').waitFor();
    const target = page.getByRole('combobox', { name: 'Column to predict' });
    expect(await target.inputValue()).toBe('diagnosis');
    await page.getByText('Classification', { exact: true }).waitFor();
    await page.getByRole('radio', { name: 'Gradient boosting' }).check();
    await button(page, 'Train').click();

    const { percents, stages } = await followTraining(page);
    expect(percents.length).toBeGreaterThan(2);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(stages.length).toBeGreaterThan(1);

    await page.getByText('ROC AUC').first().waitFor();
    for (const title of [
      'Confusion matrix',
      'ROC curve',
      'Precision and recall',
      'Importance of the features',
    ])
      await page.getByText(title, { exact: true }).first().waitFor();
    // 569 rows, each held out once.
    const cells = await page.locator('[data-cell] span').allTextContents();
    expect(cells.reduce((sum, text) => sum + Number(text), 0)).toBe(569);

    await button(page, 'Deploy version 1').click();
    await page
      .getByRole('link', { name: /predict/i })
      .first()
      .click();
    await page.getByLabel('mean_radius').waitFor();
    expect(await page.getByLabel('mean_radius').inputValue()).not.toBe('');
    const answer = page.getByRole('heading', { name: 'Predicted diagnosis' });
    await answer.waitFor();
    await page
      .getByText(/^(malignant|benign)$/)
      .first()
      .waitFor();
    await page.getByText(/\d %/).first().waitFor();

    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const line = await page.locator('pre, code').filter({ hasText: 'curl' }).first().textContent();
    const reply = await runShell(line ?? '', account.client.token);
    expect(reply).toMatchObject({
      data: { version: 1, predictions: [{ label: expect.stringMatching(/malignant|benign/) }] },
    });
  });

  it('trains a regression and shows its residuals', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/' });
    await page.getByRole('button', { name: /^Use .*diabetes/i }).click();
    await page.getByText(/Ready · 442 rows/).waitFor();
    await page.getByRole('link', { name: 'Train a model' }).click();
    await page.getByText('Regression', { exact: true }).waitFor();
    await page.getByRole('radio', { name: 'Linear' }).check();
    await button(page, 'Train').click();
    await page.getByText('Predicted against actual', { exact: true }).first().waitFor({ timeout: 40_000 });
    await page.getByText('Errors', { exact: true }).first().waitFor();
    await page.getByText('R²').first().waitFor();
    expect(await page.getByText('Confusion matrix').count()).toBe(0);
  });
});

describe('A model from elsewhere', () => {
  it('is imported as an ONNX file, deployed, and predicts by the names of its inputs', async () => {
    const ada = await stage.account();
    const { page } = await stage.visit({ as: ada, at: '/models' });
    await button(page, 'Import a model').click();
    const dialog = page.getByRole('dialog', { name: 'Import a model' });
    await dialog.locator('input[type="file"]').setInputFiles({
      name: 'Totals.onnx',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(sumModel()),
    });
    expect(await dialog.getByLabel('Name').inputValue()).toBe('Totals');
    await dialog.getByLabel('Columns').fill('north, south');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await heading(page, 'Totals').waitFor({ timeout: 30_000 });
    await button(page, 'Deploy version 1').click();
    await page.getByRole('tab', { name: 'Predict' }).click();
    await page.getByLabel('north').fill('1.5');
    await page.getByLabel('south').fill('2');
    await page.locator('output', { hasText: /^3\.5$/ }).waitFor({ timeout: 30_000 });
    await page.getByRole('tab', { name: 'Monitoring' }).click();
    await page.getByText(/An imported model brings no training data/).waitFor({ timeout: 30_000 });
    expect(await page.getByText('Train it anew').count()).toBe(0);
  });
});
