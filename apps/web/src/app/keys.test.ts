import type { User } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { createKeyReader } from './keys.ts';
import type { KeyPress } from './keys.ts';
import { administrationOf, places } from './navigation.ts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  typing: false,
  ...more,
});

const reader = (reachable = places) => {
  const read = createKeyReader();
  return (pressed: KeyPress, now: number) => read(pressed, now, reachable);
};

describe('keys', () => {
  it('lead to a list by g and its letter', () => {
    const read = reader();
    expect(read(press('g'), 0)).toBeUndefined();
    expect(read(press('d'), 400)).toEqual({ go: '/datakits' });
    expect(read(press('d'), 500)).toBeUndefined();
  });
  it('lead only to lists that one may see', () => {
    const user = { role: 'USER', platformAdministrator: false } as User;
    const goes = (who: User, key: string) => {
      const read = reader([...places, ...administrationOf(who)]);
      read(press('g'), 0);
      return read(press(key), 100);
    };
    expect(goes(user, 'u')).toEqual({ go: '/members' });
    expect(goes(user, 'a')).toBeUndefined();
    expect(goes({ ...user, role: 'ADMIN' }, 'a')).toEqual({ go: '/audit' });
    expect(goes({ ...user, role: 'ADMIN' }, 'p')).toBeUndefined();
    expect(goes({ ...user, platformAdministrator: true }, 'p')).toEqual({ go: '/platform' });
  });
  it('forget a g after a while, and after a letter that leads nowhere', () => {
    const read = reader();
    read(press('g'), 0);
    expect(read(press('m'), 2000)).toBeUndefined();
    read(press('g'), 3000);
    expect(read(press('x'), 3100)).toBeUndefined();
    expect(read(press('m'), 3200)).toBeUndefined();
  });
  it('are text while one types, but for the search', () => {
    const read = reader();
    read(press('g', { typing: true }), 0);
    expect(read(press('o', { typing: true }), 100)).toBeUndefined();
    expect(read(press('?', { typing: true }), 200)).toBeUndefined();
    expect(read(press('k', { typing: true, ctrlKey: true }), 300)).toBe('search');
  });
  it('leave the browser its own combinations', () => {
    const read = reader();
    read(press('g'), 0);
    expect(read(press('d', { ctrlKey: true }), 100)).toBeUndefined();
    expect(read(press('?', { altKey: true }), 200)).toBeUndefined();
  });
  it('open the help and the search', () => {
    const read = reader();
    expect(read(press('?'), 0)).toBe('help');
    expect(read(press('k', { metaKey: true }), 0)).toBe('search');
    expect(read(press('/'), 0)).toBe('search');
  });
});
