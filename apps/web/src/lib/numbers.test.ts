import { describe, expect, it } from 'vitest';
import { numberFault, readNumber, steppedNumber } from './numbers.ts';

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
    ['0,125', 0.125],
    ['1234,500', 1234.5],
    ['', ''],
  ])('%j is %j', (text, value) => {
    expect(readNumber(text)).toBe(value);
  });

  it.each([
    '1,234',
    '-12,500',
    '1,234,567',
    '1,234.5',
    '1.234,5',
    '1,2,3',
    '12 000',
    '5 s',
    'abc',
    '0x10',
    '-',
    '1e',
  ])('%j is none, and never another one', (text) => {
    expect(readNumber(text)).toBeNaN();
  });
});

describe('what a field says of its number', () => {
  it('is the bounds, where it lies outside', () => {
    expect(numberFault(140, { min: 0, max: 100 })).toBe('Use 0 to 100.');
    expect(numberFault(-1, { min: 0 })).toBe('Use 0 or more.');
    expect(numberFault(2000, { max: 1000 })).toBe('Use 1,000 or less.');
    expect(numberFault(0, { min: 0.0001, max: 1 })).toBe('Use 0.0001 to 1.');
  });

  it('is that only whole ones are taken, where that is so', () => {
    expect(numberFault(2.5, { min: 2, max: 20, whole: true })).toBe('Use a whole number.');
    expect(numberFault(21, { min: 2, max: 20, whole: true })).toBe('Use 2 to 20.');
    expect(numberFault(2.5, { min: 2, max: 20 })).toBeUndefined();
  });

  it('is that it is none', () => {
    expect(numberFault(Number.NaN, { min: 0, max: 100 })).toMatch(/no number/);
  });

  it('is nothing of one between them, and of an empty field', () => {
    for (const value of [0, 20.5, 100, '' as const])
      expect(numberFault(value, { min: 0, max: 100 })).toBeUndefined();
    expect(numberFault(-7, {})).toBeUndefined();
  });
});

describe('an arrow key', () => {
  it('adds a step, no further than the bounds', () => {
    expect(steppedNumber(0.1, 1, { min: 0.0001, max: 1, step: 0.01 })).toBe(0.11);
    expect(steppedNumber(0.1, 1, { step: 0.2 })).toBe(0.3);
    expect(steppedNumber(3, -1, { min: 2 })).toBe(2);
    expect(steppedNumber(2, -1, { min: 2 })).toBe(2);
    expect(steppedNumber(20, 1, { max: 20 })).toBe(20);
  });

  it('begins in an empty field with what stands for it, else with what is next to nothing', () => {
    expect(steppedNumber('', 1, { min: 1, max: 10_000, stepFrom: 300 })).toBe(301);
    expect(steppedNumber(Number.NaN, -1, { stepFrom: 300 })).toBe(299);
    expect(steppedNumber('', 1, { min: 5 })).toBe(6);
    expect(steppedNumber('', 1, {})).toBe(1);
  });
});
