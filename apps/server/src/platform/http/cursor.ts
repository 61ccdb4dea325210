import type { NumberedPage, PageRows, SortedPage } from '../db/index.ts';
import { AppError } from '../errors/index.ts';
import { createSeal } from '../seal/index.ts';
import type { ListPage } from './call.ts';

/** Where a list goes on: after a value and an id, or after a number, in the sort it was given out for. */
export interface Positions {
  readonly sorted: readonly [sort: string, value: string, id: string];
  readonly numbered: readonly [sort: string, number: number];
}

/** Cursors are signed, so that only what this installation gave out is followed, and only in a list of its kind. */
export interface Cursors {
  write(position: Positions[keyof Positions]): string;
  /** undefined: from the beginning. @throws AppError INVALID_CURSOR */
  read<K extends keyof Positions>(kind: K, cursor: string | undefined): Positions[K] | undefined;
}

const kinds = {
  sorted: (position: readonly unknown[]) => position.length === 3,
  numbered: (position: readonly unknown[]) => position.length === 2,
} as const;

const macBytes = 12;

export const createCursors = (secret: string): Cursors => {
  const seal = createSeal(secret, 'cursor', macBytes);
  return {
    write: (position) => seal.close(position),
    read: <K extends keyof Positions>(kind: K, cursor: string | undefined): Positions[K] | undefined => {
      if (cursor === undefined) return undefined;
      const position = seal.open(cursor) as unknown[] | undefined;
      if (!position || !kinds[kind](position)) throw new AppError('INVALID_CURSOR');
      return position as unknown as Positions[K];
    },
  };
};

/** Cuts one row too many off a page and says where the next begins. */
export const pageOf = <Row, Item>(
  { rows, total }: PageRows<Row>,
  limit: number,
  view: (row: Row) => Item,
  position: (row: Row) => Positions[keyof Positions],
  cursors: Cursors,
): ListPage<Item> => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(view),
    nextCursor: rows.length > limit && last !== undefined ? cursors.write(position(last)) : undefined,
    total,
  };
};

interface ListQuery<Sort extends string> {
  readonly sort: Sort;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

type FieldOf<Sort extends string> = Sort extends `-${infer Field}` ? Field : Sort;

/** The page that a query asks for of a list whose rows bear a number each; `rowsOf` reads its rows. */
export const numberedPageOf = async <Row, Sort extends string, Item>(
  cursors: Cursors,
  { sort, limit, cursor }: ListQuery<Sort>,
  view: (row: Row) => Item,
  numberOf: (row: Row) => number,
  rowsOf: (page: NumberedPage<Sort>) => Promise<PageRows<Row>>,
): Promise<ListPage<Item>> => {
  const position = cursors.read('numbered', cursor);
  if (position && position[0] !== sort) throw new AppError('INVALID_CURSOR');
  const rows = await rowsOf({ sort, limit, after: position?.[1] });
  return pageOf(rows, limit, view, (row) => [sort, numberOf(row)], cursors);
};

/** The page of a sorted list that a query asks for; `rowsOf` reads its rows. */
export const sortedPageOf = async <
  Row,
  Sort extends string,
  Item extends Readonly<Record<FieldOf<Sort> | 'id', string>>,
>(
  cursors: Cursors,
  { sort, limit, cursor }: ListQuery<Sort>,
  view: (row: Row) => Item,
  rowsOf: (page: SortedPage<Sort>) => Promise<PageRows<Row>>,
): Promise<ListPage<Item>> => {
  const position = cursors.read('sorted', cursor);
  if (position && position[0] !== sort) throw new AppError('INVALID_CURSOR');
  const { rows, total } = await rowsOf({ sort, limit, after: position && [position[1], position[2]] });
  const field = sort.replace(/^-/, '') as FieldOf<Sort>;
  return pageOf(
    { rows: rows.map(view), total },
    limit,
    (item) => item,
    (item) => [sort, item[field], item.id],
    cursors,
  );
};
