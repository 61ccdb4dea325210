import { populate } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

const many = 1000;

let stage: Stage;
let ada: Account;
let model: string;

beforeAll(async () => {
  stage = await openStage();
  ada = await stage.account();
  ({
    model: { id: model },
  } = await populate(ada.client, stage.server.database));
  const { owner } = stage.server.database;
  await owner(
    `INSERT INTO quadrax.model_versions
     SELECT (jsonb_populate_record(v, jsonb_build_object('version', n, 'job_id', gen_random_uuid()))).*
     FROM quadrax.model_versions v, generate_series(2, $2::int) n WHERE v.model_id = $1`,
    [model, many],
  );
  await owner('UPDATE quadrax.models SET latest_version = $2 WHERE id = $1', [model, many]);
  await owner(
    `INSERT INTO quadrax.models
     SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(), 'name', 'Model ' || n,
       'latest_version', NULL, 'created_at', m.created_at + n * interval '1 second'))).*
     FROM quadrax.models m, generate_series(2, $2::int) n WHERE m.id = $1`,
    [model, many],
  );
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

/** What a page asks for: the names of its scripts, and of each call of the API its path and query. */
const listen = (page: Page) => {
  const scripts: string[] = [];
  const calls: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.endsWith('.js')) scripts.push(pathname.split('/').at(-1) ?? '');
    if (pathname.startsWith('/api/')) calls.push(pathname.replace(/^\/api(\/v1)?/, '') + search);
  });
  return { scripts, calls, charts: () => scripts.filter((name) => name.startsWith('chart-engine')) };
};

/** The versions that were only inserted have no log of a training. */
const noLog = /404 .*\/log\?/;

describe('A long list', () => {
  it('of 1,000 models shows its first rows from one page of them, and loads no chart', async ({
    annotate,
  }) => {
    const { page } = await stage.visit({ as: ada });
    const { scripts, calls, charts } = listen(page);
    const started = performance.now();
    await page.goto('/models');
    const table = page.getByRole('table', { name: 'Models' });
    await table.getByRole('link', { name: `Model ${many}`, exact: true }).waitFor();
    await annotate(`first row of ${many} models after ${Math.round(performance.now() - started)} ms`);
    const pages = calls.filter((call) => call.startsWith('/models?'));
    expect(pages, 'the first row is there with the first page').toHaveLength(1);
    expect(pages[0]).toContain('limit=100');
    await page.getByText('1,000').first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(
      scripts.some((name) => name.startsWith('models-page')),
      'scripts are seen',
    ).toBe(true);
    expect(charts()).toEqual([]);
    expect(await table.getByRole('link').count()).toBeLessThan(many);
    await page.getByText('100 of 1,000', { exact: true }).waitFor();
    const more = page.getByRole('button', { name: 'Show more' });
    await more.press('Enter');
    await page.getByText('200 of 1,000', { exact: true }).waitFor();
    // Who goes through it by keyboard is not put back to the top of the page.
    expect(await more.and(page.locator(':focus')).count()).toBe(1);
  });

  it('of 1,000 versions is one page of them, and no chart until results are shown', async ({ annotate }) => {
    const { page, expect: wrong } = await stage.visit({ as: ada });
    wrong(noLog);
    const { calls, charts } = listen(page);
    const started = performance.now();
    await page.goto(`/models/${model}?tab=training`);
    const chosen = page.getByRole('combobox', { name: 'Version', exact: true });
    await chosen.waitFor();
    await annotate(`a model of ${many} versions after ${Math.round(performance.now() - started)} ms`);
    expect(await chosen.inputValue()).toBe(String(many));
    await page.waitForLoadState('networkidle');
    expect(calls.filter((call) => /\/versions\?/.test(call))).toEqual([
      `/models/${model}/versions?limit=200`,
    ]);
    expect(charts()).toEqual([]);
    await page.getByRole('tab', { name: 'Results' }).click();
    // What would be seen if one had been loaded.
    await expect.poll(charts).not.toEqual([]);
  });

  it('of versions ends somewhere: an earlier one is shown all the same by its number', async () => {
    const { page, expect: wrong } = await stage.visit({ as: ada });
    wrong(noLog);
    await page.goto(`/models/${model}?version=5&tab=training`);
    const chosen = page.getByRole('combobox', { name: 'Version', exact: true });
    await chosen.waitFor();
    expect(await chosen.inputValue()).toBe('5');
  });
});
