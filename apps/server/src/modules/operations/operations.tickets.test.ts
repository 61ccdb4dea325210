import { describe, expect, it } from 'vitest';
import { createTickets } from './operations.tickets.ts';

const [tenantId, accountId] = [
  '5f2f0d5e-0000-4000-8000-00000000000a',
  '5f2f0d5e-0000-4000-8000-00000000000b',
];

/** Lets each through once. */
const remembering = () => {
  const used = new Set<string>();
  return async (id: string): Promise<boolean> => used.size < used.add(id).size;
};

const atTime = () => {
  const clock = { now: 1_700_000_000_000 };
  return { clock, tickets: createTickets({ secret: 'a secret', use: remembering(), now: () => clock.now }) };
};

const credentialId = '00000000-0000-4000-8000-00000000000c';
const holder = { tenantId, accountId, credential: 'session', credentialId } as const;

describe('a ticket', () => {
  it('opens a connection for its tenant and account, once', async () => {
    const { tickets } = atTime();
    const { ticket, expiresIn } = tickets.issue(holder);
    expect(expiresIn).toBe(30);
    expect(await tickets.redeem(ticket)).toMatchObject(holder);
    expect(await tickets.redeem(ticket)).toBeUndefined();
  });

  it('is good for half a minute', async () => {
    const { clock, tickets } = atTime();
    const [early, late] = [tickets.issue(holder), tickets.issue(holder)];
    clock.now += 30_000;
    expect(await tickets.redeem(early.ticket)).toBeDefined();
    clock.now += 1;
    expect(await tickets.redeem(late.ticket)).toBeUndefined();
  });

  it('is still used up after others have been forgotten', async () => {
    const { clock, tickets } = atTime();
    const first = tickets.issue(holder).ticket;
    await tickets.redeem(first);
    clock.now += 29_000;
    await tickets.redeem(tickets.issue(holder).ticket);
    expect(await tickets.redeem(first)).toBeUndefined();
  });

  it.each(['', '.', 'a.b', 'nonsense', '..'])('that is none opens nothing: "%s"', async (ticket) => {
    expect(await atTime().tickets.redeem(ticket)).toBeUndefined();
  });

  it('of another secret, or changed, opens nothing', async () => {
    const { tickets } = atTime();
    const foreign = createTickets({ secret: 'another secret', use: remembering() }).issue(holder).ticket;
    expect(await tickets.redeem(foreign)).toBeUndefined();
    const [body = '', signature = ''] = tickets.issue(holder).ticket.split('.');
    const changed = Buffer.from(Buffer.from(body, 'base64url').toString().replace('0a.', '0c.')).toString(
      'base64url',
    );
    expect(changed).not.toBe(body);
    expect(await tickets.redeem(`${changed}.${signature}`)).toBeUndefined();
  });
});
