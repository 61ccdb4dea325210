import { routes } from '@quadrax/contract';
import { newModel, quickTraining, readyDatakit, waitForJob } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const pathOf = (page: Page): string => new URL(page.url()).pathname + new URL(page.url()).search;

const choose = async (page: Page, name: string, content: string | Buffer): Promise<void> => {
  const chooser = page.waitForEvent('filechooser');
  await button(page, 'Upload files').click();
  await (await chooser).setFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
};

describe('A session', () => {
  it('is refused at the field for a wrong password, and what was typed stays', async () => {
    const { email } = await stage.account();
    const { page, expect: expected } = await stage.visit({ at: '/sign-in' });
    expected(/401/);
    await page.getByLabel('Email or user name').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await button(page, 'Sign in').click();
    const field = page.getByLabel('Password', { exact: true });
    await page.locator('input[aria-invalid="true"]').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    const described = (await field.getAttribute('aria-describedby')) ?? '';
    const words = await page
      .locator(
        described
          .split(' ')
          .map((id) => `[id="${id}"]`)
          .join(', '),
      )
      .allTextContents();
    expect(words.join(' ')).toMatch(/password/i);
    expect(await page.getByLabel('Email or user name').inputValue()).toBe(email);
  });

  it('leads back to the page that was asked for', async () => {
    const { email, password } = await stage.account();
    const { page } = await stage.visit({ at: '/models?status=DEPLOYED' });
    await page.getByLabel('Email or user name').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button(page, 'Sign in').click();
    await heading(page, 'Models').waitFor();
    expect(pathOf(page)).toBe('/models?status=DEPLOYED');
  });

  it('renews an expired access token without a word', async () => {
    const account = await stage.account();
    await readyDatakit(account.client);
    const { page, expect: expected } = await stage.visit({ as: account, at: '/models' });
    await heading(page, 'Models').waitFor();
    expected(/401/);
    const renewed = page.waitForResponse(
      (response) => response.url().endsWith('/auth/refresh') && response.ok(),
    );
    // The server's clock, an hour on: the token that the page holds is over.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      await page.getByRole('link', { name: 'Datakits', exact: true }).first().click();
      await renewed;
      await page.getByRole('table', { name: 'Datakits' }).getByText('Grades').waitFor();
    } finally {
      vi.useRealTimers();
    }
    expect(pathOf(page)).toBe('/datakits');
  });

  it('that was revoked asks for the password over the page, which stays as it was', async () => {
    const account = await stage.account();
    const { id } = await readyDatakit(account.client);
    const { page, expect: expected } = await stage.visit({ as: account, at: `/models/new?datakitId=${id}` });
    const name = page.getByLabel('Name of the model');
    await name.fill('A name that took long to find');
    expected(/401/);
    await stage.server.database.owner('UPDATE auth.sessions SET revoked_at = now()');
    await button(page, 'Train').click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password', { exact: true }).fill(account.password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await name.inputValue()).toBe('A name that took long to find');
    expect(pathOf(page)).toBe(`/models/new?datakitId=${id}`);
  });
});

describe('What goes wrong', () => {
  it('with a file is said in the words of the server where it was dropped', async () => {
    const { page, expect: expected } = await stage.visit({ as: await stage.account(), at: '/datakits' });
    expected(/status of 4\d\d/);
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
    const refused = page.waitForResponse((response) => response.url().endsWith('/datakits/upload'));
    await choose(page, 'picture.csv', png);
    const panel = page.getByRole('region', { name: 'Import' });
    await panel.getByRole('button', { name: 'Import' }).click();
    const reply = (await (await refused).json()) as { error: string; details?: { message: string }[] };
    const alert = panel.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain(reply.details?.[0]?.message ?? reply.error);
    // Nothing typed is lost: the file is still there to be tried again or discarded.
    await panel.getByRole('button', { name: 'Discard' }).click();
    await panel.waitFor({ state: 'detached' });
  });

  it('with a table of two equal names is told before it is sent', async () => {
    const { page, expect: expected } = await stage.visit({ as: await stage.account(), at: '/datakits' });
    await choose(page, 'twice.csv', 'a,b,a\n1,2,3\n4,5,6\n');
    const words = 'Columns 1 and 3 have the same name "a". Rename one of them.';
    await page.getByRole('listitem').getByText(words).waitFor();
    expected(/status of 422/);
    await button(page, 'Import').click();
    const alert = page.getByRole('region', { name: 'Import' }).getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toBe(words);
  });

  it('in a training is said on the page of its model', async () => {
    const account = await stage.account();
    // Only the rows that pass have a weight, which is seen when the rows are read, not before.
    const lines = Array.from({ length: 40 }, (_unused, i) => {
      const inch = (i * 37) % 39;
      return `K${i}x${i * 7},same,${inch},${inch * 2.54 + 1},${i % 2 ? i : ''},${i % 2 ? 'pass' : 'fail'}`;
    });
    const csv = ['sample,constant,inch,cm,weight,grade', ...lines].join('\n');
    const datakit = await readyDatakit(account.client, csv);
    const model = await newModel(account.client);
    const learning = { algorithm: 'linear', parameters: { l2: 0.5 }, weights: 'weight', features: ['inch'] };
    const body = { ...quickTraining(datakit.id), ...learning, validation: { folds: 4 }, seed: 9 };
    const started = await account.client.call(routes.models.train, { params: { id: model.id }, body });
    const job = await waitForJob(account.client, started.id);
    expect(job.status).toBe('FAILED');
    const { page } = await stage.visit({ as: account, at: `/models/${model.id}` });
    const alert = page.getByRole('alert').filter({ hasText: 'The last training failed.' });
    await alert.waitFor();
    expect(await alert.textContent()).toContain(job.error?.message);

    // What was asked for need not be typed again.
    await page.getByRole('link', { name: 'Train with other settings' }).click();
    await heading(page, 'Train Grades').waitFor();
    await page.getByText('From the training that made no version: its settings are filled in.').waitFor();
    const target = page.getByRole('combobox', { name: 'Column to predict' });
    await target.waitFor();
    expect(await target.inputValue()).toBe('grade');
    expect(await page.getByRole('radio', { name: 'Linear' }).isChecked()).toBe(true);
    expect(await page.getByLabel('Folds').inputValue()).toBe('4');
    const ticked = page.getByRole('group', { name: 'Columns to predict from' }).getByRole('checkbox');
    expect(await ticked.evaluateAll((all) => all.map((one) => (one as HTMLInputElement).checked))).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
    await page.getByText('Advanced', { exact: true }).click();
    const typed = async (label: string) => page.getByLabel(label, { exact: true }).inputValue();
    expect([await typed('Seed'), await typed('L2'), await typed('Weights')]).toEqual(['9', '0.5', 'weight']);

    // A decimal comma is one, and what is no number is not sent as another one.
    const l2 = page.getByLabel('L2', { exact: true });
    await l2.fill('0,1');
    await l2.blur();
    expect(await l2.inputValue()).toBe('0.1');
    await l2.press('ArrowUp');
    expect(await l2.inputValue()).toBe('0.2');
    await l2.fill('1.234,5');
    await button(page, 'Train').click();
    await page
      .getByText('This is no number. Write it like 1234.5, without a sign between thousands.')
      .waitFor();
    expect(await l2.inputValue()).toBe('1.234,5');

    // Why a column is not to be predicted, and what gives one away, is said where it is chosen.
    await target.click();
    const refused = page.getByRole('option', { name: /^constant/ });
    expect(await refused.textContent()).toContain('the same in every row');
    expect(await page.getByRole('option', { name: /^sample/ }).textContent()).toContain('an identifier');
    await page.getByRole('option', { name: 'inch integer' }).click();
    await page.getByText('Left out: cm, which likely gives inch away.').waitFor();
    await page.getByRole('checkbox', { name: /^cm/ }).check();
    await page.getByText(/cm likely gives inch away: the model would look better than it is/).waitFor();
  });

  it('with the line is told in a notice, which goes when the server answers again', async () => {
    const { page, context, expect: expected } = await stage.visit({ as: await stage.account(), at: '/jobs' });
    await heading(page, 'Jobs').waitFor();
    await page.getByRole('link', { name: 'Overview', exact: true }).first().click();
    await heading(page, 'Overview').waitFor();
    // What the frame loads when it has time must be there before the line is cut.
    await page.locator('[class*=Notifications-root]').first().waitFor({ state: 'attached' });
    expected(/ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true);
    await page.getByRole('link', { name: 'Jobs', exact: true }).first().click();
    const notice = page.getByText('The server does not answer. What is shown may be out of date');
    await notice.waitFor();
    await context.setOffline(false);
    await notice.waitFor({ state: 'detached' });
    expect(pathOf(page)).toBe('/jobs');
  });

  it('with a page that cannot be fetched leaves the frame and what is open', async () => {
    const {
      page,
      context,
      expect: expected,
    } = await stage.visit({ as: await stage.account(), at: '/', cold: true });
    await heading(page, 'Overview').waitFor();
    await page.locator('[class*=Notifications-root]').first().waitFor({ state: 'attached' });
    expected(/ERR_INTERNET_DISCONNECTED|dynamically imported module|Unable to preload/);
    await context.setOffline(true);
    await page.getByRole('link', { name: 'Jobs', exact: true }).first().click();
    await heading(page, /could not be shown|does not answer/).waitFor();
    expect(await page.getByRole('navigation', { name: 'Main', exact: true }).count()).toBe(1);
  });

  it('with the notices, which cannot be fetched, takes them away and nothing else', async () => {
    const visit = await stage.visit({ as: await stage.account(), cold: true });
    visit.expect(/notices|dynamically imported module|Unable to preload/);
    const { page } = visit;
    await page.route('**/assets/notices-*.js', (route) => route.abort());
    await page.goto(`${stage.url}/jobs`);
    // The app is loaded anew once, as it might be outdated; then it goes on without them.
    await page.waitForEvent('load');
    await page.waitForEvent('requestfailed', (request) => /notices-.*js/.test(request.url()));
    await page.getByRole('link', { name: 'Models', exact: true }).first().click();
    await heading(page, 'Models').waitFor();
    expect(await page.getByRole('navigation', { name: 'Main', exact: true }).count()).toBe(1);
    expect(await page.getByRole('heading', { name: /could not be shown/ }).count()).toBe(0);
  });

  it.for([
    ['search', 'Control+k', 'The search could not be loaded.', 'Search'],
    ['key-help', '?', 'The keyboard shortcuts could not be loaded.', 'Keyboard shortcuts'],
  ] as const)('with the %s, which cannot be fetched, leaves the page', async ([part, key, told, title]) => {
    const account = await stage.account();
    const { id } = await readyDatakit(account.client);
    const visit = await stage.visit({ as: account, at: `/models/new?datakitId=${id}` });
    visit.expect(/ERR_FAILED|dynamically imported module|Unable to preload/);
    const { page } = visit;
    const name = page.getByLabel('Name of the model');
    await name.fill('A name that took long to find');
    await heading(page, 'Train a model').click();
    const chunk = `**/assets/${part}-*.js`;
    await page.route(chunk, (route) => route.abort());
    await page.keyboard.press(key);
    await page.getByText(told).waitFor();
    await page.getByText('Load the page anew when the server answers, and try again.').waitFor();
    // What is open is not lost for it.
    expect(await name.inputValue()).toBe('A name that took long to find');
    await page.unroute(chunk);
    await page.reload();
    await heading(page, 'Train a model').click();
    await page.keyboard.press(key);
    await page.getByRole('dialog', { name: title }).waitFor();
  });

  it('with an address is told inside the frame', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/no/such/place' });
    await heading(page, 'There is no such page').waitFor();
    await page.getByRole('link', { name: 'Go to the overview' }).click();
    await heading(page, 'Overview').waitFor();
    expect(pathOf(page)).toBe('/');
  });
});

describe('What is done', () => {
  it('can be stopped: a training', async () => {
    const account = await stage.account();
    const sample = await account.client.call(routes.datakits.addSample, {
      params: { sample: 'breast-cancer' },
    });
    await waitForJob(account.client, sample.jobId ?? '');
    const model = await newModel(account.client);
    const body = { datakitId: sample.id, target: 'diagnosis' };
    await account.client.call(routes.models.train, { params: { id: model.id }, body });
    const { page } = await stage.visit({ as: account, at: `/models/${model.id}` });
    const stop = page.getByRole('button', { name: 'Cancel: Train a model' });
    await stop.click();
    const dialog = page.getByRole('dialog', { name: 'Stop this training?' });
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await stop.click();
    await dialog.getByRole('button', { name: 'Stop the training' }).click();
    await page.getByText('The last training was stopped.').waitFor();
    expect(await page.getByRole('region', { name: 'Training', exact: true }).count()).toBe(0);
  });

  it('can be undone: a deletion', async () => {
    const account = await stage.account();
    const { id } = await readyDatakit(account.client);
    const { page } = await stage.visit({ as: account, at: `/datakits/${id}` });
    await button(page, 'More').click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await heading(page, 'Datakits').waitFor();
    await page.getByText('Drop a file here').waitFor();
    await button(page, 'Undo').click();
    await page.getByRole('table', { name: 'Datakits' }).getByRole('link', { name: 'Grades' }).waitFor();
    expect(pathOf(page)).toBe('/datakits');
  });

  it('stands in the address bar: a reload shows the same rows in the same order', async () => {
    const account = await stage.account();
    const { id } = await readyDatakit(account.client);
    const { page } = await stage.visit({ as: account, at: `/datakits/${id}` });
    await button(page, 'city').click();
    await page.getByTitle('Bern: show its 20 rows').click();
    await button(page, 'Sort by hours').click();
    await page.getByText('20 of 60 rows').waitFor();
    const before = pathOf(page);
    await page.reload();
    await page.getByText('20 of 60 rows').waitFor();
    await page.getByRole('complementary', { name: 'Column city' }).waitFor();
    expect(await page.getByRole('columnheader', { name: /hours/ }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    expect(pathOf(page)).toBe(before);
  });

  it('is nobody else’s to see', async () => {
    const [mine, other] = await Promise.all([stage.account(), stage.account()]);
    const { id } = await readyDatakit(mine.client);
    const { page, expect: expected } = await stage.visit({ as: other, at: '/' });
    await page.getByText('Nothing here yet. Begin with data.').waitFor();
    for (const list of ['/datakits', '/models', '/jobs']) {
      await page.goto(list);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.getByText('Grades').count()).toBe(0);
    }
    expected(/404/);
    await page.goto(`/datakits/${id}`);
    await page.getByText('This datakit cannot be shown.').waitFor();
  });
});
