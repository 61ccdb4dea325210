import { describe, expect, it } from 'vitest';
import { createSeal } from './seal.ts';

const value = { who: 'ada', until: 1_700_000_000_000, wörter: ['ä', '😀'] };
const seal = createSeal('a secret', 'test');

describe('a sealed value', () => {
  it('comes back as it was', () => {
    expect(seal.open(seal.close(value))).toEqual(value);
    const short = createSeal('a secret', 'test', 12);
    expect(short.open(short.close(value))).toEqual(value);
  });

  it('is not taken from another installation or for another purpose', () => {
    const sealed = seal.close(value);
    expect(createSeal('another secret', 'test').open(sealed)).toBeUndefined();
    expect(createSeal('a secret', 'another').open(sealed)).toBeUndefined();
    expect(createSeal('a secret', 'test', 12).open(sealed)).toBeUndefined();
  });

  it('is not taken with a bit of it changed', () => {
    const bytes = Buffer.from(seal.close(value), 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(seal.open(changed.toString('base64url'))).toBeUndefined();
    }
  });

  it.for(['', 'a', 'nonsense', 'a.b', 'A'.repeat(43), 'A'.repeat(44)])('is not "%s"', (sealed) => {
    expect(seal.open(sealed)).toBeUndefined();
  });
});
