import type { DateOrder, ProfileWarning } from '@quadrax/contract';
import { columnId, countOf, type Statements } from './duckdb.ts';
import type { Loaded } from './loaded.ts';
import type { Physical } from './physical.ts';

export interface DateHints {
  /** How dates that can be read both ways are to be read. */
  readonly stated: DateOrder | undefined;
  /** How those of the version before were read. */
  readonly before: DateOrder | undefined;
  /** The file is written as where the day comes first. */
  readonly dayFirst: boolean;
}

interface DateColumn {
  readonly index: number;
  /** As the column was read. */
  readonly order: DateOrder;
  /** No day is beyond 12: the other order reads every value too. */
  readonly ambiguous: boolean;
}

export interface SettledDates {
  /** How they are read, as is stated or known from this file or the version before; undefined where it is guessed. */
  readonly order: DateOrder | undefined;
  readonly warnings: ProfileWarning[];
}

/**
 * Settles how dates are read of which every day and month is 12 or less, on the table `t`: as stated, else as the other
 * columns that can be read one way only, else as those of the version before, else as the file is written, else as they
 * are. Exchanging day and month of
 * such dates is what reading them the other way would give. Says of each how it was read.
 */
export async function settleDateOrder(
  db: Statements,
  loaded: Pick<Loaded, 'names' | 'physicals'>,
  { stated, before, dayFirst }: DateHints,
): Promise<SettledDates> {
  const columns = await findColumns(db, loaded.physicals);
  const certain = new Set(columns.filter(({ ambiguous }) => !ambiguous).map(({ order }) => order));
  const shown = certain.size === 1 ? [...certain][0] : undefined;
  const wanted = stated ?? shown ?? before ?? (dayFirst ? 'day-first' : undefined);
  const open = columns.filter(({ ambiguous }) => ambiguous);
  await exchange(
    db,
    loaded.physicals.length,
    open.filter(({ order }) => order !== (wanted ?? order)).map(({ index }) => index),
  );
  const nameOf = (index: number): string => loaded.names[index] ?? '';
  const contrary = columns.filter(
    ({ order, ambiguous }) => !ambiguous && stated !== undefined && order !== stated,
  );
  const reason = reasonOf(shown, before, wanted);
  const warnings = [
    ...(stated === undefined
      ? open.map(({ index, order }) => warning(nameOf(index), wanted ?? order, reason))
      : []),
    ...contrary.map(({ index, order }): ProfileWarning => ({
      code: 'AMBIGUOUS_DATES',
      column: nameOf(index),
      message: `Its dates were read ${words[order]}, although ${stated} was stated: only so does every value have a month of 12 or less.`,
    })),
  ];
  // A guess is not kept: later files may show better.
  return { order: certain.size > 1 ? undefined : (shown ?? stated ?? before), warnings };
}

const words = { 'month-first': 'month first', 'day-first': 'day first' } as const;
const example = {
  'month-first': '6 February 2020 is 02/06/2020',
  'day-first': '2 June 2020 is 02/06/2020',
} as const;

function reasonOf(
  shown: DateOrder | undefined,
  before: DateOrder | undefined,
  wanted: DateOrder | undefined,
): string {
  if (shown !== undefined) return ', as other columns of the file are';
  if (before !== undefined) return ', as those of the version before are';
  return wanted === undefined ? '' : ', as is usual where semicolons separate and commas are decimal';
}

function warning(column: string, order: DateOrder, reason: string): ProfileWarning {
  const other = order === 'month-first' ? 'day-first' : 'month-first';
  return {
    code: 'AMBIGUOUS_DATES',
    column,
    message:
      `No day or month of its dates is beyond 12, so they can be read two ways. They were read ${words[order]}${reason}: ` +
      `${example[order]}. If that is wrong, upload the file again and state the date order ${other}.`,
  };
}

const orderOf = (physical: Physical | undefined): DateOrder | undefined => {
  if (physical?.kind !== 'timestamp') return undefined;
  if (/^%m[/-]%d/.test(physical.format)) return 'month-first';
  return /^%d[/-]%m/.test(physical.format) ? 'day-first' : undefined;
};

async function findColumns(db: Statements, physicals: readonly Physical[]): Promise<DateColumn[]> {
  const found = physicals.flatMap((physical, index) => {
    const order = orderOf(physical);
    return order === undefined ? [] : [{ index, order }];
  });
  if (found.length === 0) return [];
  const days = found.map(({ index }) => `coalesce(max(day(${columnId(index)})), 0)::BIGINT`);
  const [row = []] = await db.rows(`SELECT ${days.join(', ')} FROM t`);
  return found.map((column, i) => {
    const most = countOf(row[i]);
    return { ...column, ambiguous: most > 0 && most <= 12 };
  });
}

async function exchange(db: Statements, width: number, indices: readonly number[]): Promise<void> {
  if (indices.length === 0) return;
  const exchanged = new Set(indices);
  const columns = Array.from({ length: width }, (_, i) => {
    const id = columnId(i);
    if (!exchanged.has(i)) return id;
    // The time of day stays; DuckDB counts it in microseconds.
    return `make_timestamp(year(${id}), day(${id}), month(${id}), 0, 0, 0) + (${id} - date_trunc('day', ${id})) AS ${id}`;
  });
  await db.run(`CREATE OR REPLACE TABLE t AS SELECT ${columns.join(', ')} FROM t`);
}
