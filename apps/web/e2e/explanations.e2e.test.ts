import { routes } from '@quadrax/contract';
import { jobSucceeds, newModel } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { everywhere, settled } from './axe.ts';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let ada: Account;
let species: string;
let progression: string;

const sampleModel = async (sample: string, target: string, type: string): Promise<string> => {
  const { client } = ada;
  const datakit = await client.call(routes.datakits.addSample, { params: { sample } });
  await jobSucceeds(client, datakit.jobId ?? '', 60_000);
  const { id } = await newModel(client, { name: target, type });
  const body = { datakitId: datakit.id, target, algorithm: 'gradient_boosting', validation: { folds: 3 } };
  const job = await client.call(routes.models.train, { params: { id }, body });
  await jobSucceeds(client, job.id, 90_000);
  await client.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
  return id;
};

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.account();
  species = await sampleModel('penguins', 'species', 'CLASSIFICATION');
  progression = await sampleModel('diabetes', 'progression', 'REGRESSION');
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

/** The numbers behind a chart, which its options show. */
const tableOf = async (page: Page, chart: string): Promise<string> => {
  await page.getByRole('button', { name: `Options of ${chart}`, exact: true }).click();
  await page.getByRole('menuitem', { name: 'Show as table' }).click();
  return page.getByRole('table', { name: chart, exact: true }).innerText();
};

describe('What moves a model', () => {
  it('is shown for the class and the feature that the address bar names', async () => {
    const { page } = await stage.visit({ as: ada, at: `/models/${species}?tab=explain` });
    await page.getByRole('heading', { name: 'What moves Adelie' }).waitFor();
    await page.getByLabel('Class explained').selectOption('Gentoo');
    await page.getByRole('heading', { name: 'What moves Gentoo' }).waitFor();
    expect(page.url()).toContain('label=Gentoo');
    await page.getByLabel('Feature', { exact: true }).selectOption('bill_depth_mm');
    await page.reload();
    await page.getByRole('heading', { name: 'Partial dependence on bill_depth_mm' }).waitFor();
    const rows = await tableOf(page, 'Importance by SHAP');
    expect(rows).toContain('flipper_length_mm');
    await settled(page);
    expect(await everywhere(page)).toEqual([]);
  });

  it('is told of a single prediction in words and as a chart', async () => {
    const { page } = await stage.visit({ as: ada, at: `/models/${species}?tab=predict` });
    await page.getByRole('heading', { name: /^Why / }).waitFor();
    // What training has not seen is taken, and said to be unseen.
    const island = page.getByRole('combobox', { name: 'island' });
    await island.fill('Atlantis');
    await page.getByText('Not seen in training: it counts as missing.').waitFor();
    await island.fill('Biscoe');
    await page.getByText('Not seen in training').waitFor({ state: 'detached' });
    await island.blur();
    await page.getByLabel('flipper_length_mm').fill('225');
    await page.getByLabel('bill_depth_mm').fill('14,0');
    await page.getByLabel('bill_length_mm').fill('48');
    await page.getByRole('heading', { name: 'Why Gentoo' }).waitFor();
    await page.getByText(/flipper_length_mm = 225 raises Gentoo by [\d.]+ in log-odds\./).waitFor();
    expect(await tableOf(page, 'Why Gentoo')).toContain('Expected of any row');
    expect(await everywhere(page)).toEqual([]);
  });
});

describe('The rows behind a figure', () => {
  it('open from a cell of the confusion matrix, and stay in the address bar', async () => {
    const { page } = await stage.visit({ as: ada, at: `/models/${species}` });
    const beside = page.getByText('Importance of the features', { exact: true });
    const below = async (): Promise<number> => {
      const matrix = page.getByText('Confusion matrix', { exact: true });
      const [one, other] = await Promise.all([beside.boundingBox(), matrix.boundingBox()]);
      return (one?.y ?? Number.NaN) - (other?.y ?? 0);
    };
    const before = await below();
    await page
      .getByRole('button', { name: /rightly predicted/ })
      .first()
      .click();
    const table = page.getByRole('table', { name: 'Adelie, rightly predicted' });
    await table.getByText('Torgersen').first().waitFor();
    expect(page.url()).toContain('actual=Adelie&predicted=Adelie');
    // What stood beside the matrix stands there still.
    expect(await below()).toBe(before);
    await page.reload();
    await table.getByText('Torgersen').first().waitFor();
    await page.getByRole('link', { name: 'All Adelie in the datakit' }).click();
    await page
      .getByText(/152 of 344|152 rows/)
      .first()
      .waitFor();
  });

  it('open near a point of the residuals', async () => {
    const { page } = await stage.visit({ as: ada, at: `/models/${progression}?near=150,150` });
    await page.getByRole('heading', { name: 'Rows predicted near 150 with progression near 150' }).waitFor();
    await page.getByText(/held-out rows?\./).waitFor();
    const inDatakit = await page.getByRole('link', { name: 'Show in the datakit' }).getAttribute('href');
    expect(decodeURIComponent(inDatakit ?? '')).toMatch(/"progression","operator":">=".*"operator":"<="/);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('heading', { name: /^Rows predicted near/ }).waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('near');
  });
});

it('training again from the page of a model begins with the version that is shown', async () => {
  const { page } = await stage.visit({ as: ada, at: `/models/${species}` });
  await page.getByRole('link', { name: 'Retrain' }).click();
  await page.getByText('Makes version 2').waitFor();
  expect(await page.getByText('From version 1: its settings are filled in.').count()).toBe(1);
});
