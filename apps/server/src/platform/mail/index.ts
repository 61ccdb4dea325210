export { letter } from './letter.ts';
export type { Letter, LetterText } from './letter.ts';
export { createMail } from './mail.ts';
export type { Mail, MailHealth, OutgoingMail } from './mail.ts';
export { outbox } from './outbox.tables.ts';
export type { MailRow, MailState } from './outbox.tables.ts';
export type { SmtpSettings } from './transport.ts';
