import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerSession } from 'smtp-server';
import { eventually } from './jobs.ts';

export interface SmtpOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Who may send; absent: anyone. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Offers STARTTLS with this certificate. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** What it answers for a recipient whose mail it does not take, such as `550 No such user`. */
  readonly refuse?: (recipient: string) => string | undefined;
  /** What it waits for once a whole mail has arrived, before it says so. */
  readonly hold?: () => Promise<void>;
}

/** A mail as it arrived. */
export interface ReceivedMail {
  /** The address of the envelope. */
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  /** As they came, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Addresses of the web in its text, in their order. */
  readonly links: readonly string[];
  /** Whether it came over TLS, and as whom its bringer had signed in. */
  readonly overTls: boolean;
  readonly user: string | undefined;
}

/** A mail server on loopback that keeps what it is given. */
export interface SmtpServer {
  readonly port: number;
  /** Settings with which the product sends its mails here. */
  readonly env: Readonly<Record<string, string>>;
  readonly mails: readonly ReceivedMail[];
  /** The mails once there are `count`. @throws when there are not in time, or more. */
  received(count: number, withinMs?: number): Promise<readonly ReceivedMail[]>;
  /** The newest mail to an address, once there is one. */
  mailTo(recipient: string, withinMs?: number): Promise<ReceivedMail>;
  close(): Promise<void>;
}

const refusal = (line: string): Error => {
  const [, status = '550', words = line] = /^(\d{3}) (.*)$/.exec(line) ?? [];
  return Object.assign(new Error(words), { responseCode: Number(status) });
};

const parsed = async (raw: Buffer, session: SMTPServerSession): Promise<ReceivedMail> => {
  const mail = await PostalMime.parse(raw);
  const { mailFrom, rcptTo } = session.envelope;
  const text = mail.text ?? '';
  return {
    to: rcptTo.map(({ address }) => address).join(', '),
    from: mailFrom ? mailFrom.address : '',
    subject: mail.subject ?? '',
    text,
    html: mail.html ?? '',
    messageId: mail.messageId ?? '',
    headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
    links: [...text.matchAll(/https?:\/\/\S+/g)].map(([link]) => link),
    overTls: session.secure,
    user: session.user,
  };
};

/** Starts a mail server. Start it before the product and close it after, which counts what it leaves open. */
export const smtpServer = async (options: SmtpOptions = {}): Promise<SmtpServer> => {
  const { login, tls, refuse, hold } = options;
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    ...tls,
    disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
    authOptional: !login,
    allowInsecureAuth: !tls,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 50,
    onAuth: ({ username, password }, _session, done) =>
      username === login?.user && password === login?.password
        ? done(null, { user: username })
        : done(refusal('535 Wrong user or password')),
    onRcptTo: ({ address }, _session, done) => {
      const line = refuse?.(address);
      done(line === undefined ? null : refusal(line));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        parsed(Buffer.concat(chunks), session)
          .then(async (mail) => {
            await hold?.();
            mails.push(mail);
            done();
          })
          .catch((error: unknown) => done(error instanceof Error ? error : new Error('Unreadable')));
      });
    },
  });
  // A client that is killed in the middle of a mail.
  server.on('error', () => {});
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    mails,
    env: {
      SMTP_HOST: 'localhost',
      SMTP_PORT: String(port),
      SMTP_FROM: 'Quadrax <quadrax@example.org>',
      ...(login && { SMTP_USER: login.user, SMTP_PASSWORD: login.password }),
    },
    received: async (count, withinMs) => {
      await eventually(
        `${count} mails have come`,
        () => mails.length,
        (seen) => seen >= count,
        withinMs,
      );
      if (mails.length > count) throw new Error(`${mails.length} mails have come, not ${count}.`);
      return mails;
    },
    mailTo: async (recipient, withinMs) => {
      const found = await eventually(
        `a mail to ${recipient} has come`,
        () => mails.findLast(({ to }) => to === recipient),
        (seen) => seen !== undefined,
        withinMs,
      );
      if (!found) throw new Error(`No mail to ${recipient}.`);
      return found;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
};
