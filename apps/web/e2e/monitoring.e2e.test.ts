import { routes } from '@quadrax/contract';
import { eventually, gradesCsv, jobSucceeds, newModel, readyDatakit } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { everywhere } from './axe.ts';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let account: Account;
let id: string;

beforeAll(async () => {
  stage = await openStage();
  account = await stage.account();
  const { client } = account;
  const datakit = await readyDatakit(client, gradesCsv(600));
  ({ id } = await newModel(client));
  const body = {
    datakitId: datakit.id,
    target: 'grade',
    algorithm: 'gradient_boosting',
    parameters: { iterations: 5 },
    validation: { holdout: 0.2 },
  };
  const params = { id };
  for (let version = 1; version <= 2; version++)
    await jobSucceeds(client, (await client.call(routes.models.train, { params, body })).id, 60_000);
  await client.call(routes.models.deploy, { params, body: { version: 2 } });
  // Of another kind than the training rows: all of them late, and from nowhere.
  const inputs = Array.from({ length: 600 }, (_unused, i) => ({
    hours: 49,
    city: 'Atlantis',
    rainfall: i % 23,
  }));
  await client.call(routes.models.predict, { params, body: { inputs } });
  await client.send(routes.models.predict, { params, body: { inputs: { hours: 'many' } } });
  await eventually(
    'it is counted',
    () => client.call(routes.models.monitoring, { params }),
    ({ requests }) => requests === 2,
  );
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

describe('the monitoring of a model', () => {
  it('shows requests, their time and what has drifted, and opens both distributions', async () => {
    const { page } = await stage.visit({ as: account, at: `/models/${id}?tab=monitoring` });
    await page.getByRole('heading', { name: 'Version 2 at work' }).waitFor();
    const drift = page.getByRole('button', { name: /^city .*Shifted/ });
    await drift.waitFor();
    await drift.click();
    // The feature that is open is the one that is followed.
    await page.getByRole('button', { name: 'Options of Drift by the day' }).waitFor();
    await page.getByText(/Batch predictions of whole datakits are not counted/).waitFor();
    await page.getByText(/100 % of the rows have a value that training never saw/).waitFor();
    await page.getByRole('button', { name: 'Options of city, in training and as predicted' }).waitFor();
    expect(page.url()).toContain('feature=city');
    expect(await everywhere(page)).toEqual([]);
  });

  it('says what it is for where nothing was asked, also on a phone and in the dark', async () => {
    const at = `/models/${id}?tab=monitoring&version=1`;
    const { page } = await stage.visit({ as: account, at, width: 390, dark: true });
    await page.getByRole('heading', { name: 'Nothing was asked in this time' }).waitFor();
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    // Every tab is in sight, and the versions are a step from their comparison.
    const right = await page
      .getByRole('tab', { name: 'Training' })
      .evaluate((tab) => tab.getBoundingClientRect().right);
    expect(right).toBeLessThanOrEqual(390);
    await page.getByRole('link', { name: 'Compare versions' }).click();
    await page.getByRole('heading', { level: 1, name: 'Compare 2 versions' }).waitFor();
  });

  it('says what failed, and tries again', async () => {
    const visit = await stage.visit({ as: account });
    visit.expect(/503/);
    const { page } = visit;
    await page.route('**/monitoring?**', (route) =>
      route.fulfill({
        status: 503,
        json: { success: false, error: 'Away.', code: 'UNAVAILABLE', requestId: 'r' },
      }),
    );
    await page.goto(`${stage.url}/models/${id}?tab=monitoring`);
    await page.getByText('What this version was asked could not be read.').waitFor();
    await page.unroute('**/monitoring?**');
    await page.getByRole('button', { name: 'Try again' }).click();
    const drift = page.getByRole('button', { name: /^city .*Shifted/ });
    await drift.waitFor();
    expect(await drift.getAttribute('aria-expanded')).toBe('false');
  });

  it('puts a version on trial, promotes it and takes it out of service', async () => {
    const { page } = await stage.visit({ as: account, at: `/models/${id}?tab=monitoring&version=1` });
    const share = page.getByLabel('Share of the requests');
    for (const none of ['140', '']) {
      await share.fill(none);
      await page.getByText('Use 0 to 100.').waitFor();
      await share.press('Enter');
    }
    expect(await page.getByRole('dialog').count()).toBe(0);
    await share.fill('20');
    await page.getByRole('button', { name: 'Try version 1' }).click();
    await page.getByText('Version 2 · version 1 on trial for 20 %').waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByText('Version 1 has answered no request yet.').waitFor();
    // On a phone too what can be done about it is in sight.
    for (const name of ['Promote version 1', 'End the trial', 'Stop serving production']) {
      const place = await page.getByRole('button', { name, exact: true }).boundingBox();
      expect((place?.x ?? 0) + (place?.width ?? 999), name).toBeLessThanOrEqual(390);
    }
    expect(await everywhere(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Stop serving version 2' }).click();
    const whole = page.getByRole('dialog', { name: 'Stop serving Grades?' });
    await whole.getByText(/no longer answered by version 2.*The trial of version 1 ends/).waitFor();
    await whole.getByRole('button', { name: 'Cancel' }).click();
    await whole.waitFor({ state: 'detached' });
    // Who asks is answered by another version: said before it is done.
    await page.getByRole('button', { name: 'Promote version 1' }).click();
    const promote = page.getByRole('dialog', { name: 'Promote version 1 under “production”?' });
    await promote.getByText(/are answered by version 1 at once, in place of version 2/).waitFor();
    // What speaks against it is said where it is decided.
    await promote.getByText('Version 1 has answered no request yet.').waitFor();
    await promote.getByRole('button', { name: 'Promote version 1' }).click();
    await page.getByRole('cell', { name: 'Version 1', exact: true }).waitFor();
    await page.getByLabel('Version', { exact: true }).selectOption('2');
    await page
      .getByRole('banner')
      .or(page.locator('header'))
      .getByRole('button', { name: 'Deploy version 2' })
      .click();
    const deploy = page.getByRole('dialog', { name: 'Deploy version 2 in place of version 1?' });
    expect(await everywhere(page)).toEqual([]);
    await deploy.getByRole('button', { name: 'Deploy version 2' }).click();
    await page.getByRole('cell', { name: 'Version 2', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Stop serving production' }).click();
    const stop = page.getByRole('dialog', { name: 'Stop serving “production”?' });
    await stop.getByText(/are no longer answered by version 2/).waitFor();
    await stop.getByRole('button', { name: 'Stop serving' }).click();
    await page.getByRole('heading', { name: 'No version is deployed' }).waitFor();
    expect(await account.client.call(routes.models.deployments, { params: { id } })).toEqual([]);
  });
});
