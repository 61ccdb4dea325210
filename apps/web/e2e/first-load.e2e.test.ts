import { populate } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let account: Account;
let paths: Record<'overview' | 'datakit' | 'model', string>;
beforeAll(async () => {
  stage = await openStage();
  account = await stage.account();
  const { datakit, model } = await populate(account.client);
  paths = { overview: '/', datakit: `/datakits/${datakit.id}`, model: `/models/${model.id}` };
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

/** How far things moved while a page was loaded, as Chromium counts it (Cumulative Layout Shift). */
const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const observer = new PerformanceObserver(() => undefined);
        observer.observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            const shifts = observer.takeRecords() as (PerformanceEntry & { value: number })[];
            resolve(shifts.reduce((sum, { value }) => sum + value, 0));
          }),
        );
      }),
  );

describe('The first load', () => {
  it('brings the sign-in page with less than 200 KB of script', async () => {
    const { page } = await stage.visit({ at: '/sign-in' });
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    const bytes = await scriptBeforePaint(page);
    console.info('sign-in page:', bytes, 'bytes of script before the first paint');
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(200_000);
  });

  it.for([
    ['overview', 1440],
    ['overview', 390],
    ['datakit', 1440],
    ['datakit', 390],
    ['model', 1440],
    ['model', 390],
  ] as const)('moves nothing about while the %s is loaded, %i px wide', async ([name, width]) => {
    const { page } = await stage.visit({ as: account, at: paths[name], width });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    const shift = await layoutShift(page);
    console.info(name, width, 'px: layout shift', shift);
    expect(shift).toBeLessThan(0.1);
  });
});
