import { routes } from '@quadrax/contract';
import { jobSucceeds, newModel } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { everywhere, settled } from './axe.ts';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let ada: Account;
let datakitId: string;
let model: string;

const train = (id: string, changes: Record<string, unknown>) => {
  const body = { datakitId, target: 'species', validation: { folds: 3 }, ...changes };
  return ada.client.call(routes.models.train, { params: { id }, body });
};

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.account();
  const { client } = ada;
  const datakit = await client.call(routes.datakits.addSample, { params: { sample: 'penguins' } });
  datakitId = datakit.id;
  await jobSucceeds(client, datakit.jobId ?? '', 60_000);
  model = (await newModel(client, { name: 'Species' })).id;
  await jobSucceeds(client, (await train(model, { algorithm: 'linear' })).id, 60_000);
  await jobSucceeds(client, (await train(model, { algorithm: 'random_forest' })).id, 60_000);
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

describe('A search of algorithms', () => {
  it('shows its candidates as they are judged, and in the end what it is an average of', async () => {
    const { id } = await newModel(ada.client, { name: 'Found' });
    const job = await train(id, { algorithm: 'auto', timeBudgetSeconds: 30 });
    const { page } = await stage.visit({ as: ada, at: `/models/${id}` });
    await page.getByText('Baseline').first().waitFor();
    expect(await everywhere(page)).toEqual([]);
    await jobSucceeds(ada.client, job.id, 110_000);
    const candidates = page.getByRole('table', { name: 'Candidates' });
    await candidates.waitFor();
    const version = await ada.client.call(routes.models.version, { params: { id, version: 1 } });
    expect(await candidates.getByRole('row').count()).toBe(version.leaderboard.length + 1);
    await candidates.getByText('Show').first().click();
    expect(await everywhere(page)).toEqual([]);
  });
});

describe('Versions side by side', () => {
  it('are chosen on the page of a model, and tell what differs', async () => {
    const { page } = await stage.visit({ as: ada, at: `/models/${model}?tab=training` });
    await page.getByLabel('Compare version 1').check();
    await page.getByRole('button', { name: 'Compare with another' }).waitFor();
    await page.getByLabel('Compare version 2').check();
    await page.getByRole('link', { name: 'Compare 2' }).click();
    await page.getByRole('heading', { name: 'Compare 2 versions' }).waitFor();
    await page.getByText('Of the same data, judged on the same rows').waitFor();
    const metrics = page.getByRole('table', { name: 'Metrics' });
    expect(await metrics.getByText('best', { exact: true }).count()).toBeGreaterThan(0);
    expect(await page.getByRole('table', { name: 'Data and method' }).innerText()).toContain('Random forest');
    await page.getByLabel('Class of the curves').selectOption('Gentoo');
    await settled(page);
    expect(await everywhere(page)).toEqual([]);
  });

  it('are chosen in the list of models too, by keyboard', async () => {
    const { id } = await newModel(ada.client, { name: 'Other' });
    await jobSucceeds(ada.client, (await train(id, { algorithm: 'baseline' })).id, 60_000);
    const { page } = await stage.visit({ as: ada, at: '/models' });
    await page.getByLabel('Compare Species').focus();
    await page.keyboard.press('Space');
    await page.getByLabel('Compare Other').focus();
    await page.keyboard.press('Space');
    await page.getByRole('link', { name: 'Compare 2' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Compare 2 versions' }).waitFor();
    expect(await page.getByRole('table', { name: 'Metrics' }).innerText()).toContain('worse beyond chance');
  });

  it('says so where the address names nothing to compare, or what is gone', async () => {
    const { page } = await stage.visit({ as: ada, at: '/models/compare?items=nonsense' });
    await page.getByText('Nothing to compare').waitFor();
    const gone = '00000000-0000-7000-8000-000000000000';
    const second = await stage.visit({ as: ada });
    second.expect(/404/);
    await second.page.goto(`/models/compare?items=${model}:1,${gone}:1`);
    await second.page.getByText('These versions cannot be compared.').waitFor();
    expect(await everywhere(second.page)).toEqual([]);
  });
});
