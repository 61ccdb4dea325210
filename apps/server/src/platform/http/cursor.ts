import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors/index.ts';

/** Where a list goes on. Signed, so that only what this installation gave out is followed. */
export interface Cursors {
  write(position: readonly (string | number)[]): string;
  /** @throws AppError INVALID_CURSOR */
  read(cursor: string): (string | number)[];
}

const macBytes = 12;

export const createCursors = (secret: string): Cursors => {
  const sign = (body: Buffer): Buffer =>
    createHmac('sha256', secret).update('cursor').update(body).digest().subarray(0, macBytes);
  return {
    write: (position) => {
      const body = Buffer.from(JSON.stringify(position));
      return Buffer.concat([sign(body), body]).toString('base64url');
    },
    read: (cursor) => {
      const bytes = Buffer.from(cursor, 'base64url');
      const body = bytes.subarray(macBytes);
      if (bytes.length <= macBytes || !timingSafeEqual(sign(body), bytes.subarray(0, macBytes)))
        throw new AppError('INVALID_CURSOR');
      return JSON.parse(body.toString()) as (string | number)[];
    },
  };
};

/** Cuts one row too many off a page and says where the next begins. */
export const pageOf = <Row, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
  position: (row: Row) => readonly (string | number)[],
  cursors: Cursors,
): { items: Item[]; nextCursor: string | undefined } => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(view),
    nextCursor: rows.length > limit && last !== undefined ? cursors.write(position(last)) : undefined,
  };
};
