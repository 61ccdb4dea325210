import { routes } from '@quadrax/contract';
import { populate } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { everywhere, settled } from './axe.ts';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let account: Account;
let datakit: string;
beforeAll(async () => {
  stage = await openStage();
  account = await stage.account();
  datakit = (await populate(account.client, stage.server.database)).datakit.id;
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe('axe finds nothing in what goes wrong', () => {
  it('with a query and a step, said where they are written', async () => {
    const { page, expect: expected } = await stage.visit({
      as: account,
      at: `/datakits/${datakit}?tab=query&sql=SELECT%20hourz%20FROM%20data`,
    });
    expected(/status of 4\d\d/);
    await button(page, 'Run').click();
    await page.getByRole('alert').getByText('There is no column "hourz".').waitFor();
    expect(await everywhere(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Transform' }).click();
    await button(page, 'Add a step').click();
    await page.getByRole('menuitem', { name: 'Filter rows' }).click();
    await page.getByRole('textbox', { name: 'Rows stay where' }).fill('hourz > 3');
    await page.getByText(/There is no column "hourz"/).waitFor();
    expect(await everywhere(page)).toEqual([]);
  });

  it('in the training form, which leads to the first of it and stays open for all of it', async () => {
    const { page } = await stage.visit({ as: account, at: `/models/new?datakitId=${datakit}` });
    await page.getByRole('radio', { name: 'Gradient boosting' }).check();
    await page.getByText('Advanced', { exact: true }).click();
    await page.getByLabel('Early stopping').selectOption('off');
    expect(await page.getByLabel('Patience').isDisabled()).toBe(true);
    await page.getByLabel('Early stopping').selectOption('on');
    await page.getByLabel('Patience').fill('7');
    const seed = page.getByLabel('Seed');
    await seed.fill('1.234,5');
    await page.getByText('Advanced', { exact: true }).click();
    await seed.waitFor({ state: 'hidden' });
    await button(page, 'Train').click();
    await seed.and(page.locator(':focus')).waitFor();
    expect(await everywhere(page)).toEqual([]);
    // It is mended where one is, not folded away under the hands.
    await seed.fill('7');
    await page.getByText('This is no number.').waitFor({ state: 'hidden' });
    expect(await seed.isVisible()).toBe(true);
    expect(await seed.inputValue()).toBe('7');
  });

  it('with the file of a model, said beside it until another is chosen', async () => {
    const { page, expect: expected } = await stage.visit({ as: account, at: '/models' });
    expected(/status of 4\d\d/);
    await button(page, 'Import a model').click();
    const dialog = page.getByRole('dialog', { name: 'Import a model' });
    const choose = async (name: string, buffer: Buffer): Promise<void> => {
      const chooser = page.waitForEvent('filechooser');
      await dialog.getByRole('button', { name: /^Choose/ }).click();
      await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer });
    };
    await choose('forest.pkl', Buffer.from('80049500000000000000008c', 'hex'));
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    const refusal = dialog.getByRole('alert').getByText(/This is a pickle/);
    await refusal.waitFor();
    expect(await everywhere(page)).toEqual([]);
    await choose('damaged.onnx', Buffer.from('only words'));
    await refusal.waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByText(/This is no ONNX file/).waitFor();
  });
});

describe('axe finds nothing in what was deleted', () => {
  it('and in the notice of it, above the bar of a phone; an empty list leads back to it', async () => {
    const other = await stage.account();
    const { model } = await populate(other.client, stage.server.database);
    const { page } = await stage.visit({ as: other, at: `/models/${model.id}`, width: 390 });
    await settled(page);
    await button(page, 'More').click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const notice = page.getByRole('alert').filter({ hasText: 'Deleted Grades.' });
    await notice.waitFor();
    const bar = await page.getByRole('link', { name: 'Jobs', exact: true }).last().boundingBox();
    const shown = await notice.boundingBox();
    expect((shown?.y ?? 0) + (shown?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0);
    await page.getByRole('link', { name: 'Show what was deleted' }).waitFor();
    expect(await everywhere(page)).toEqual([]);
    await page.getByRole('link', { name: 'Show what was deleted' }).click();
    const restore = page.getByRole('button', { name: 'Restore Grades' });
    await restore.waitFor();
    expect(await everywhere(page)).toEqual([]);
    // As it is left: dark, on a phone, where the way back is in sight.
    const place = await restore.boundingBox();
    expect((place?.x ?? 0) + (place?.width ?? 0)).toBeLessThanOrEqual(390);
    await restore.click();
    await page.getByText('Nothing that was deleted can be restored.').waitFor();
    const kept = await other.client.call(routes.models.get, { params: { id: model.id } });
    expect(kept.name).toBe('Grades');
  });
});
