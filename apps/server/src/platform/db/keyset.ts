import { asc, desc, sql } from 'drizzle-orm';
import type { Column, SQL } from 'drizzle-orm';

/** One page of a sorted list: `limit` rows after the one that had this value and this id. */
export interface SortedPage<Sort extends string> {
  /** A field; a leading minus sorts downwards. */
  readonly sort: Sort;
  readonly limit: number;
  readonly after: readonly [value: string, id: string] | undefined;
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

/** Walks rows by a field and, where that is equal, by their id: none is met twice or missed while others come and go. */
export const keyset =
  <Field extends string>(keys: Readonly<Record<Field, Key>>, id: Column) =>
  ({ sort, after, limit }: SortedPage<Field | `-${Field}`>) => {
    const down = sort.startsWith('-');
    const { of, at } = keys[sort.replace(/^-/, '') as Field];
    const beyond = sql.raw(down ? '<' : '>');
    const ordered = down ? desc : asc;
    return {
      where: after && sql`(${of}, ${id}) ${beyond} (${at(after[0])}, ${after[1]}::uuid)`,
      orderBy: [ordered(of), ordered(id)] as const,
      /** One more than asked for, which tells whether there is a next page. */
      limit: limit + 1,
    };
  };
