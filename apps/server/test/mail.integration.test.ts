import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import tls from 'node:tls';
import { createDatabase, eventually, smtpServer, spawnServer, startTestServer } from '@quadrax/testkit';
import type {
  SmtpOptions,
  SmtpServer,
  SpawnedServer,
  TestDatabase,
  TestServer,
  TestServerOptions,
} from '@quadrax/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { letter } from '#platform/mail';
import { localhostCertificate } from './localhost-certificate.ts';

let database: TestDatabase;
let tenantId: string;
const open: { close(): Promise<unknown> }[] = [];

beforeEach(async () => {
  database = await createDatabase();
  tenantId = randomUUID();
  await database.owner(`INSERT INTO auth.tenants (tenant_id, name, slug) VALUES ($1, 'Ada', $2)`, [
    tenantId,
    tenantId,
  ]);
});
afterEach(async () => {
  // What came last goes first: the product counts what it leaves open.
  for (const one of open.splice(0).toReversed()) await one.close();
  await database.drop();
});

const closing = <T extends { close(): Promise<unknown> }>(one: T): T => {
  open.push(one);
  return one;
};

const mailServer = async (options?: SmtpOptions): Promise<SmtpServer> => closing(await smtpServer(options));

const product = async (smtp: Pick<SmtpServer, 'env'>, options: TestServerOptions = {}): Promise<TestServer> =>
  closing(await startTestServer({ database, env: smtp.env, ...options }));

const spawned = async (smtp: SmtpServer, fault?: string): Promise<SpawnedServer> => {
  const server = await spawnServer({ database, env: smtp.env, ...(fault !== undefined && { fault }) });
  closing({ close: () => server.cleanUp() });
  return server;
};

const hello = letter({
  subject: 'Grüße, 世界',
  greeting: 'Hello Ada',
  paragraphs: ['Please confirm.'],
  action: { label: 'Confirm', url: 'https://example.org/verify?token=a&b=c' },
  footer: 'You get this mail because you have an account.',
});

const mailTo = (recipient: string) => ({ tenantId, kind: 'account.verification', recipient, ...hello });

/** Queues a mail in a transaction of its own. */
const send = ({ app: { platform } }: TestServer, recipient = 'ada@example.org'): Promise<void> =>
  platform.db.system((tx) => platform.mail.send(tx, mailTo(recipient)));

/** Queues a mail past any process of the product. */
const queue = async (recipient = 'ada@example.org'): Promise<void> => {
  await database.owner(
    `INSERT INTO quadrax.outbox (tenant_id, id, kind, recipient, subject, body_text, body_html, state)
     VALUES ($1, $2, 'account.verification', $3, $4, $5, $6, 'waiting')`,
    [tenantId, randomUUID(), recipient, hello.subject, hello.text, hello.html],
  );
  await database.owner(`SELECT pg_notify('quadrax_mail', '')`);
};

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly last_error: string | null;
}

const rows = (): Promise<Row[]> => database.owner<Row>('SELECT * FROM quadrax.outbox ORDER BY created_at');

const settledAs = (state: string, withinMs?: number): Promise<Row[]> =>
  eventually(
    `every mail is ${state}`,
    rows,
    (seen) => seen.length > 0 && seen.every((row) => row.state === state),
    withinMs,
  );

describe('a mail', () => {
  it('is delivered within a second of the commit, whole and addressed to one', async () => {
    const smtp = await mailServer();
    const server = await product({ env: { ...smtp.env, SMTP_FROM: 'Büro, Ada <quadrax@example.org>' } });
    await send(server, 'ada+é@example.org');
    const [mail] = await smtp.received(1, 1000);
    const [row] = await settledAs('sent', 1000);
    expect(mail).toMatchObject({
      to: 'ada+é@example.org',
      from: 'quadrax@example.org',
      subject: 'Grüße, 世界',
      messageId: `<${row?.id}@example.org>`,
      links: ['https://example.org/verify?token=a&b=c'],
    });
    expect(mail?.text.trim()).toBe(hello.text.trim());
    expect(mail?.html).toContain('href="https://example.org/verify?token=a&amp;b=c"');
    expect(mail?.headers).toMatchObject({
      from: '=?UTF-8?Q?B=C3=BCro=2C_Ada?= <quadrax@example.org>',
      'auto-submitted': 'auto-generated',
    });
    expect(row).toMatchObject({ attempts: 1, last_error: null, worker: null });
  });

  it('of a transaction of its tenant goes out likewise', async () => {
    const smtp = await mailServer();
    const { db, mail } = (await product(smtp)).app.platform;
    await db.tenant(tenantId, (tx) => mail.send(tx, mailTo('ada@example.org')));
    expect(await smtp.received(1, 1000)).toMatchObject([{ to: 'ada@example.org' }]);
    await settledAs('sent');
  });

  it('is not sent if its transaction rolls back', async () => {
    const smtp = await mailServer();
    const server = await product(smtp);
    const { db, mail } = server.app.platform;
    const lost = db.system(async (tx) => {
      await mail.send(tx, mailTo('never@example.org'));
      throw new Error('Changed my mind.');
    });
    await expect(lost).rejects.toThrow('Changed my mind.');
    // The next one would go out after it.
    await send(server);
    await smtp.received(1);
    expect(smtp.mails.map(({ to }) => to)).toEqual(['ada@example.org']);
    expect(await settledAs('sent')).toHaveLength(1);
  });

  it('is not taken for what is not one address', async () => {
    const server = await product({ env: {} });
    for (const recipient of [
      'a@example.org, b@example.org',
      'a@example.org\r\nBcc: b@example.org',
      'Ada <a@example.org>',
      'nobody',
    ])
      await expect(send(server, recipient), recipient).rejects.toThrow('one address');
    expect(await rows()).toEqual([]);
  });

  it('is kept, and nothing more, with no mail server configured', async () => {
    const server = await product({ env: {} });
    await send(server);
    expect(await rows()).toMatchObject([{ state: 'kept', attempts: 0 }]);
    expect(server.app.platform.mail.configured).toBe(false);
    const smtp = await mailServer();
    const later = await product(smtp);
    await send(later, 'new@example.org');
    await smtp.received(1);
    await eventually(
      'the new one is sent and the old one still kept',
      rows,
      ([old, fresh]) => old?.state === 'kept' && fresh?.state === 'sent',
    );
  });
});

describe('the mail server', () => {
  it('is signed in to', async () => {
    const smtp = await mailServer({ login: { user: 'quadrax', password: 'let me in' } });
    const server = await product(smtp);
    await send(server);
    expect(await smtp.received(1, 1000)).toMatchObject([{ user: 'quadrax', overTls: false }]);
  });

  it('is spoken to over TLS where it offers STARTTLS, and only if its certificate is trusted', async () => {
    const login = { user: 'quadrax', password: 'let me in' };
    const smtp = await mailServer({ tls: localhostCertificate, login });
    const server = await product(smtp);
    await send(server);
    const [distrusted] = await eventually('an attempt has failed', rows, ([row]) => row?.last_error !== null);
    expect(distrusted).toMatchObject({ state: 'waiting' });
    expect(distrusted?.last_error).toMatch(/certificate/);
    expect(smtp.mails).toEqual([]);

    tls.setDefaultCACertificates([...tls.getCACertificates('default'), localhostCertificate.cert]);
    expect(await smtp.received(1)).toMatchObject([{ user: 'quadrax', overTls: true }]);
  });

  it('may be away for a while: the mail arrives when it is back', async () => {
    const { port, env, close } = await smtpServer();
    await close();
    const server = await product({ env });
    await send(server);
    const [waiting] = await eventually('an attempt has failed', rows, ([row]) => row?.last_error !== null);
    expect(waiting).toMatchObject({ state: 'waiting', attempts: 1, worker: null });
    expect(waiting?.last_error).toMatch(/^The mail server could not be reached: /);
    const smtp = closing(await smtpServer({ port }));
    await smtp.received(1);
    expect(await settledAs('sent')).toMatchObject([{ last_error: null }]);
  });

  it('that refuses a mail for good is not asked again, and its reason is kept', async () => {
    const smtp = await mailServer({
      refuse: (to) => (to === 'gone@example.org' ? '550 No such user here' : undefined),
    });
    const server = await product(smtp);
    await send(server, 'gone@example.org');
    expect(await settledAs('failed')).toMatchObject([
      { attempts: 1, last_error: 'The mail server refused it: 550 No such user here' },
    ]);
    // Others go out as ever.
    await send(server);
    await smtp.received(1);
  });

  it('that says “not now” is asked again', async () => {
    let refusals = 0;
    const smtp = await mailServer({
      refuse: () => (refusals++ === 0 ? '451 Come back in a moment' : undefined),
    });
    const server = await product(smtp);
    await send(server);
    await smtp.received(1);
    expect(await settledAs('sent')).toMatchObject([{ attempts: 2, last_error: null }]);
  });

  it('that refuses the password keeps the mails waiting', async () => {
    const smtp = await mailServer({ login: { user: 'quadrax', password: 'let me in' } });
    const server = await product({ env: { ...smtp.env, SMTP_PASSWORD: 'wrong' } });
    await send(server);
    const [row] = await eventually('an attempt has failed', rows, ([seen]) => seen?.last_error !== null);
    expect(row).toMatchObject({ state: 'waiting' });
    expect(row?.last_error).toMatch(/^The mail server refused SMTP_USER and SMTP_PASSWORD: 535/);
  });
});

describe('several processes', () => {
  it('send each mail once', async () => {
    const smtp = await mailServer();
    const servers = [await product(smtp), await product(smtp)];
    await Promise.all(
      Array.from({ length: 30 }, (_unused, i) =>
        send(servers[i % 2] ?? expect.unreachable(), `p${i}@example.org`),
      ),
    );
    await settledAs('sent');
    const mails = await smtp.received(30);
    expect(new Set(mails.map(({ to }) => to)).size).toBe(30);
    // An attempt for each, and one more for each that the line failed.
    const failed = servers
      .flatMap(({ logs }) => logs)
      .filter(({ action }) => action === 'mail.failed').length;
    expect((await rows()).reduce((sum, { attempts }) => sum + attempts, 0)).toBe(30 + failed);
  });

  it.each(['mail.claimed', 'mail.accepted'])(
    'take over what one had that was killed -9 at %s',
    async (point) => {
      const smtp = await mailServer();
      const first = await spawned(smtp, point);
      await queue();
      expect(await first.exited).toBe('SIGKILL');
      expect(await rows()).toMatchObject([{ state: 'waiting', attempts: 1, worker: expect.any(String) }]);
      await spawned(smtp);
      await settledAs('sent');
      // Whether a mail was taken that nobody could note down cannot be known: it comes again, and can be told by its id.
      expect(smtp.mails).toHaveLength(point === 'mail.accepted' ? 2 : 1);
      expect(new Set(smtp.mails.map(({ messageId }) => messageId)).size).toBe(1);
    },
    60_000,
  );

  it('take over what one was sending when it was killed', async () => {
    let arrived = (): void => {};
    const arriving = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    let held = true;
    const smtp = await mailServer({
      hold: () => {
        if (!held) return Promise.resolve();
        held = false;
        arrived();
        // The first one is never told that its mail was taken.
        return new Promise(() => {});
      },
    });
    const first = await spawned(smtp);
    await queue();
    await arriving;
    await first.kill();
    await spawned(smtp);
    expect(await settledAs('sent')).toMatchObject([{ attempts: 2 }]);
    await smtp.received(1);
  }, 60_000);
});

describe('a process that stops', () => {
  it('lets what is under way arrive', async () => {
    let arrived = (): void => {};
    const arriving = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const smtp = await mailServer({
      hold: () => {
        arrived();
        return released;
      },
    });
    const server = await startTestServer({ database, env: smtp.env });
    await send(server);
    await arriving;
    const closed = server.close();
    // That it waits shows only in that nothing happens: without a mail under way it would be gone by then.
    const first = await Promise.race([closed.then(() => 'gone'), pause(1500, 'waiting')]);
    release();
    await closed;
    expect(first).toBe('waiting');
    await smtp.received(1);
    expect(await rows()).toMatchObject([{ state: 'sent' }]);
  });

  it('gives back what does not arrive in time', async () => {
    let arrived = (): void => {};
    const arriving = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const smtp = await mailServer({
      hold: () => {
        arrived();
        return new Promise(() => {});
      },
    });
    const server = await startTestServer({ database, env: smtp.env });
    await send(server);
    await arriving;
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(15_000);
    const due = await database.owner(
      'SELECT state, worker FROM quadrax.outbox WHERE next_attempt_at <= now()',
    );
    expect(due).toEqual([{ state: 'waiting', worker: null }]);
  });
});

describe('health', () => {
  const mailHealth = async (server: TestServer) => {
    const { body } = await server.anonymous.request('GET', '/health');
    return body as { status: string; services: { mail: { status: string; message?: string } } };
  };

  it('says that mails are kept', async () => {
    const health = await mailHealth(await product({ env: {} }));
    expect(health).toMatchObject({ status: 'healthy', services: { mail: { status: 'disabled' } } });
  });

  it('says that the mail server answers', async () => {
    const health = await mailHealth(await product(await mailServer()));
    expect(health).toMatchObject({ status: 'healthy', services: { mail: { status: 'healthy' } } });
  });

  it('is degraded by one that does not, and remembers it for a while', async () => {
    const { port, env, close } = await smtpServer();
    await close();
    const server = await product({ env });
    const health = await mailHealth(server);
    expect(health).toMatchObject({ status: 'degraded', services: { mail: { status: 'degraded' } } });
    expect(health.services.mail.message).not.toMatch(/localhost|127|ECONN/);
    const back = await smtpServer({ port });
    expect(await mailHealth(server)).toMatchObject({ services: { mail: { status: 'degraded' } } });
    await back.close();
  });
});
