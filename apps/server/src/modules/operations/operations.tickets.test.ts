import { describe, expect, it } from 'vitest';
import { createTickets } from './operations.tickets.ts';

const [tenantId, accountId] = [
  '5f2f0d5e-0000-4000-8000-00000000000a',
  '5f2f0d5e-0000-4000-8000-00000000000b',
];

const atTime = () => {
  const clock = { now: 1_700_000_000_000 };
  return { clock, tickets: createTickets('a secret', () => clock.now) };
};

const holder = { tenantId, accountId, sessionId: '00000000-0000-4000-8000-00000000000c' };

describe('a ticket', () => {
  it('opens a connection for its tenant and account, once', () => {
    const { tickets } = atTime();
    const { ticket, expiresIn } = tickets.issue(holder);
    expect(expiresIn).toBe(30);
    expect(tickets.redeem(ticket)).toMatchObject(holder);
    expect(tickets.redeem(ticket)).toBeUndefined();
  });

  it('is good for half a minute', () => {
    const { clock, tickets } = atTime();
    const [early, late] = [tickets.issue(holder), tickets.issue(holder)];
    clock.now += 30_000;
    expect(tickets.redeem(early.ticket)).toBeDefined();
    clock.now += 1;
    expect(tickets.redeem(late.ticket)).toBeUndefined();
  });

  it('is still used up after others have been forgotten', () => {
    const { clock, tickets } = atTime();
    const first = tickets.issue(holder).ticket;
    tickets.redeem(first);
    clock.now += 29_000;
    tickets.redeem(tickets.issue(holder).ticket);
    expect(tickets.redeem(first)).toBeUndefined();
  });

  it.each(['', '.', 'a.b', 'nonsense', '..'])('that is none opens nothing: "%s"', (ticket) => {
    expect(atTime().tickets.redeem(ticket)).toBeUndefined();
  });

  it('of another secret, or changed, opens nothing', () => {
    const { tickets } = atTime();
    const foreign = createTickets('another secret').issue(holder).ticket;
    expect(tickets.redeem(foreign)).toBeUndefined();
    const [body = '', signature = ''] = tickets.issue(holder).ticket.split('.');
    const changed = Buffer.from(Buffer.from(body, 'base64url').toString().replace('0a.', '0c.')).toString(
      'base64url',
    );
    expect(changed).not.toBe(body);
    expect(tickets.redeem(`${changed}.${signature}`)).toBeUndefined();
  });
});
