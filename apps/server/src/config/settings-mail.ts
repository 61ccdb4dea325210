import { mailSender, flag, optionalText, setting, whole } from './setting.ts';

/** How mails go out. */
export const mailSettings = {
  smtpHost: setting(
    ['SMTP_HOST'],
    'mail.host',
    optionalText,
    undefined,
    'The mail server; absent, mails are kept in the outbox.',
  ),
  smtpPort: setting(['SMTP_PORT'], 'mail.port', whole(1, 65_535), 587, 'Port of the mail server.'),
  smtpUser: setting(
    ['SMTP_USER'],
    'mail.user',
    optionalText,
    undefined,
    'Signs in to the mail server; other than on this machine, over TLS only.',
  ),
  smtpPassword: setting(
    ['SMTP_PASSWORD'],
    'mail.password',
    optionalText,
    undefined,
    'The password of SMTP_USER.',
    true,
  ),
  smtpSecure: setting(
    ['SMTP_SECURE'],
    'mail.secure',
    flag,
    false,
    'TLS from the first byte, as on port 465; otherwise STARTTLS where it is offered.',
  ),
  smtpFrom: setting(
    ['SMTP_FROM'],
    'mail.from',
    mailSender.optional(),
    undefined,
    'Who the mails are from, such as Quadrax <quadrax@example.org>; needed with SMTP_HOST.',
  ),
  mailRetentionDays: setting(
    ['MAIL_RETENTION_DAYS'],
    'mail.retention_days',
    whole(1, 36_500),
    90,
    'How long a mail stays in the outbox, sent or not; one that waits to be sent stays until it is.',
  ),
} as const;
