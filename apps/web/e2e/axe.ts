import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** What axe finds on a page as it is. */
export const violationsOf = async (page: Page, rules?: string[]): Promise<string[]> => {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({
    // Off by default: names say what is seen on a control (WCAG 2.5.3).
    rules: { 'label-content-name-mismatch': { enabled: true } },
    // What is in order need not be listed, which takes as long as finding what is not.
    resultTypes: ['violations'],
  });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${help} at ${target.join(' ')} ${any[0]?.message ?? ''}`),
  );
};

/** What axe finds in light on a wide window, and in dark on a phone. The looks differ in their colours alone. */
export const everywhere = async (page: Page): Promise<string[]> => {
  const found: string[] = [];
  for (const [look, width, height] of [
    ['light', 1440, 900],
    ['dark', 390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: look });
    await page.locator(`html[data-mantine-color-scheme="${look}"]`).waitFor();
    const violations = await violationsOf(page);
    found.push(...violations.map((violation) => `${look}, ${width} px wide: ${violation}`));
  }
  return found;
};

/** Waits until a page has its heading and asks for nothing more. */
export const settled = async (page: Page): Promise<void> => {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
};
