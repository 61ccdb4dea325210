import type { TransformStep } from '@quadrax/contract';
import { columnId, type Statements } from './duckdb.ts';
import { nameColumns } from '@quadrax/contract/delimited';
import { QueryError } from './query-error.ts';

/** A table on its way through the steps: `relation` has the columns c0, c1 … */
export interface Frame {
  readonly relation: string;
  readonly names: readonly string[];
}

/** Rows for training, and rows kept back. */
export interface Parts {
  readonly train: Frame;
  readonly test: Frame;
}

/** What the steps work on. */
export interface Bench {
  readonly db: Statements;
  /** Stored tables that steps join, by datakit and version. */
  readonly joined: ReadonlyMap<string, { readonly parquet: string; readonly columns: readonly string[] }>;
  /** What a person should know of what a step did. */
  note(text: string): void;
  /** A name for a table that no other has. */
  fresh(): string;
}

export type StepOf<Kind extends TransformStep['step']> = Extract<TransformStep, { step: Kind }>;
export type Apply<Kind extends TransformStep['step']> = (
  bench: Bench,
  frame: Frame,
  step: StepOf<Kind>,
  at: string,
) => Promise<Frame>;

/** The place of a column. @throws QueryError that names the field */
export function indexOf(frame: Frame, name: string, field: string): number {
  const index = frame.names.indexOf(name);
  if (index >= 0) return index;
  const near = frame.names.find((known) => known.toLowerCase() === name.toLowerCase());
  throw new QueryError(
    'UNKNOWN_FIELD',
    field,
    `There is no column "${name}" at this step.${near === undefined ? '' : ` Did you mean "${near}"?`}`,
  );
}

/** Adds or changes names. @throws QueryError where two are the same or one cannot be */
export function named(names: readonly string[], field: string): string[] {
  const { names: kept, problems } = nameColumns(names);
  if (problems[0] !== undefined) throw new QueryError('UNKNOWN_FIELD', field, problems[0]);
  return kept;
}

/** Makes a table of expressions over a frame; each takes the place of c0, c1 … */
export async function make(
  { db, fresh }: Bench,
  expressions: readonly string[],
  rest: string,
  names: readonly string[],
): Promise<Frame> {
  const relation = fresh();
  const selected = expressions.map((sql, i) => `${sql} AS ${columnId(i)}`);
  await db.run(`CREATE TABLE ${relation} AS SELECT ${selected.join(', ')} ${rest}`);
  return { relation, names };
}

export const ids = (frame: Frame): string[] => frame.names.map((_, i) => columnId(i));

export const replaced = (frame: Frame, index: number, sql: string): string[] =>
  ids(frame).map((id, i) => (i === index ? sql : id));

export async function typeOf({ db }: Bench, frame: Frame, index: number): Promise<string> {
  const rows = await db.rows(`DESCRIBE SELECT ${columnId(index)} FROM ${frame.relation}`);
  return String(rows[0]?.[1]);
}
