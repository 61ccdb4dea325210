import type { ColumnType, ModelType, Profile, Sample } from '@quadrax/contract';
import { knownLabels, noClassesBecause, noNumbersBecause } from '@quadrax/contract/target-fit';

/** A column as the form needs it; the figures of the profile are there once it has been read. */
export interface TrainColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly distinct?: number;
  readonly missing?: number;
  /** Rows that have a value. */
  readonly present?: number;
  /** Its values, where all of them are known. */
  readonly labels?: readonly string[];
  /** Every row seems to have a value of its own, whatever the type. */
  readonly tellsRows?: boolean;
  /** The columns that it likely gives away, and that give it away. */
  readonly leaks?: readonly string[];
}

/** The columns of a profile, with what it warns of. */
export function trainColumns({
  columns,
  rows,
  warnings,
}: Pick<Profile, 'columns' | 'rows' | 'warnings'>): TrainColumn[] {
  const identifiers = new Set(
    warnings.flatMap(({ code, column }) => (code === 'LIKELY_IDENTIFIER' && column ? [column] : [])),
  );
  const leaks = new Map<string, string[]>();
  for (const { code, column, other } of warnings) {
    if (code !== 'LIKELY_LEAK' || column === undefined || other === undefined) continue;
    leaks.set(column, [...(leaks.get(column) ?? []), other]);
    leaks.set(other, [...(leaks.get(other) ?? []), column]);
  }
  return columns.map((column) => {
    const { name, type, distinct, missing } = column;
    const labels = knownLabels(column);
    return {
      name,
      type,
      distinct,
      missing,
      ...(labels && { labels }),
      present: rows - missing,
      tellsRows: identifiers.has(name),
      leaks: leaks.get(name) ?? [],
    };
  });
}

export type Task = 'CLASSIFICATION' | 'REGRESSION';

/** What every version of a model predicts; undefined for a model that is new, or none of tables. */
export const taskOf = (model: { readonly type: ModelType } | undefined): Task | undefined =>
  model?.type === 'CLASSIFICATION' || model?.type === 'REGRESSION' ? model.type : undefined;

export interface TaskGuess {
  readonly task: Task;
  /** Why, in a sentence. */
  readonly reason: string;
  /** True when the other task would work as well. */
  readonly open: boolean;
}

const MANY_CLASSES = 100;

/** What predicting a column means, by its type and values; undefined for columns that cannot be predicted. */
export function inferTask(column: TrainColumn): TaskGuess | undefined {
  const { type, distinct } = column;
  if (type === 'boolean') {
    return {
      task: 'CLASSIFICATION',
      reason: 'Its values are true or false, so the class is predicted.',
      open: false,
    };
  }
  if (type === 'categorical') {
    const many = distinct === undefined ? 'categories' : `${distinct} categories`;
    return {
      task: 'CLASSIFICATION',
      reason: `Its values are ${many}, so the class is predicted.`,
      open: false,
    };
  }
  if (type === 'integer' && distinct === 2) {
    return {
      task: 'CLASSIFICATION',
      reason: 'It holds two whole numbers, which most often stand for classes.',
      open: true,
    };
  }
  if (distinct === 1 && (type === 'integer' || type === 'numeric')) {
    return {
      task: 'REGRESSION',
      reason: 'It holds the same number in every row, so there is little to learn: that number is predicted.',
      open: false,
    };
  }
  if (type === 'integer') {
    const few = distinct !== undefined && distinct <= MANY_CLASSES;
    const reason = few
      ? `It holds ${distinct} different whole numbers. Their order counts, so the number is predicted; choose classes if they are codes.`
      : 'It holds whole numbers, so the number is predicted.';
    return { task: 'REGRESSION', reason, open: few };
  }
  if (type === 'numeric') {
    return { task: 'REGRESSION', reason: 'It holds numbers, so the number is predicted.', open: false };
  }
  if (noClasses(column) !== undefined) return undefined;
  const values = distinct === undefined ? 'the same' : `${distinct} different ones`;
  return {
    task: 'CLASSIFICATION',
    reason: `Its values are ${values} again and again, so the class is predicted.`,
    open: false,
  };
}

/** Why a column holds no classes, as far as is known. */
const noClasses = ({ type, distinct = 2, present = Infinity }: TrainColumn): string | undefined =>
  noClassesBecause({ type, distinct, present });

/**
 * Why a column cannot be predicted, in a sentence; undefined where it can.
 * @param task what is to be predicted; undefined: what the column suggests
 */
export function targetRefusal(column: TrainColumn, task?: Task): string | undefined {
  const { distinct, missing = 0 } = column;
  if (distinct === 0) return 'It is empty in every row.';
  const meant = task ?? inferTask(column)?.task;
  if (distinct === 1 && meant !== 'REGRESSION') {
    return `It is the same in every row${missing > 0 ? ' that has it' : ''}: there is nothing to tell apart.`;
  }
  const reason = meant === 'REGRESSION' ? noNumbersBecause(column) : noClasses(column);
  return reason && `It ${reason}`;
}

const oftenMeant: ReadonlySet<ColumnType> = new Set(['boolean', 'categorical', 'integer', 'numeric']);

/** The sample's own target, else the last column that can be predicted and is likely meant to be. */
export function defaultTarget(
  columns: readonly TrainColumn[],
  sample?: Pick<Sample, 'target'>,
  task?: Task,
): string | undefined {
  const usable = columns.filter((column) => targetRefusal(column, task) === undefined);
  const own = usable.find(({ name }) => name === sample?.target);
  const meant = usable.filter(({ type, distinct }) => oftenMeant.has(type) && distinct !== 1);
  return (own ?? meant.findLast(({ tellsRows }) => tellsRows !== true) ?? meant.at(-1) ?? usable.at(-1))
    ?.name;
}

/** Why a column is best left out; undefined for those that are in. */
export function leftOutBecause(
  { name, type, distinct, tellsRows, leaks }: TrainColumn,
  target: string,
): 'empty' | 'constant' | 'identifier' | 'leak' | undefined {
  if (distinct === 0) return 'empty';
  if (distinct === 1) return 'constant';
  if (name !== target && leaks?.includes(target) === true) return 'leak';
  return type === 'identifier' || tellsRows === true ? 'identifier' : undefined;
}

/** Every other column but those that teach nothing which holds for new rows. */
export function defaultFeatures(columns: readonly TrainColumn[], target: string): string[] {
  return columns
    .filter((column) => column.name !== target && leftOutBecause(column, target) === undefined)
    .map((column) => column.name);
}
