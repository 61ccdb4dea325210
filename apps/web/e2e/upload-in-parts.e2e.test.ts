import { createHash } from 'node:crypto';
import { eventually } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { everywhere } from './axe.ts';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
let account: Account;
beforeAll(async () => {
  stage = await openStage();
  account = await stage.account();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Of two parts: the first has 8 MB. */
const large = Buffer.from(`hour,value\n${'12,345678\n'.repeat(900_000)}`);

const begin = async (page: Page): Promise<void> => {
  const chooser = page.waitForEvent('filechooser');
  await button(page, 'Upload files').click();
  await (await chooser).setFiles({ name: 'large.csv', mimeType: 'text/csv', buffer: large });
  await button(page, 'Import').click();
};

const uploads = (): Promise<Record<string, unknown>[]> =>
  stage.server.database.owner(
    'SELECT offset_bytes::int AS offset FROM quadrax.uploads WHERE completed_at IS NULL AND tenant_id = $1',
    [account.client.tenantId],
  );

describe('A large file', () => {
  it('goes in parts with their digests, and is given up on the server when it is cancelled', async () => {
    const { page } = await stage.visit({ as: account, at: '/datakits' });
    const digests: (string | undefined)[] = [];
    const held = Promise.withResolvers<void>();
    await page.route('**/datakits/uploads/*', async (route) => {
      const request = route.request();
      if (request.method() !== 'PATCH') return route.continue();
      digests.push(request.headers()['content-digest']);
      // The second part is on its way for as long as the test wants.
      if (digests.length > 1) await held.promise;
      return route.continue().catch(() => {});
    });
    await begin(page);
    await eventually('the first part is kept', uploads, ([upload]) => upload?.['offset'] === 8 * 1024 * 1024);
    await eventually(
      'the second is on its way',
      () => digests.length,
      (count) => count === 2,
    );
    const parts = [large.subarray(0, 8 * 1024 * 1024), large.subarray(8 * 1024 * 1024)];
    expect(digests).toEqual(
      parts.map((part) => `sha-256=:${createHash('sha256').update(part).digest('base64')}:`),
    );
    await button(page, 'Cancel').click();
    await eventually('it is given up', uploads, ({ length }) => length === 0);
    held.resolve();
    expect(
      await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('upload'))),
    ).toEqual([]);
  });

  it('says that it does not get through, keeps its place when it is paused, and goes on by itself', async () => {
    const { page, expect: expected } = await stage.visit({ as: account, at: '/datakits', width: 390 });
    expected(/ERR_CONNECTION_RESET/);
    let broken = false;
    await page.route('**/datakits/uploads/*', async (route) => {
      const part = route.request().method() === 'PATCH';
      if (part && broken) return route.abort('connectionreset');
      broken ||= part;
      return route.continue().catch(() => {});
    });
    await begin(page);
    await page.getByText('Does not get through; is tried again by itself').waitFor();
    const bar = page.getByRole('progressbar', { name: 'Upload of large.csv' });
    const reached = await bar.getAttribute('aria-valuenow');
    expect(Number(reached)).toBeGreaterThan(90);
    expect(await everywhere(page)).toEqual([]);
    await button(page, 'Pause').press('Enter');
    // By keyboard alone: the way back is where the focus is.
    await button(page, 'Resume').and(page.locator(':focus')).waitFor();
    expect(await bar.getAttribute('aria-valuenow')).toBe(reached);
    await page.keyboard.press('Enter');
    await button(page, 'Pause').and(page.locator(':focus')).waitFor();
    await page.unroute('**/datakits/uploads/*');
    await page.waitForURL(/\/datakits\/[0-9a-f-]{36}/);
  });

  it('is given up also while it is paused', async () => {
    const { page } = await stage.visit({ as: account, at: '/datakits' });
    const held = Promise.withResolvers<void>();
    await page.route('**/datakits/uploads/*', async (route) => {
      if (route.request().method() === 'PATCH') await held.promise;
      return route.continue().catch(() => {});
    });
    await begin(page);
    await eventually('it is begun', uploads, ({ length }) => length === 1);
    await button(page, 'Pause').click();
    await page.getByText('Paused: what has arrived is kept for 24 hours').waitFor();
    await button(page, 'Cancel').click();
    expect(await eventually('it is given up', uploads, ({ length }) => length === 0)).toEqual([]);
    held.resolve();
  });
});
