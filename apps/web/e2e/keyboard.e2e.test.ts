import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Operator, Stage } from './stage.ts';

let stage: Stage;
let operator: Operator;
beforeAll(async () => {
  stage = await openStage();
  operator = await stage.operator();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

/** Whether one sees where the focus is: an outline, a ring, or a border that it alone has. */
const focusIsSeen = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const look = (element: Element): string => {
      const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(element);
      return [outlineStyle === 'none' ? '' : outlineWidth, boxShadow, borderColor].join(' ');
    };
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement)) return false;
    const chain = [focused, focused.parentElement, focused.nextElementSibling].filter((one) => one !== null);
    const within = chain.map(look);
    focused.blur();
    const without = chain.map(look);
    focused.focus({ preventScroll: true });
    return within.join() !== without.join();
  });

/** Presses Tab until the focus is on `target`. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  await target.waitFor();
  for (let steps = 0; steps < 120; steps++) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      expect(await focusIsSeen(page), `the focus on ${String(target)} is seen`).toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`The focus never came to ${String(target)}.`);
};

describe('By keyboard alone', () => {
  it('one goes from a sample to a prediction', async () => {
    const { page } = await stage.visit({ as: await stage.account(), at: '/' });
    await page.getByRole('button', { name: 'Use it: Palmer penguins' }).waitFor();
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to the content' });
    expect(await skip.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: 'Use it: Palmer penguins' }));
    await page.keyboard.press('Enter');
    await page.getByText('Ready · 344 rows').waitFor();

    await tabTo(page, page.getByRole('link', { name: 'Train a model' }));
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('radio', { name: 'Best of all' }));
    await page.keyboard.press('ArrowUp');
    expect(await page.getByRole('radio', { name: 'Baseline' }).isChecked()).toBe(true);
    await tabTo(page, page.getByRole('button', { name: 'Train', exact: true }));
    await page.keyboard.press('Enter');

    await tabTo(page, page.getByRole('button', { name: 'Deploy version 1' }));
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Predict' }).waitFor();
    await tabTo(page, page.getByRole('tab', { name: 'Results' }));
    await page.keyboard.press('ArrowRight');
    await page
      .getByRole('heading', { name: /^What moves/ })
      .first()
      .waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Predicted species' }).waitFor();
    const input = page.getByLabel('bill_length_mm');
    await tabTo(page, input);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('45.5');
    expect(await input.inputValue()).toBe('45.5');
    await page
      .getByText(/^(Adelie|Gentoo|Chinstrap)$/)
      .first()
      .waitFor();
  });

  it('one goes to lists by g and a letter, and finds anything by Ctrl-K', async () => {
    const { page } = await stage.visit({ as: operator, at: '/' });
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    for (const [key, name] of [
      ['d', 'Datakits'],
      ['m', 'Models'],
      ['j', 'Jobs'],
      ['u', 'Members'],
      ['a', 'Audit log'],
      ['p', 'Platform'],
      ['o', 'Overview'],
    ] as const) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.getByRole('heading', { level: 1, name }).waitFor();
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search' }).waitFor();
    // At once: what is found for a shorter word would come and go meanwhile.
    await page.keyboard.insertText('grad');
    await page.getByText(/^Datakit · Ready/).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Grades' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/datakits/${operator.ids.datakit}`);
  });

  it('a dialog holds the focus and gives it back', async () => {
    const { page } = await stage.visit({ as: operator, at: '/datakits' });
    const link = page.getByRole('table').getByRole('link', { name: 'Grades' });
    await tabTo(page, link);
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await dialog.waitFor();
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press(i < 4 ? 'Tab' : 'Shift+Tab');
      expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => link.evaluate((element) => element === document.activeElement)).toBe(true);
  });
});
