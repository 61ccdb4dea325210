import { routes } from '@quadrax/contract';
import { gradesCsv, readyDatakit, trainedModel } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { everywhere, settled } from './axe.ts';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let ada: Account;
let model: string;

const named = async (csv: string, name: string): Promise<string> => {
  const { id } = await readyDatakit(ada.client, csv);
  await ada.client.call(routes.datakits.update, { params: { id }, body: { name } });
  return id;
};

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.account();
  const learnt = await named(gradesCsv(), 'Spring term');
  await named(gradesCsv(200).replaceAll('Köln', 'Atlantis'), 'Autumn term');
  await named('hours,city\nlate,Bern\nearly,Lima\nlate,Lima', 'Visits');
  ({
    model: { id: model },
  } = await trainedModel(ada.client, learnt));
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

describe('Predicting a whole datakit', () => {
  it('offers what fits, says why the rest does not, and leads to the new datakit', async () => {
    const { page } = await stage.visit({ as: ada, at: `/models/${model}?tab=predict` });
    await page.getByRole('heading', { name: 'Predict a whole datakit' }).waitFor();
    await settled(page);
    await page.getByRole('combobox', { name: 'Datakit', exact: true }).click();
    const unfit = page.getByRole('option', { name: /^Visits/ });
    await unfit.waitFor();
    expect(await unfit.innerText()).toContain('"hours" holds words, and the model needs numbers, and 1 more');
    expect(await unfit.getAttribute('aria-disabled')).toBe('true');
    expect(await everywhere(page)).toEqual([]);
    await page.getByRole('option', { name: /^Autumn term/ }).click();
    const name = page.getByLabel('Name of the new datakit');
    expect(await name.inputValue()).toBe('Autumn term, predicted by Grades');
    await name.fill('Autumn, foretold');
    await page.getByRole('button', { name: 'Predict the datakit' }).click();
    const runs = page.getByRole('list', { name: 'Batch predictions' });
    await runs.getByRole('link', { name: 'Autumn, foretold' }).waitFor({ timeout: 60_000 });
    expect(await runs.innerText()).toContain('200 rows by version 1');
    // Every third row had the city that was replaced.
    expect(await runs.innerText()).toContain(
      '67 rows hold a value of "city" that the model has not seen; they were counted as missing.',
    );

    await runs.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'Autumn, foretold' }).waitFor();
    const made = page.getByText(/Predicted by\s+Grades\s+version 1 from\s+Autumn term/);
    await made.waitFor();
    await page.getByRole('columnheader', { name: /^grade_predicted/ }).waitFor();
    await settled(page);
    expect(await everywhere(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Lineage' }).click();
    await page.getByRole('link', { name: /^Grades, Model · version 1/ }).waitFor();
    await page.getByRole('link', { name: /^Spring term, Version 1/ }).waitFor();
    await page.getByRole('tab', { name: 'Profile' }).click();
    await made.getByRole('link', { name: 'Grades' }).click();
    await page.waitForURL(`**/models/${model}?version=1`);
  });

  it('says at the form what the server refuses', async () => {
    const { page, expect: wrong } = await stage.visit({ as: ada, at: `/models/${model}?tab=predict` });
    wrong(/409/);
    await page.getByRole('combobox', { name: 'Datakit', exact: true }).click();
    await page.getByRole('option', { name: /^Spring term/ }).click();
    await stage.server.database.owner(`UPDATE quadrax.datakit_versions SET status = 'PROCESSING'
      WHERE datakit_id = (SELECT id FROM quadrax.datakits WHERE name = 'Spring term')`);
    await page.getByRole('button', { name: 'Predict the datakit' }).click();
    await page.getByText('This datakit could not be predicted.').waitFor();
    await page.getByText('The datakit is still being read.').waitFor();
    expect(await page.getByRole('list', { name: 'Batch predictions' }).count()).toBeLessThan(2);
  });
});
