import { describe, expect, it } from 'vitest';
import { readOf, sizeSentence } from './paged.ts';

const page = (items: number, total?: number) => ({ items: Array.from({ length: items }), total });
const jobs = ['job', 'jobs'] as const;
const narrowed = { status: 'FAILED' };

describe('the size of a list', () => {
  it('is what its first page says', () => {
    const list = { data: { pages: [page(50, 1412), page(50)] }, hasNextPage: true };
    expect(sizeSentence(list, {}, jobs)).toBe('1,412 jobs');
    expect(sizeSentence(list, narrowed, jobs)).toBe('1,412 jobs fit');
  });

  it('is never less than what was read', () => {
    const list = { data: { pages: [page(2, 3), page(2)] }, hasNextPage: false };
    expect(sizeSentence(list, {}, jobs)).toBe('4 jobs');
  });

  it('is not known to the end where nobody counted', () => {
    const pages = [page(1)];
    expect(sizeSentence({ data: { pages }, hasNextPage: true }, {}, jobs)).toBe('1 job and more');
    expect(sizeSentence({ data: { pages }, hasNextPage: true }, narrowed, jobs)).toBe('1 job and more fit');
    expect(sizeSentence({ data: { pages }, hasNextPage: false }, narrowed, jobs)).toBe('1 job fits');
    expect(sizeSentence({ data: undefined, hasNextPage: false }, {}, jobs)).toBe('0 jobs');
  });

  it('is what the page knows, where that is more', () => {
    const list = { data: { pages: [page(50)] }, hasNextPage: true };
    expect(sizeSentence(list, {}, ['entry', 'entries'], 120_000)).toBe('120,000 entries');
  });
});

describe('how much of a list was read', () => {
  const page = (count: number, total?: number) => ({
    items: Array.from({ length: count }),
    ...(total !== undefined && { total }),
  });

  it('is told while there is more of what was counted', () => {
    expect(readOf({ data: { pages: [page(100, 1000), page(100)] }, hasNextPage: true })).toBe('200 of 1,000');
    expect(readOf({ data: { pages: [page(100)] }, hasNextPage: true })).toBe(undefined);
    expect(readOf({ data: { pages: [page(60, 60)] }, hasNextPage: false })).toBe(undefined);
    expect(readOf({ data: undefined, hasNextPage: false })).toBe(undefined);
  });
});
