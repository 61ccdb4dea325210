import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import type { MailRow } from './outbox.tables.ts';

/** How the mail server is reached, and who writes. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** TLS from the first byte; otherwise STARTTLS where the server offers it. */
  readonly secure: boolean;
  /** `Name <address>` or an address. */
  readonly from: string;
}

/** Speaks SMTP, over connections that it keeps. */
export interface Transport {
  /** @throws what the server or the line said. */
  deliver(mail: MailRow, signal: AbortSignal): Promise<void>;
  /** Connects and signs in, and sends nothing. @throws likewise */
  verify(): Promise<void>;
  close(): void;
}

/** Mails on their way at once. */
export const parallel = 4;

const second = 1000;

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** `Name <address>` in its parts, so that a comma in the name makes no second address. */
const senderOf = (from: string): { name: string; address: string } => {
  const [, name = '', address = from] = /^(.*)<([^<>]+)>$/.exec(from) ?? [];
  return { name: name.trim(), address: address.trim() };
};

/** The same for every attempt, so that a mail which arrives twice is known to be one. */
const messageIdOf = ({ id, round }: MailRow, domain: string): string =>
  `<${id}${round === 1 ? '' : `.${round}`}@${domain}>`;

export const openTransport = ({ host, port, user, password, secure, from }: SmtpSettings): Transport => {
  const pool = createTransport({
    pool: true,
    host,
    port,
    secure,
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    // A password goes over no line in the clear, whatever stands in the way and hides that the server offers TLS.
    requireTLS: user !== undefined && !isLoopback(host),
    maxConnections: parallel,
    connectionTimeout: 10 * second,
    greetingTimeout: 10 * second,
    dnsTimeout: 10 * second,
    socketTimeout: 30 * second,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const sender = senderOf(from);
  const domain = sender.address.slice(sender.address.lastIndexOf('@') + 1);
  return {
    deliver: async (mail, signal) => {
      await pool.sendMail({
        from: sender,
        // As an object: an address that was given by a person is not parsed into several.
        to: { name: '', address: mail.recipient },
        subject: mail.subject,
        text: mail.bodyText,
        html: mail.bodyHtml,
        messageId: messageIdOf(mail, domain),
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal,
      });
    },
    verify: async () => {
      await pool.verify();
    },
    close: () => pool.close(),
  };
};
