import { populate } from '@quadrax/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { framesFromNowOn } from './sockets.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const refused = /content policy|Content Security Policy/;
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

/** What makes a page run or wear what somebody else wrote. */
const injections: Readonly<Record<string, [directive: string, inject: () => void]>> = {
  'a style attribute': [
    'style-src-attr',
    () => document.body.insertAdjacentHTML('beforeend', '<p style="color: red">injected</p>'),
  ],
  'a style element without the nonce': [
    'style-src-elem',
    () => {
      const element = document.createElement('style');
      element.textContent = 'body { color: red }';
      document.head.append(element);
    },
  ],
  'an inline script': [
    'script-src-elem',
    () => {
      const element = document.createElement('script');
      element.textContent = 'document.title = "injected"';
      document.head.append(element);
    },
  ],
  'a handler in an attribute': [
    'script-src-attr',
    () => document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="document.title=1">'),
  ],
  'a script of another host': [
    'script-src-elem',
    () => {
      const element = document.createElement('script');
      element.src = 'https://elsewhere.example/a.js';
      document.head.append(element);
    },
  ],
  'a request to another host': [
    'connect-src',
    () => void fetch('https://elsewhere.example/').catch(() => undefined),
  ],
  'a frame': [
    'frame-src',
    () => document.body.insertAdjacentHTML('beforeend', '<iframe src="/sign-in"></iframe>'),
  ],
};

describe('The content policy', () => {
  it.for(Object.entries(injections))(
    'refuses %s, and every test of pages would fail of it',
    async (entry) => {
      const [, [directive, inject]] = entry;
      const visit = await stage.visit({ at: '/sign-in' });
      await heading(visit.page).waitFor();
      expect(visit.problems).toEqual([]);
      const before = await visit.page.title();
      await visit.page.evaluate(inject);
      await expect
        .poll(() => visit.problems)
        .toContainEqual(expect.stringMatching(`content policy: ${directive} `));
      expect(await visit.page.title()).toBe(before);
      await expect(stage.leave()).rejects.toThrow(`content policy: ${directive} `);
    },
  );

  it('refuses eval', async () => {
    const visit = await stage.visit({ at: '/sign-in' });
    await heading(visit.page).waitFor();
    visit.expect(refused);
    // In the page itself: what playwright evaluates is exempt.
    await visit.page.evaluate(`setTimeout('document.title = "injected"', 0)`);
    await expect.poll(() => visit.problems.join('\n')).toMatch(/content policy: script-src refuses eval/);
    expect(await visit.page.title()).not.toBe('injected');
  });

  it('lets the page hold a WebSocket to its own server', async () => {
    const { page } = await stage.visit({ as: await stage.account() });
    const frames = framesFromNowOn(page);
    const socket = page.waitForEvent('websocket', (one) =>
      one.url().startsWith(stage.url.replace('http', 'ws')),
    );
    await page.goto('/');
    await socket;
    await expect.poll(() => frames.length, { timeout: 15_000 }).toBeGreaterThan(0);
  });

  it('gives each page a nonce of its own, with which style elements of components are taken', async () => {
    const { page } = await stage.visit({ at: '/sign-in' });
    await heading(page).waitFor();
    const wear = () =>
      page.evaluate(() => {
        const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';
        const element = document.createElement('style');
        element.nonce = nonce;
        element.textContent = 'h1 { color: red }';
        document.head.append(element);
        // Where scroll locks of dialogs look for it.
        const handed = (globalThis as unknown as { __webpack_nonce__?: string }).__webpack_nonce__;
        // A refused one has no style sheet.
        return { nonce, handed, rules: element.sheet?.cssRules.length };
      });
    const first = await wear();
    expect(first.nonce).toMatch(/^[\w-]{22}$/);
    expect(first).toMatchObject({ handed: first.nonce, rules: 1 });
    await page.reload();
    await heading(page).waitFor();
    const second = await wear();
    expect(second).toMatchObject({ handed: second.nonce, rules: 1 });
    expect(second.nonce).not.toBe(first.nonce);
  });

  it('lets charts be hovered, saved and read as tables', async () => {
    const account = await stage.account();
    const { model } = await populate(account.client, stage.server.database);
    const { page } = await stage.visit({ as: account, at: `/models/${model.id}` });
    const plots = page.locator('canvas');
    await plots.first().waitFor();
    for (const plot of await plots.all()) {
      await plot.scrollIntoViewIfNeeded();
      const box = await plot.boundingBox();
      for (const share of [0.3, 0.5, 0.7])
        await plot.hover({ position: { x: (box?.width ?? 0) * share, y: (box?.height ?? 0) * 0.5 } });
    }
    const options = page.getByRole('button', { name: /^Options of/ }).first();
    for (const name of ['Download SVG', 'Download PNG', 'Download CSV']) {
      const saved = page.waitForEvent('download');
      await options.click();
      await page.getByRole('menuitem', { name }).click();
      expect((await saved).suggestedFilename()).toMatch(/\.(svg|png|csv)$/);
    }
  });

  it('lets the description of the API be read and tried', async () => {
    const { page, expect: expected } = await stage.visit({ at: '/docs/' });
    expected(/401/);
    const operation = page.locator('[id*="login"]').first();
    await operation.waitFor();
    await operation.locator('button').first().click();
    await page.getByRole('button', { name: 'Try it out' }).first().click();
    const answered = page.waitForResponse((response) => response.url().endsWith('/auth/login'));
    await page.getByRole('button', { name: 'Execute' }).first().click();
    await answered;
    await page.getByText('Server response').first().waitFor();
    const back = page.getByRole('link', { name: 'Back to the app' });
    expect(await back.getAttribute('href')).toBe('/');
  });
});
