import { describe, expect, it } from 'vitest';
import { expiryOf, expiryWords, scopesFor, scopeWords } from './api-key-choices.ts';

const now = Date.parse('2026-03-01T12:00:00.000Z');

describe('what a key is good for', () => {
  it.each([
    ['VIEWER', ['read']],
    ['USER', ['read', 'write']],
    ['ADMIN', ['read', 'write', 'admin']],
  ] as const)('is at most what a %s may do', (role, values) => {
    expect(scopesFor(role).map(({ value }) => value)).toEqual(values);
  });
  it('is said by its widest scope', () => {
    expect(scopeWords({ scopes: ['read'] })).toBe('Read');
    expect(scopeWords({ scopes: ['admin', 'read'] })).toBe('Administer');
  });
});

describe('the end of a key', () => {
  it('is so many days from now, or never', () => {
    expect(expiryOf('30', now)).toBe('2026-03-31T12:00:00.000Z');
    expect(expiryOf('365', now)).toBe('2027-03-01T12:00:00.000Z');
    expect(expiryOf('never', now)).toBeUndefined();
  });
  it('is a day, until it is past', () => {
    expect(expiryWords('2026-03-31T12:00:00.000Z', now)).toBe('31 Mar 2026');
    expect(expiryWords('2026-03-01T12:00:00.000Z', now)).toBe('Expired');
    expect(expiryWords(undefined, now)).toBe('Never');
  });
});
