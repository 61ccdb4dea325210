import { and, asc, desc, gt, lt, sql } from 'drizzle-orm';
import type { Column, SQL, SQLWrapper } from 'drizzle-orm';
import { isTooSlow } from './transactions.ts';
import type { Tx } from './transactions.ts';

/** One page of a sorted list: `limit` rows after the one that had this value and this id. */
export interface SortedPage<Sort extends string> {
  /** A field; a leading minus sorts downwards. */
  readonly sort: Sort;
  readonly limit: number;
  readonly after: readonly [value: string, id: string] | undefined;
}

/** The same of a list whose rows bear a number each. */
export interface NumberedPage<Sort extends string> {
  readonly sort: Sort;
  readonly limit: number;
  readonly after: number | undefined;
}

/** What rows are sorted by, and how the value a cursor carries is put beside it. */
interface Key {
  readonly of: SQL;
  readonly at: (value: string) => SQL;
}

export const byTime = (column: Column): Key => ({
  of: sql`${column}`,
  at: (value) => sql`${value}::timestamptz`,
});

export const byText = (column: Column): Key => ({ of: sql`${column}`, at: (value) => sql`${value}::text` });

/** Without regard to case, which the database takes away on both sides: it knows more letters than we do. */
export const byName = (column: Column): Key => ({
  of: sql`lower(${column})`,
  at: (value) => sql`lower(${value}::text)`,
});

/** The rows of a page, one more than asked for if there is a next, and on the first page how many there are in all. */
export interface PageRows<Row> {
  readonly rows: readonly Row[];
  /** undefined: not the first page, or too many to be counted. */
  readonly total: number | undefined;
}

/** All rows of a list that fit a condition, before they are put in order and cut. */
interface Selection<Row> extends SQLWrapper {
  orderBy(...keys: SQL[]): { limit(rows: number): PromiseLike<Row[]> };
}

/** A list that holds more, or takes longer to count, says no total: a page must not wait for a million rows. */
const mostCounted = 100_000;
const longestCountMs = 500;

const countOf = async (tx: Tx, all: SQLWrapper): Promise<number | undefined> => {
  await tx.execute(sql.raw(`SAVEPOINT counting; SET LOCAL statement_timeout = ${longestCountMs}`));
  try {
    const { rows } = await tx.execute<{ total: number }>(
      sql`SELECT count(*)::int AS total FROM (${all} LIMIT ${mostCounted + 1}) AS found`,
    );
    const total = rows[0]?.total ?? 0;
    return total > mostCounted ? undefined : total;
  } catch (error) {
    if (isTooSlow(error)) return undefined;
    throw error;
  } finally {
    // Nothing was written: this takes back the time limit, and the failure if there was one.
    await tx.execute(sql`ROLLBACK TO SAVEPOINT counting`);
  }
};

/**
 * Reads a page of a list and, on its first page, counts the list. A list that the page holds whole is counted by it;
 * otherwise the count is a statement of its own, right after, which also sees what others committed between the two.
 */
export const readPage = async <Row>(
  tx: Tx,
  list: {
    /** The rows that fit: made anew each time it is asked for. */
    readonly select: (where: SQL | undefined) => Selection<Row>;
    /** What the list as a whole holds. */
    readonly where: SQL | undefined;
    /** What lies after the page before; undefined: the first page. */
    readonly beyond: SQL | undefined;
    readonly orderBy: readonly SQL[];
    readonly limit: number;
  },
): Promise<PageRows<Row>> => {
  const { select, where, beyond, orderBy, limit } = list;
  const rows = await select(and(where, beyond))
    .orderBy(...orderBy)
    // One more than asked for tells whether there is a next page.
    .limit(limit + 1);
  if (beyond) return { rows, total: undefined };
  if (rows.length <= limit) return { rows, total: rows.length };
  return { rows, total: await countOf(tx, select(where)) };
};

/** Walks rows by a field and, where that is equal, by their id: none is met twice or missed while others come and go. */
export const keyset =
  <Field extends string>(keys: Readonly<Record<Field, Key>>, id: Column) =>
  <Row>(
    tx: Tx,
    { sort, after, limit }: SortedPage<Field | `-${Field}`>,
    where: SQL | undefined,
    select: (where: SQL | undefined) => Selection<Row>,
  ): Promise<PageRows<Row>> => {
    const down = sort.startsWith('-');
    const { of, at } = keys[sort.replace(/^-/, '') as Field];
    const than = sql.raw(down ? '<' : '>');
    const ordered = down ? desc : asc;
    return readPage(tx, {
      select,
      where,
      beyond: after && sql`(${of}, ${id}) ${than} (${at(after[0])}, ${after[1]}::uuid)`,
      orderBy: [ordered(of), ordered(id)],
      limit,
    });
  };

/** Walks rows by a number of their own, which no two of them share. */
export const byNumber =
  (number: Column) =>
  <Row>(
    tx: Tx,
    { sort, after, limit }: NumberedPage<string>,
    where: SQL | undefined,
    select: (where: SQL | undefined) => Selection<Row>,
  ): Promise<PageRows<Row>> => {
    const down = sort.startsWith('-');
    const beyond = after === undefined ? undefined : (down ? lt : gt)(number, after);
    return readPage(tx, { select, where, beyond, orderBy: [(down ? desc : asc)(number)], limit });
  };
