import { routes } from '@quadrax/contract';
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
const panelOf = (page: Page) => page.getByRole('region', { name: 'Import' });

const drop = async (page: Page, name: string, buffer: Buffer): Promise<void> => {
  const chooser = page.waitForEvent('filechooser');
  await button(page, 'Upload files').click();
  await (await chooser).setFiles({ name, mimeType: 'text/csv', buffer });
};

const columnsIn = async (page: Page): Promise<string[]> => {
  const cells = panelOf(page)
    .getByRole('region', { name: /^Columns found in / })
    .locator('tbody th');
  await cells.first().waitFor();
  return cells.allTextContents();
};

/** A letter a word in Windows-1251, too little to be told from accented Latin ones. */
const cyrillic = (text: string): Buffer =>
  Buffer.from(Array.from(text, (char) => char.charCodeAt(0) - (char < '\u0080' ? 0 : 0x350)));

describe('A file at its import', () => {
  it('is shown as it will be read, at once with each choice, and is read so', async () => {
    const { page } = await stage.visit({ as: account, at: '/datakits' });
    await drop(page, 'days.csv', cyrillic('ж;д\nя;02/06/2020\nю;03/04/2020\n'));
    expect(await columnsIn(page)).toEqual(['æ', 'ä']);
    const panel = panelOf(page);
    await panel.getByLabel('Encoding').selectOption('windows-1251');
    await panel.getByRole('rowheader', { name: 'ж', exact: true }).waitFor();
    expect(await columnsIn(page)).toEqual(['ж', 'д']);
    await panel.getByLabel('First row').selectOption('no');
    await panel.getByRole('rowheader', { name: 'column_1' }).waitFor();
    await panel.getByLabel('First row').selectOption('');
    await panel.getByRole('rowheader', { name: 'ж', exact: true }).waitFor();
    await panel.getByLabel('Between cells').selectOption(',');
    await panel.getByRole('rowheader', { name: 'ж;д' }).waitFor();
    await panel.getByLabel('Between cells').selectOption('');
    await panel.getByRole('rowheader', { name: 'ж', exact: true }).waitFor();
    await panel.getByLabel('Dates such as 02/06').selectOption('day-first');
    expect(await everywhere(page)).toEqual([]);
    await button(page, 'Import').click();
    await page.waitForURL(/\/datakits\/[0-9a-f-]{36}/);
    await page.getByText('Cyrillic (Windows-1251) (stated)').waitFor();
    await page.getByText('dates day first (stated)').waitFor();
    await page.getByText('2020-06-02').first().waitFor();
  });

  it('is told from the others that are looked at', async () => {
    const { page } = await stage.visit({ as: account, at: '/datakits' });
    await drop(page, 'first.csv', Buffer.from('a,b\n1,2\n'));
    await drop(page, 'second.csv', Buffer.from('c,d\n1,2\n'));
    const found = page.getByRole('region', { name: 'Columns found in second.csv' });
    await found.getByRole('rowheader', { name: 'd', exact: true }).waitFor();
    expect(await everywhere(page)).toEqual([]);
  });

  it.for([
    ['titles above it', 'Weather,,\nof 2024,,\n\nday,mm,note\n1,2.5,dry\n2,3.5,"wet, cold"\n'],
    ['comments and a name that is missing', '# made by hand\n,mass;g,x\n1,2;3,4\n2,3;4,5\n'],
    ['values in every line', '1|2|3\n4|5|6\n7|8|9\n'],
    ['years as names', 'country;2019;2020\nCH;1,5;2,5\nDE;3,5;4,5\n'],
    ['spaces between', 'a b c\n1 2 3\n4 5 6\n7 8 9\n'],
    ['single quotes', "name,said\nAda,'yes, no'\nBob,'no, yes'\n"],
    ['one column with commas in its words', 'remark\nshort\n"long, longer"\nshort\n'],
    ['a rare delimiter', 'id^mass^city\n1^2.5^Bern\n2^3.5^Rome\n'],
  ] as const)('is shown with the columns that it will have: %s', async ([name, content]) => {
    const { page } = await stage.visit({ as: account, at: '/datakits' });
    await drop(page, `${name}.csv`, Buffer.from(content));
    const found = await columnsIn(page);
    await button(page, 'Import').click();
    await page.waitForURL(/\/datakits\/[0-9a-f-]{36}/);
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const { columns } = await eventually(
      'it is read',
      () => account.client.call(routes.datakits.get, { params: { id } }),
      ({ status }) => status === 'READY',
    );
    expect(found).toEqual(columns.map((column) => column.name));
  });

  it('that is refused may be read another way', async () => {
    const { page, expect: expected } = await stage.visit({ as: account, at: '/datakits' });
    expected(/status of 422/);
    await drop(page, 'refused.csv', Buffer.from('a,b;c\n1;2\n3;4\n5;6\n'));
    const panel = panelOf(page);
    await panel.getByLabel('Between cells').selectOption(',');
    await button(page, 'Import').click();
    await panel
      .getByRole('alert')
      .getByText(/rows have another number of fields/)
      .waitFor();
    await panel.getByLabel('Between cells').selectOption(';');
    await panel.getByRole('alert').waitFor({ state: 'detached' });
    await button(page, 'Import').click();
    await page.waitForURL(/\/datakits\/[0-9a-f-]{36}/);
    await page.getByText('semicolon between cells (stated)').waitFor();
  });
});
