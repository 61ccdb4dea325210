import type { Mail } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { mailSentence, partsOf } from './mail-words.ts';

const now = Date.parse('2026-03-01T12:00:00.000Z');

const mail = (changes: Partial<Mail> = {}): Mail => ({
  id: '00000000-0000-4000-8000-000000000000',
  kind: 'account.verification',
  state: 'kept',
  recipient: 'ada@example.org',
  subject: 'Confirm your address',
  attempts: 0,
  createdAt: '2026-03-01T11:56:00.000Z',
  ...changes,
});

describe('the sentence about a mail', () => {
  it('says what became of it', () => {
    expect(mailSentence(mail(), now)).toBe('Kept · to ada@example.org · written 4 min ago');
    expect(mailSentence(mail({ state: 'waiting', attempts: 3 }), now)).toBe(
      'Waiting · to ada@example.org · 3 attempts so far · written 4 min ago',
    );
    expect(mailSentence(mail({ state: 'sent', sentAt: '2026-03-01T11:58:00.000Z' }), now)).toBe(
      'Sent · to ada@example.org · 2 min ago',
    );
  });
});

describe('a text', () => {
  it.each([
    ['No address here.', []],
    ['Open https://example.org/verify?token=a&b=c.', ['https://example.org/verify?token=a&b=c']],
    ['(http://localhost:3001/x)\nhttps://example.org', ['http://localhost:3001/x', 'https://example.org']],
    ['javascript:alert(1) and data:text/html,x and ftp://example.org', []],
    ['https://', []],
  ])('shows its web addresses and nothing else as links: %j', (text, links) => {
    const parts = partsOf(text);
    expect(parts.filter(({ link }) => link).map((part) => part.text)).toEqual(links);
    expect(parts.map((part) => part.text).join('')).toBe(text);
  });
});
