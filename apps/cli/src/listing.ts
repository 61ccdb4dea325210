import type { Listing } from '@quadrax/client';
import { CliError } from './failure.ts';

const largestPage = 200;

const countOf = (limit: string): number => {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1)
    throw new CliError(`--limit ${limit} is no whole number above 0.`);
  return count;
};

/** The size of the pages to ask for, so that no more is fetched than is shown. */
export const limitOf = (limit: string): { limit: number } => ({
  limit: Math.min(countOf(limit), largestPage),
});

/** The first items of a list, over as many pages as that takes. */
export const upTo = async <T>(listing: Listing<T>, limit: string): Promise<T[]> => {
  const most = countOf(limit);
  const found: T[] = [];
  for await (const item of listing) {
    found.push(item);
    if (found.length === most) break;
  }
  return found;
};

/** All items of a list, over all its pages. */
export const everything = async <T>(listing: Listing<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of listing) found.push(item);
  return found;
};
