import { randomUUID } from 'node:crypto';
import { routes } from '@quadrax/contract';
import { asOperator, eventually, keptMail, smtpServer, startTestServer } from '@quadrax/testkit';
import type { SmtpServer, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { list, get, send } = routes.mail;

const operatorOf = async ({ database, register }: TestServer): Promise<TestClient> =>
  asOperator(database, await register());

describe('the outbox with no mail server', () => {
  let server: TestServer;
  let operator: TestClient;
  let ada: TestClient;

  beforeAll(async () => {
    server = await startTestServer();
    [operator, ada] = await Promise.all([operatorOf(server), server.register()]);
  });
  afterAll(() => server.close());

  it('shows an operator the mails of every tenant, newest first, without their bodies', async () => {
    const first = await keptMail(server.database, ada, { subject: 'First' });
    const second = await keptMail(server.database, operator, { subject: 'Second' });
    const { items } = await operator.page(list);
    const ours = items.filter(({ id }) => id === first.id || id === second.id);
    expect(ours).toMatchObject([
      { id: second.id, subject: 'Second', recipient: operator.user.email },
      { id: first.id, subject: 'First', state: 'kept', attempts: 0, kind: 'account.verification' },
    ]);
    expect(Object.keys(ours[0] ?? {}).toSorted()).toEqual(
      ['attempts', 'createdAt', 'id', 'kind', 'recipient', 'state', 'subject'].toSorted(),
    );
  });

  it('is filtered by state and by recipient, and walked page by page', async () => {
    await keptMail(server.database, ada);
    await keptMail(server.database, ada);
    const recipient = ada.user.email.slice(0, -5).toUpperCase();
    const all = await operator.page(list, { query: { recipient } });
    expect(all.items.length).toBeGreaterThanOrEqual(2);
    expect(all.items.every((mail) => mail.recipient === ada.user.email)).toBe(true);
    expect((await operator.page(list, { query: { recipient, state: 'sent' } })).items).toEqual([]);

    const walked: string[] = [];
    let cursor: string | undefined;
    do {
      const { items, meta } = await operator.page(list, {
        query: { recipient, state: 'kept', limit: 1, cursor },
      });
      walked.push(...items.map(({ id }) => id));
      cursor = meta.nextCursor;
    } while (cursor !== undefined);
    expect(walked).toEqual(all.items.map(({ id }) => id));
    expect((await operator.page(list, { query: { recipient: '%' } })).items).toEqual([]);
    expect(await operator.refused(list, { query: { state: 'lost' } })).toMatchObject({ status: 400 });
    expect(await operator.refused(list, { query: { cursor: 'made-up' } })).toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });

  it('shows one mail with both of its bodies', async () => {
    const { id } = await keptMail(server.database, ada, { text: 'Open https://example.org/verify' });
    expect(await operator.call(get, { params: { id } })).toMatchObject({
      id,
      text: 'Open https://example.org/verify',
      html: '<p>Hello</p>',
    });
    expect(await operator.refused(get, { params: { id: randomUUID() } })).toMatchObject({
      status: 404,
      error: 'There is no such mail.',
    });
  });

  it('sends nothing, and says what to set', async () => {
    const { id } = await keptMail(server.database, ada);
    const refused = await operator.refused(send, { params: { id } });
    expect(refused).toMatchObject({ status: 503, code: 'NOT_CONFIGURED' });
    expect(refused.error).toMatch(/SMTP_HOST and SMTP_FROM/);
    expect(await operator.call(get, { params: { id } })).toMatchObject({ state: 'kept' });
  });
});

describe('the outbox with a mail server', () => {
  let smtp: SmtpServer;
  let server: TestServer;
  let operator: TestClient;
  let refusing = false;

  beforeAll(async () => {
    smtp = await smtpServer({ refuse: () => (refusing ? '550 Not today' : undefined) });
    server = await startTestServer({ env: smtp.env });
    operator = await operatorOf(server);
  });
  afterAll(async () => {
    await server.close();
    await smtp.close();
  });

  const becomes = (id: string, state: string) =>
    eventually(
      `the mail is ${state}`,
      () => operator.call(get, { params: { id } }),
      (mail) => mail.state === state,
      5000,
    );

  it('sends what was kept, and sends again under another Message-ID what was sent', async () => {
    const ada = await server.register();
    const { id } = await keptMail(server.database, ada);
    expect(await operator.call(send, { params: { id } })).toMatchObject({ state: 'waiting', attempts: 0 });
    expect(await becomes(id, 'sent')).toMatchObject({ attempts: 1, sentAt: expect.any(String) });
    await operator.call(send, { params: { id } });
    await becomes(id, 'sent');
    // Registering has sent one of its own.
    const ids = smtp.mails.map(({ messageId }) => messageId).filter((messageId) => messageId.includes(id));
    expect(ids).toEqual([`<${id}@example.org>`, `<${id}.2@example.org>`]);
  });

  it('sends what had failed, once the reason is gone', async () => {
    const ada = await server.register();
    const { id } = await keptMail(server.database, ada);
    refusing = true;
    await operator.call(send, { params: { id } });
    expect(await becomes(id, 'failed')).toMatchObject({ error: 'The mail server refused it: 550 Not today' });
    refusing = false;
    await operator.call(send, { params: { id } });
    const sent = await becomes(id, 'sent');
    expect(sent.error).toBeUndefined();
    expect((await smtp.mailTo(ada.user.email)).messageId).toBe(`<${id}@example.org>`);
  });

  it('notes in the audit log who read it and who sent it', async () => {
    const { id } = await keptMail(server.database, operator);
    await operator.call(send, { params: { id } });
    await becomes(id, 'sent');
    expect(
      await server.database.owner(
        `SELECT DISTINCT account_id, action FROM quadrax.audit_log WHERE resource_id = $1 ORDER BY action`,
        [id],
      ),
    ).toEqual([
      { account_id: operator.user.id, action: 'mail.read' },
      { account_id: operator.user.id, action: 'mail.resent' },
    ]);
  });

  it('has no such mail to send: 404, and no audit', async () => {
    const id = randomUUID();
    expect(await operator.refused(send, { params: { id } })).toMatchObject({ status: 404 });
    expect(
      await server.database.owner(`SELECT 1 FROM quadrax.audit_log WHERE resource_id = $1`, [id]),
    ).toEqual([]);
  });
});
