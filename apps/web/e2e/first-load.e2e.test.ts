import { asOperator, populate } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let account: Account;
let paths: Record<'overview' | 'datakit' | 'model' | 'outbox', string>;
beforeAll(async () => {
  stage = await openStage();
  account = await stage.account();
  const { datakit, model } = await populate(account.client, stage.server.database);
  await asOperator(stage.server.database, account.client);
  paths = {
    overview: '/',
    datakit: `/datakits/${datakit.id}`,
    model: `/models/${model.id}`,
    outbox: '/outbox',
  };
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

/** Bytes of script, as they came over the line, that were asked for before anything was painted. */
const scriptBeforePaint = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const painted =
      performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.POSITIVE_INFINITY;
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const scripts = entries.filter(({ name, startTime }) => /\.js($|\?)/.test(name) && startTime <= painted);
    return scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  });

interface Shift extends PerformanceEntry {
  readonly value: number;
}

/** Adds up from the first paint on how far things move, as Chromium counts it (Cumulative Layout Shift). */
const countShifts = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const { value } of list.getEntries() as Shift[]) shifts.sum += value;
    }).observe({ type: 'layout-shift', buffered: true });
  });

const shiftOf = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as { shifts: { sum: number } }).shifts.sum);

describe('The first load', () => {
  it('brings the sign-in page with less than 200 KB of script', async ({ annotate }) => {
    const { page } = await stage.visit({ cold: true, at: '/sign-in' });
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    const bytes = await scriptBeforePaint(page);
    await annotate(`${bytes} bytes of script before the first paint of the sign-in page`);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(200_000);
  });

  it('would be seen to move: what is put above the page counts', async () => {
    const { page } = await stage.visit({ cold: true, as: account });
    await countShifts(page);
    await page.goto(paths.datakit);
    await page.getByRole('table').waitFor();
    await page.evaluate(() => {
      const block = document.createElement('div');
      block.style.height = '300px';
      document.getElementById('main')?.prepend(block);
    });
    await expect.poll(() => shiftOf(page)).toBeGreaterThan(0.1);
  });

  it.for([
    ['overview', 1440],
    ['overview', 390],
    ['datakit', 1440],
    ['datakit', 390],
    ['model', 1440],
    ['model', 390],
    ['outbox', 1440],
    ['outbox', 390],
  ] as const)(
    'moves nothing about while the %s is loaded, %i px wide',
    async ([name, width], { annotate }) => {
      const { page } = await stage.visit({ cold: true, as: account, width });
      await countShifts(page);
      await page.goto(paths[name]);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      const shift = await shiftOf(page);
      await annotate(`layout shift of the ${name}, ${width} px wide: ${shift}`);
      expect(shift).toBeLessThan(0.1);
    },
  );
});
