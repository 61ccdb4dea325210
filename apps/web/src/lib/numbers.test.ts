import { describe, expect, it } from 'vitest';
import { readNumber } from './numbers.ts';

describe('a number as people write it', () => {
  it.each([
    ['0.1', 0.1],
    ['0,1', 0.1],
    [' -12,5 ', -12.5],
    ['\u22123', -3],
    ['1e-3', 0.001],
    ['1,5E2', 150],
    [',5', 0.5],
    ['7.', 7],
    ['', ''],
  ])('%j is %j', (text, value) => {
    expect(readNumber(text)).toBe(value);
  });

  it.each(['1,234.5', '1.234,5', '1,2,3', '12 000', '5 s', 'abc', '0x10', 'Infinity', '-', '1e'])(
    '%j is none, and never another one',
    (text) => {
      expect(readNumber(text)).toBeNaN();
    },
  );
});
