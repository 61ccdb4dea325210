import { routes } from '@quadrax/contract';
import { newModel, readyDatakit, tableOf, trainAs } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { everywhere, settled } from './axe.ts';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let ada: Account;
let datakitId: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.account();
  const csv = tableOf(240, {
    x: (i) => (i % 8 === 0 ? 3 : 0) + ((i * 37) % 50) / 10,
    shop: (i) => `s${Math.floor(i / 30)}`,
    visits: (i) => (i * 7) % 5,
    verdict: (i) => (i % 8 === 0 ? 'fraud' : 'honest'),
  });
  datakitId = (await readyDatakit(ada.client, csv)).id;
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const pages = (id: string, tab: string) => `/models/${id}?version=1&tab=${tab}`;

it('a rare class is weighed, made positive and held out by groups in the form, and told with the version', async () => {
  const { id } = await newModel(ada.client, { name: 'Verdicts' });
  const at = `/models/new?modelId=${id}&datakitId=${datakitId}`;
  const { page } = await stage.visit({ as: ada, at });
  await page.getByRole('combobox', { name: 'Column to predict' }).click();
  await page.getByRole('option', { name: 'verdict' }).click();
  await page.getByRole('radio', { name: 'Gradient boosting' }).check();
  await page.getByText('Holdout', { exact: true }).click();
  await page.getByLabel('How rows are held out').selectOption('groups');
  await page.getByLabel('Column of the groups').selectOption('shop');
  await page.getByText('Advanced', { exact: true }).click();
  await page.getByLabel('Class weights').selectOption('own');
  await page.getByLabel('Weight of fraud').fill('4');
  await page.getByLabel('Positive class').selectOption('fraud');
  await page.getByLabel('Early stopping').selectOption('off');
  await page.getByLabel('Iterations').fill('20');
  await page.getByLabel('Max bins').fill('16');
  await settled(page);
  expect(await everywhere(page)).toEqual([]);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText(/^of fraud/).waitFor({ timeout: 60_000 });
  const version = await ada.client.call(routes.models.version, { params: { id, version: 1 } });
  expect(version).toMatchObject({
    positive: 'fraud',
    settings: {
      classWeights: { fraud: 4 },
      positive: 'fraud',
      threshold: 'auto',
      validation: { holdout: 0.2, groups: 'shop' },
      parameters: { earlyStopping: 'off', iterations: 20, maxBins: 16 },
    },
  });
  await page.goto(pages(id, 'training'));
  await page.getByText(/^fraud from a probability of .* on, the best for F1$/).waitFor();
  await page.getByText('fraud 4', { exact: true }).waitFor();
}, 90_000);

it('a training is repeated exactly, by the plan of its search', async () => {
  const body = { datakitId, target: 'verdict', validation: { folds: 2 }, timeBudgetSeconds: 5, seed: 3 };
  const { id } = await trainAs(ada.client, body);
  const { page } = await stage.visit({ as: ada, at: pages(id, 'training') });
  await page.getByText('On the same rows it comes to the same.', { exact: false }).waitFor();
  await settled(page);
  expect(await everywhere(page)).toEqual([]);
  await page.getByRole('button', { name: 'Train again exactly' }).click();
  await page
    .getByRole('combobox', { name: 'Version' })
    .getByText(/Version 2/)
    .waitFor({ state: 'attached', timeout: 60_000 });
  const of = (version: number) => ada.client.call(routes.models.version, { params: { id, version } });
  const [first, second] = [await of(1), await of(2)];
  expect(second.metrics).toEqual(first.metrics);
  expect(second.plan).toEqual(first.plan);
}, 120_000);

it('goals of numbers are told first, and learning and loss lie side by side', async () => {
  const goal = { datakitId, target: 'visits', algorithm: 'gradient_boosting', features: ['x'] };
  const trained = (parameters: Record<string, unknown>) =>
    trainAs(ada.client, { ...goal, parameters: { ...parameters, iterations: 20 } }, { type: 'REGRESSION' });
  const quantile = await trained({ loss: 'quantile', alpha: 0.8 });
  const poisson = await trained({ loss: 'poisson' });
  const { page } = await stage.visit({ as: ada, at: pages(quantile.id, 'results') });
  await page.getByText('Pinball loss', { exact: true }).first().waitFor();
  await page.getByText('Coverage', { exact: true }).waitFor();
  await page.goto(`/models/compare?items=${quantile.id}:1,${poisson.id}:1`);
  for (const name of [
    'Learning curves, Pinball loss',
    'Learning curves, Poisson deviance',
    'Loss while learning',
  ]) {
    await page.getByRole('heading', { name }).waitFor();
  }
  await settled(page);
  expect(await everywhere(page)).toEqual([]);
}, 90_000);
