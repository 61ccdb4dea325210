import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatFixed,
  formatInteger,
  formatNumber,
  formatPercent,
  formatTimeLeft,
  plural,
  shorten,
} from './format.ts';

describe('numbers', () => {
  it('keep the digits that say something', () => {
    expect(formatNumber(0.982314)).toBe('0.9823');
    expect(formatNumber(54.31249)).toBe('54.31');
    expect(formatNumber(123456.7)).toBe('123,457');
    expect(formatNumber(-0.5)).toBe('-0.5');
    expect(formatNumber(0)).toBe('0');
  });
  it('use scientific notation where zeros would drown them', () => {
    expect(formatNumber(0.0000123)).toBe('1.230e-5');
    expect(formatNumber(6.022e23)).toBe('6.022e23');
  });
  it('show a dash for what is no number', () => {
    expect([formatNumber(null), formatNumber(Number.NaN), formatFixed(undefined)]).toEqual(['–', '–', '–']);
  });
  it('line up when asked to', () => {
    expect([formatFixed(0.5), formatFixed(0.98765)]).toEqual(['0.500', '0.988']);
    expect(formatInteger(1250000)).toBe('1,250,000');
    expect([formatPercent(0.031), formatPercent(1)]).toEqual(['3.1 %', '100 %']);
  });
});

describe('sizes and spans', () => {
  it('name bytes in decimal units', () => {
    expect([0, 999, 1000, 1536000, 999_999, 250e9].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '1.54 MB',
      '1.00 MB',
      '250 GB',
    ]);
  });
  it('name spans by their two largest units', () => {
    expect([0.25, 3.7, 59, 60, 125, 3600, 3725, 90_000].map(formatDuration)).toEqual([
      '250 ms',
      '3.7 s',
      '59 s',
      '1 min',
      '2 min 5 s',
      '1 h',
      '1 h 2 min',
      '1 d 1 h',
    ]);
  });
  it('round the time left, so that it does not flicker', () => {
    expect(formatTimeLeft(47)).toBe('about 50 s left');
    expect(formatTimeLeft(46)).toBe('about 50 s left');
    expect(formatTimeLeft(2)).toBe('a few seconds left');
    expect(formatTimeLeft(undefined)).toBeUndefined();
  });
  it('say how long ago something was', () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    expect(formatAgo('2026-11-21T11:59:40Z', now)).toBe('just now');
    expect(formatAgo('2026-11-21T11:15:00Z', now)).toBe('45 min ago');
    expect(formatAgo('2026-11-20T10:00:00Z', now)).toBe('yesterday');
    expect(formatAgo('2026-10-02T10:00:00Z', now)).toBe('2 Oct 2026');
  });
});

describe('words', () => {
  it('count', () => {
    expect([plural(1, 'row'), plural(344, 'row'), plural(2, 'entry', 'entries')]).toEqual([
      '1 row',
      '344 rows',
      '2 entries',
    ]);
  });
  it('are shortened in the middle, to the length asked for', () => {
    expect(shorten('short', 10)).toBe('short');
    expect(shorten('measurement-2026-11-21.csv', 15)).toBe('measureme…1.csv');
    expect(shorten('x'.repeat(80), 20)).toHaveLength(20);
  });
});
