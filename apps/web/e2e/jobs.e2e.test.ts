import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import {
  gradesCsv,
  newModel,
  quickTraining,
  readyDatakit,
  trainedModel,
  upload,
  waitForJob,
} from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ JOBS_PER_TENANT: '1' });
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const pathOf = (page: Page): string => new URL(page.url()).pathname + new URL(page.url()).search;
const runAgain = (page: Page) => page.getByRole('button', { name: /^Run again/ });
const table = (page: Page) => page.getByRole('table', { name: 'Jobs' });

/** A training that goes on until it is cancelled. */
const longTraining = async ({ client }: Account): Promise<{ modelId: string; jobId: string }> => {
  const datakit = await readyDatakit(client, gradesCsv(5000));
  const model = await newModel(client);
  const body = { ...quickTraining(datakit.id), algorithm: 'auto', timeBudgetSeconds: 60 };
  const job = await client.call(routes.models.train, { params: { id: model.id }, body });
  return { modelId: model.id, jobId: job.id };
};
const cancel = async ({ client }: Account, id: string): Promise<void> => {
  await client.call(routes.jobs.cancel, { params: { id } });
  await waitForJob(client, id);
};

describe('A job that ended without success', () => {
  it('is run again from its page, fails anew for as long as the cause is there, and then succeeds', async () => {
    const account = await stage.account();
    const datakit = await upload(account.client);
    const jobId = datakit.jobId ?? '';
    await waitForJob(account.client, jobId);
    const [original] = await stage.server.database.owner<{ key: string }>(
      `SELECT o.key FROM quadrax.objects o JOIN quadrax.datakit_versions v ON v.original_object = o.id
       WHERE v.datakit_id = $1`,
      [datakit.id],
    );
    const stored = join(stage.server.dataDir, 'objects', original?.key ?? '');
    await rename(stored, `${stored}.away`);
    await stage.server.database.owner(
      `UPDATE quadrax.jobs SET status = 'FAILED', stage = 'Failed', result = NULL,
              error = '{"code": "TASK_DIED", "message": "The task ended before its time."}' WHERE id = $1`,
      [jobId],
    );
    const { page } = await stage.visit({ as: account, at: `/jobs/${jobId}` });
    await heading(page, 'Profile a datakit').waitFor();
    await page.getByText('The task ended before its time.').waitFor();
    await runAgain(page).click();
    await page.getByText(/^Failed · attempt 2/).waitFor();
    await page.getByText('Run again, as attempt 2.').waitFor();
    await rename(`${stored}.away`, stored);
    await runAgain(page).click();
    await page.getByText(/^Succeeded · attempt 3/).waitFor();
    expect(await runAgain(page).count()).toBe(0);
    await page.goto('/jobs');
    await table(page).getByText('attempt 3').waitFor();
  });

  it('says why it cannot be run again, and what to do', async () => {
    const account = await stage.account();
    const { modelId, jobId } = await longTraining(account);
    await cancel(account, jobId);
    const { page, expect: expected } = await stage.visit({ as: account, at: `/jobs/${jobId}` });
    expected(/409/);
    await runAgain(page).waitFor();
    await account.client.call(routes.models.remove, { params: { id: modelId } });
    await runAgain(page).click();
    const alert = page.getByRole('alert').filter({ hasText: 'The job was not run again.' });
    await alert.getByText('The model was deleted. Restore it, then run the job again.').waitFor();
    // It may be tried again.
    expect(await runAgain(page).isEnabled()).toBe(true);
  });

  it('can be run again and cancelled by the keyboard alone', async () => {
    const account = await stage.account();
    const { jobId } = await longTraining(account);
    await cancel(account, jobId);
    const { page } = await stage.visit({ as: account, at: `/jobs/${jobId}` });
    await runAgain(page).waitFor();
    await runAgain(page).focus();
    await page.keyboard.press('Enter');
    await runAgain(page).waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Train a model');
    const stop = page.getByRole('button', { name: /^Cancel/ });
    await stop.waitFor();
    for (let i = 0; i < 10; i++) {
      if (await stop.evaluate((node) => node === document.activeElement)) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Stop this training?' });
    await dialog.waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText(/^Cancelled · attempt 2/).waitFor();
  });
});

describe('A call that was put off to a job', () => {
  it('shows the beginning of its answer, and all of it as a file', async () => {
    const account = await stage.account();
    const { client } = account;
    const { model } = await trainedModel(client, (await readyDatakit(client)).id);
    await client.call(routes.models.deploy, { params: { id: model.id }, body: { version: 1 } });
    const inputs = Array.from({ length: 300 }, (_unused, hours) => ({ hours, city: 'Bern', rainfall: 3.5 }));
    const asked = await client.send(routes.models.predict, {
      params: { id: model.id },
      body: { inputs },
      headers: { prefer: 'respond-async' },
    });
    const { data } = asked.body as { data: { id: string } };
    const job = await waitForJob(client, data.id);
    const { page } = await stage.visit({ as: account, at: `/jobs/${job.id}` });
    await heading(page, 'Predict with a model').waitFor();
    await page.getByText(/^Succeeded · took/).waitFor();
    await page.getByText(/^The first 200 of [\d,]+ lines\.$/).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the result' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`job-${job.id}.json`);
    expect(JSON.parse(await readFile(await file.path(), 'utf8'))).toEqual(job.result);
  });
});

describe('The list of jobs', () => {
  it('keeps its filters in the address: reloaded, shared and gone back to', async () => {
    const account = await stage.account();
    const datakit = await readyDatakit(account.client);
    await trainedModel(account.client, datakit.id);
    const { jobId } = await longTraining(account);
    await cancel(account, jobId);
    const { page } = await stage.visit({ as: account, at: '/jobs' });
    await table(page).getByRole('link', { name: 'Profile a datakit' }).first().waitFor();
    const kind = page.getByRole('combobox', { name: 'Kind' });
    const status = page.getByRole('combobox', { name: 'State' });
    // By the keyboard: its first letters.
    await kind.focus();
    await page.keyboard.type('Train');
    await page.getByText('2 jobs fit').waitFor();
    await status.selectOption({ label: 'Cancelled' });
    await page.getByText('1 job fits').waitFor();
    expect(pathOf(page)).toBe('/jobs?kind=model.train&status=CANCELLED');
    await page.reload();
    await page.getByText('1 job fits').waitFor();
    expect(await kind.inputValue()).toBe('model.train');
    expect(await status.inputValue()).toBe('CANCELLED');
    await table(page).getByRole('link', { name: 'Train a model' }).click();
    await page.getByRole('heading', { name: 'Log' }).waitFor();
    await page.goBack();
    await page.getByText('1 job fits').waitFor();
    expect(pathOf(page)).toBe('/jobs?kind=model.train&status=CANCELLED');
  });

  it('says how many there are, beyond the page', async () => {
    const account = await stage.account();
    await stage.server.database.owner(
      `INSERT INTO quadrax.jobs (tenant_id, id, kind, status, payload, finished_at)
       SELECT $1, gen_random_uuid(), 'model.train', 'CANCELLED', '{"version": 1, "data": {}}', now()
       FROM generate_series(1, 412)`,
      [account.client.tenantId],
    );
    const { page } = await stage.visit({ as: account, at: '/jobs' });
    await page.getByText('412 jobs', { exact: true }).waitFor();
    // The heads of the columns, and a page.
    expect(await table(page).getByRole('row').count()).toBeLessThan(412);
  });

  it('tells a job that waits for its turn from one that waits for a worker', async () => {
    const account = await stage.account();
    const { jobId } = await longTraining(account);
    const { page } = await stage.visit({ as: account, at: '/jobs' });
    const waiting = await upload(account.client);
    await page.goto('/jobs?status=QUEUED');
    await table(page).getByText('Waiting for its turn: one of your jobs runs at once').waitFor();
    await page.goto(`/jobs/${waiting.jobId}`);
    await page.getByText('Waiting for its turn: one of your jobs runs at once').waitFor();
    expect(await page.getByText('Waiting for a free worker').count()).toBe(0);
    await cancel(account, jobId);
    await page.getByText(/^Succeeded · took/).waitFor();
  });
});

describe('A training that a colleague starts', () => {
  it('is on the page of its model at once, though it waits for its turn', async () => {
    const account = await stage.account();
    const { client } = account;
    const datakit = await readyDatakit(client);
    const model = await newModel(client, { name: 'Shared' });
    const { page } = await stage.visit({ as: account, at: `/models/${model.id}` });
    await heading(page, 'Shared').waitFor();
    expect(await page.getByRole('region', { name: 'Training' }).count()).toBe(0);
    const { jobId } = await longTraining(account);
    const body = quickTraining(datakit.id);
    const waiting = await client.call(routes.models.train, { params: { id: model.id }, body });
    await page.getByRole('region', { name: 'Training' }).waitFor();
    await cancel(account, waiting.id);
    await cancel(account, jobId);
  });
});
