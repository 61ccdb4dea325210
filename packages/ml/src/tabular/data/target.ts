import { TabularError } from '../errors.ts';
import type { Column, Task } from '../types.ts';

/** More classes than this are no classification problem but an identifier or a number. */
const maxClasses = 200;

export interface EncodedTarget {
  /** Class indices or numbers; NaN is missing. */
  readonly values: Float64Array;
  /** Sorted labels; empty for regression. */
  readonly classes: readonly string[];
}

/** Numbers for regression; for classification any column as sorted labels. ±Infinity counts as missing. */
export function encodeTarget(column: Column, task: Task): EncodedTarget {
  return task === 'regression' ? encodeNumbers(column) : encodeLabels(column);
}

function encodeNumbers(column: Column): EncodedTarget {
  if (column.kind !== 'numeric') {
    const message = `Regression needs a numeric target; ${column.name} is ${column.kind}. Choose classification or another column.`;
    throw new TabularError('INVALID_TARGET', message, column.name);
  }
  return { values: column.values.map((value) => (Number.isFinite(value) ? value : NaN)), classes: [] };
}

function encodeLabels(column: Column): EncodedTarget {
  const labels = labelsOf(column);
  const distinct = new Set(labels.filter((label) => label !== undefined));
  if (distinct.size > maxClasses) {
    const message = `The target ${column.name} has ${distinct.size} different values; classification takes at most ${maxClasses}.`;
    throw new TabularError('TOO_MANY_CLASSES', message, column.name);
  }
  const classes = sortLabels([...distinct]);
  const index = new Map(classes.map((label, k) => [label, k]));
  const values = Float64Array.from(labels, (label) =>
    label === undefined ? NaN : (index.get(label) ?? NaN),
  );
  return { values, classes };
}

function labelsOf(column: Column): (string | undefined)[] {
  switch (column.kind) {
    case 'categorical':
      return Array.from(column.codes, (code) => column.categories[code]);
    case 'text':
      return column.values.map((value) => value ?? undefined);
    case 'numeric':
      return Array.from(column.values, (value) => (Number.isFinite(value) ? String(value) : undefined));
    case 'datetime':
    case 'time':
      throw new TabularError(
        'INVALID_TARGET',
        `A ${column.kind === 'time' ? 'time of day' : 'date'} such as ${column.name} cannot be a class.`,
        column.name,
      );
  }
}

/** Numbers by value when every label is one, otherwise by code unit: the same on every machine. */
function sortLabels(labels: string[]): string[] {
  const numeric = labels.every((label) => label.trim() !== '' && Number.isFinite(Number(label)));
  if (numeric) return labels.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  return labels.sort((a, b) => (a < b ? -1 : 1));
}
