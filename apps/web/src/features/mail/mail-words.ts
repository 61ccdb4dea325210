import type { Mail, MailState } from '@quadrax/contract';
import { formatAgo, plural } from '#lib/format.ts';
import type { Tone } from '#ui/status-mark.tsx';

/** How a state looks, and what it is called. */
export const stateMarks: Record<MailState, { tone: Tone; label: string }> = {
  kept: { tone: 'idle', label: 'Kept' },
  waiting: { tone: 'busy', label: 'Waiting' },
  sent: { tone: 'good', label: 'Sent' },
  failed: { tone: 'bad', label: 'Failed' },
};

/** "Waiting · to ada@example.org · 3 attempts so far · written 4 min ago". */
export function mailSentence(mail: Mail, now: number): string {
  const parts = [stateMarks[mail.state].label, `to ${mail.recipient}`];
  if (mail.state === 'waiting' && mail.attempts > 0) parts.push(`${plural(mail.attempts, 'attempt')} so far`);
  parts.push(
    mail.sentAt === undefined ? `written ${formatAgo(mail.createdAt, now)}` : formatAgo(mail.sentAt, now),
  );
  return parts.join(' · ');
}

export interface TextPart {
  text: string;
  /** An address of the web, as it stands in the text. */
  link: boolean;
  /** Where it begins. */
  at: number;
}

/** A plain text in parts, its web addresses apart; put together again they are the text. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(/https?:\/\/[^\s<>"]+/g)) {
    // A sentence's own full stop or bracket is no part of the address before it.
    const address = found.replace(/[.,;:!?)\]}'’]+$/, '');
    if (!URL.canParse(address)) continue;
    if (index > end) parts.push({ text: text.slice(end, index), link: false, at: end });
    parts.push({ text: address, link: true, at: index });
    end = index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), link: false, at: end });
  return parts;
}
