import { asOperator, keptMail, smtpServer } from '@quadrax/testkit';
import type { SmtpServer } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from './stage.ts';
import type { Account, Stage } from './stage.ts';

let smtp: SmtpServer;
let stage: Stage;
let refusing = false;
beforeAll(async () => {
  smtp = await smtpServer({ refuse: () => (refusing ? '550 No such user here' : undefined) });
  stage = await openStage(smtp.env);
});
afterEach(({ task }) => stage.leave(task.result?.state === 'fail'));
afterAll(async () => {
  await stage.close();
  await smtp.close();
});

const operator = async (at: Stage = stage): Promise<Account> => {
  const account = await at.account();
  await asOperator(at.server.database, account.client);
  return account;
};

describe('The outbox', () => {
  it('is found by those who run the platform, and shows a mail with its text', async () => {
    const account = await operator();
    const text = 'Hello,\n\nconfirm your address: https://example.org/verify?token=abc.\n<b>Not bold</b>';
    const { id } = await keptMail(stage.server.database, account.client, { text });
    const { page } = await stage.visit({ as: account, at: '/' });
    await page
      .getByRole('navigation', { name: 'Main', exact: true })
      .getByRole('link', { name: 'Outbox' })
      .click();
    await page.getByText('The mail server answers: mails are sent at once.').waitFor();
    await page.getByLabel('Search mails by recipient').fill(account.email.toUpperCase());
    // Beside the one that registering sent.
    await page.getByText('2 mails fit').waitFor();
    const row = page.getByRole('table', { name: 'Mails' }).getByRole('row', { name: /Confirm your address/ });
    expect(await row.textContent()).toMatch(/Confirm your address.*Kept/);
    await row.getByRole('link', { name: 'Confirm your address' }).click();
    await page.getByRole('heading', { level: 1, name: 'Confirm your address' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/outbox/${id}`);
    const shown = page.getByRole('region', { name: 'Text' });
    expect(await shown.locator('pre').textContent()).toBe(text);
    const link = shown.getByRole('link');
    expect(await link.getAttribute('href')).toBe('https://example.org/verify?token=abc');
    expect(await link.getAttribute('rel')).toBe('noreferrer');
  });

  it('sends a mail, says why it failed, and sends it again', async () => {
    const account = await operator();
    const { id } = await keptMail(stage.server.database, account.client);
    refusing = true;
    const { page } = await stage.visit({ as: account, at: `/outbox/${id}` });
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('The mail server refused it: 550 No such user here').waitFor();
    refusing = false;
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText(/^Sent · to /).waitFor();
    expect((await smtp.mailTo(account.email)).subject).toBe('Confirm your address');
    expect(await page.getByText('550').count()).toBe(0);
  });

  it('is no place for others', async () => {
    const account = await stage.account();
    const visit = await stage.visit({ as: account, at: '/' });
    const { page } = visit;
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(await page.getByRole('link', { name: 'Outbox' }).count()).toBe(0);
    visit.expect(/status of 403/);
    await page.goto('/outbox');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/Your role does not allow this.*platform administrators/);
  });

  it('with no mail server says what to set, and is an invitation while it is empty', async () => {
    const silent = await openStage();
    try {
      const account = await operator(silent);
      // But for the one that registering wrote.
      await silent.server.database.owner('DELETE FROM quadrax.outbox');
      const { page } = await silent.visit({ as: account, at: '/outbox' });
      await page.getByText('No mail server is configured: mails are kept here.').waitFor();
      expect(await page.getByText('To send mails, set').textContent()).toContain('SMTP_HOST and SMTP_FROM');
      await page.getByText('Nothing was written yet').waitFor();
      const { id } = await keptMail(silent.server.database, account.client);
      await page.goto(`/outbox/${id}`);
      await page.getByRole('region', { name: 'Text' }).waitFor();
      await page.getByText('No mail server is configured').waitFor();
      expect(await page.getByRole('button', { name: /^Send/ }).count()).toBe(0);
      await silent.leave();
    } finally {
      await silent.close();
    }
  });
});
