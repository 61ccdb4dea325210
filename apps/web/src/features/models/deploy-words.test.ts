import { describe, expect, it } from 'vitest';
import { shareFault } from './deploy-words.ts';

describe('the share of the requests that a version is to get', () => {
  it('is from none to all of them', () => {
    for (const share of [0, 12.5, 100]) expect(shareFault(share)).toBeUndefined();
    for (const share of [-1, 100.5, 140]) expect(shareFault(share)).toBe('Use 0 to 100.');
  });

  it('is not all of them where the field is empty, or holds no number', () => {
    expect(shareFault('')).toBe('Use 0 to 100.');
    expect(shareFault(Number.NaN)).toMatch(/no number/);
  });
});
