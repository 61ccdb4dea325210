import { newModel, readyDatakit } from '@quadrax/testkit';
import { routes } from '@quadrax/contract';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(() => stage.close());

const names = ['beta', 'Alpha', 'gamma'];

const add = {
  Models: ({ client }: Account, name: string) => newModel(client, { name }),
  Datakits: async ({ client }: Account, name: string) => {
    const { id } = await readyDatakit(client);
    await client.call(routes.datakits.update, { params: { id }, body: { name } });
  },
} as const;

const search = (page: Page): string => new URL(page.url()).search;

describe.each([
  { list: 'Models', age: 'Changed', sort: 'updatedAt' },
  { list: 'Datakits', age: 'Added', sort: 'createdAt' },
] as const)('The table of $list', ({ list, age, sort }) => {
  it('is sorted by the head of a column, which the address keeps', async () => {
    const account = await stage.account();
    for (const name of names) await add[list](account, name);
    const { page } = await stage.visit({ as: account, at: `/${list.toLowerCase()}` });
    const table = page.getByRole('table', { name: list });
    const head = (name: string) => table.getByRole('columnheader', { name });
    /** Waits until the rows are in this order. */
    const shows = (wanted: readonly string[]) =>
      page.waitForFunction(
        ([label, text]) =>
          [...document.querySelectorAll(`table[aria-label="${label}"] tbody a`)]
            .map((link) => link.textContent)
            .join() === text,
        [list, wanted.join()],
      );
    await shows(['gamma', 'Alpha', 'beta']);
    const byName = head('Name').getByRole('button');
    await byName.click();
    await shows(['Alpha', 'beta', 'gamma']);
    expect(search(page)).toBe('?sort=name');
    expect(await head('Name').getAttribute('aria-sort')).toBe('ascending');
    await byName.focus();
    await page.keyboard.press('Enter');
    await shows(['gamma', 'beta', 'Alpha']);
    expect(search(page)).toBe('?sort=-name');
    await page.reload();
    await shows(['gamma', 'beta', 'Alpha']);
    expect(await head('Name').getAttribute('aria-sort')).toBe('descending');
    await head(age).getByRole('button').click();
    await shows(['gamma', 'Alpha', 'beta']);
    expect(search(page)).toBe(`?sort=-${sort}`);
    await head(age).getByRole('button').click();
    await shows(['beta', 'Alpha', 'gamma']);
    expect(await head('Name').getAttribute('aria-sort')).toBe('none');
    // An address of anyone's making.
    await page.goto(`/${list.toLowerCase()}?sort=password`);
    await shows(['gamma', 'Alpha', 'beta']);
  });
});
