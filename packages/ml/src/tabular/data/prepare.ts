import { TabularError } from '../errors.ts';
import type { Column, FeatureSchema, Schema, Table, TrainOptions, Warning } from '../types.ts';
import { createDocuments } from './documents.ts';
import type { Dataset, Frame } from './frame.ts';
import { gather } from './frame.ts';
import { infiniteIn, prepareFeature } from './feature.ts';
import { encodeTarget } from './target.ts';

export interface Prepared {
  readonly dataset: Dataset;
  readonly schema: Schema;
  readonly warnings: readonly Warning[];
  readonly rowsDropped: number;
  /** The rows of the table that are used. */
  readonly rows: Int32Array;
}

/** Targets and weights are squared and summed: of larger ones that would be no number. */
const largest = 1e100;

/**
 * Checks table and options and makes the dataset that training works on: rows with a target and a weight, columns that
 * vary. Nothing is learnt here that could tell held-out rows from others. Throws `TabularError`.
 */
export function prepare(table: Table, options: TrainOptions): Prepared {
  checkTable(table);
  const warnings: Warning[] = [];
  const target = findColumn(table, options.target, 'target');
  const weightColumn =
    options.weights === undefined ? undefined : findColumn(table, options.weights, 'weights');
  const encoded = encodeTarget(target, options.task);
  const weights = readWeights(weightColumn, table.rows);
  warnings.push(...infiniteIn(target));
  const rows = usableRows(encoded.values, weights, options.target, warnings);
  if (rows.every((row) => weights[row] === 0)) {
    throw new TabularError('INVALID_WEIGHTS', 'Every usable row has weight 0.', options.weights);
  }
  const values = gather(encoded.values, rows);
  if (options.task === 'regression' && values.some((value) => Math.abs(value) > largest)) {
    const message = `Numbers in ${options.target} are too large to compute with: ${largest} is the most.`;
    throw new TabularError('INVALID_TARGET', message, options.target);
  }
  if (options.task === 'regression' && values.every((value) => value === values[0])) {
    const message = `${options.target} is ${values[0]} in every row: there is nothing to learn but that.`;
    warnings.push({ code: 'CONSTANT_TARGET', column: options.target, message });
  }
  const documents = createDocuments();
  const features = featureColumns(table, options).flatMap(
    (column) => prepareFeature(column, rows, values, options.task, documents, warnings) ?? [],
  );
  if (features.length === 0) {
    throw new TabularError(
      'NO_FEATURES',
      'No feature column is left that varies: add columns to learn from.',
    );
  }
  warnings.push(...features.flatMap(({ schema }) => namedLikeTarget(schema.name, options.target, warnings)));
  const used = gather(weights, rows);
  const classes = usedClasses(encoded.classes, values, options.target, warnings);
  warnings.push(...unweightedClasses(classes, used, options.target));
  const schemas: FeatureSchema[] = features.map(({ schema }) => schema);
  const frame: Frame = {
    rows: rows.length,
    documents: documents.count() > 0 ? documents : undefined,
    features: schemas,
    columns: features.map((feature) => feature.values),
  };
  return {
    dataset: {
      frame,
      target: { classes: classes.labels.length, values: classes.values, weights: used },
    },
    schema: { task: options.task, target: options.target, features: schemas, classes: classes.labels },
    warnings,
    rowsDropped: table.rows - rows.length,
    rows,
  };
}

/** A warning where a feature's name holds all the words of the target's, unless its values gave one already. */
function namedLikeTarget(name: string, target: string, given: readonly Warning[]): Warning[] {
  if (given.some(({ code, column }) => code === 'LIKELY_LEAK' && column === name)) return [];
  const words = wordsOf(target);
  if (words === '' || !` ${wordsOf(name)} `.includes(` ${words} `)) return [];
  const message = `${name} is named like the target ${target}. If it is made from the target, leave it out.`;
  return [{ code: 'LIKELY_LEAK', column: name, message }];
}

/** "soldPrice_EUR" as "sold price eur". */
function wordsOf(name: string): string {
  const apart = name.replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ').toLowerCase();
  return apart
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .join(' ');
}

function checkTable({ rows, columns }: Table): void {
  const seen = new Set<string>();
  for (const column of columns) {
    const { name } = column;
    if (seen.has(name)) throw new TabularError('INVALID_TABLE', `Two columns are named ${name}.`, name);
    seen.add(name);
    const length = column.kind === 'categorical' ? column.codes.length : column.values.length;
    if (length === rows) continue;
    throw new TabularError(
      'INVALID_TABLE',
      `Column ${name} has ${length} values, the table ${rows} rows.`,
      name,
    );
  }
}

function findColumn(table: Table, name: string, role: string): Column {
  const found = table.columns.find((column) => column.name === name);
  if (found) return found;
  throw new TabularError('UNKNOWN_COLUMN', `The ${role} ${name} is no column of the table.`, name);
}

function featureColumns(table: Table, { features, target, weights, validation }: TrainOptions): Column[] {
  if (features?.includes(target)) {
    throw new TabularError('INVALID_OPTION', `The target ${target} cannot be a feature as well.`, target);
  }
  if (features) return [...new Set(features)].map((name) => findColumn(table, name, 'feature'));
  const { groups } = validation;
  return table.columns.filter(({ name }) => name !== target && name !== weights && name !== groups);
}

function readWeights(column: Column | undefined, rows: number): Float64Array {
  if (!column) return new Float64Array(rows).fill(1);
  if (column.kind !== 'numeric') {
    throw new TabularError(
      'INVALID_WEIGHTS',
      `The weights ${column.name} must be a numeric column.`,
      column.name,
    );
  }
  const negative = column.values.filter((weight) => weight < 0).length;
  if (negative > 0) {
    const weights = negative === 1 ? 'weight' : 'weights';
    const message = `${negative} ${weights} in ${column.name} ${negative === 1 ? 'is' : 'are'} negative. Weights are numbers from 0.`;
    throw new TabularError('INVALID_WEIGHTS', message, column.name);
  }
  if (column.values.some((weight) => weight > largest)) {
    const message = `Weights in ${column.name} are too large to compute with: ${largest} is the most.`;
    throw new TabularError('INVALID_WEIGHTS', message, column.name);
  }
  return column.values;
}

function usableRows(
  target: Float64Array,
  weights: Float64Array,
  name: string,
  warnings: Warning[],
): Int32Array {
  const all = Int32Array.from(target.keys());
  const labelled = all.filter((row) => !Number.isNaN(target[row]));
  const rows = labelled.filter((row) => Number.isFinite(weights[row]));
  const missing = target.length - labelled.length;
  if (missing > 0) {
    const message = `${rowsHave(missing)} no ${name} and ${was(missing)} left out of training.`;
    warnings.push({ code: 'MISSING_TARGET', column: name, count: missing, message });
  }
  const unweighted = labelled.length - rows.length;
  if (unweighted > 0) {
    const message = `${rowsHave(unweighted)} no finite weight and ${was(unweighted)} left out of training.`;
    warnings.push({ code: 'INVALID_WEIGHT', count: unweighted, message });
  }
  if (rows.length === 0) {
    const weighted = labelled.length > 0 ? 'and a weight' : 'that can be used';
    throw new TabularError('NO_ROWS', `No row has a value in the target ${name} ${weighted}.`, name);
  }
  return rows;
}

function rowsHave(count: number): string {
  return count === 1 ? '1 row has' : `${count} rows have`;
}

function was(count: number): string {
  return count === 1 ? 'was' : 'were';
}

/** Of what its share would be among equals, a class that has less is rare: of two, one with less than a fifth of the rows. */
const imbalance = 0.4;
/** Metrics of a class with fewer rows say little. */
const fewRows = 10;

/** Drops labels no usable row has, renumbers the rest, and warns of classes too rare to learn. */
function usedClasses(
  labels: readonly string[],
  values: Float64Array,
  name: string,
  warnings: Warning[],
): { labels: string[]; values: Float64Array } {
  if (labels.length === 0) return { labels: [], values };
  const counts = new Int32Array(labels.length);
  for (const value of values) counts[value]++;
  const used = labels.map((_, k) => k).filter((k) => counts[k] > 0);
  if (used.length < 2) {
    const message = `The target ${name} has one class only, ${labels[used[0]]}: there is nothing to tell apart.`;
    throw new TabularError('SINGLE_CLASS', message, name);
  }
  const least = used.reduce((a, b) => (counts[b] < counts[a] ? b : a));
  if (counts[least] < fewRows) {
    const rare = used.filter((k) => counts[k] < fewRows).length;
    const others = rare > 1 ? ` ${rare} classes have fewer than ${fewRows}.` : '';
    const message = `The class ${labels[least]} has only ${counts[least]} ${counts[least] === 1 ? 'row' : 'rows'}; its metrics say little.${others}`;
    warnings.push({ code: 'RARE_CLASS', column: name, count: counts[least], message });
  } else if (counts[least] * used.length < imbalance * values.length) {
    const message = `The class ${labels[least]} has ${counts[least]} of ${values.length} rows: prefer balanced accuracy or F1 to accuracy.`;
    warnings.push({ code: 'IMBALANCED', column: name, count: counts[least], message });
  }
  const renumbered = new Map(used.map((k, index) => [k, index]));
  return { labels: used.map((k) => labels[k]), values: values.map((value) => renumbered.get(value) ?? NaN) };
}

/** A warning of classes whose rows all have weight 0: they are judged by, and never learnt. */
function unweightedClasses(
  { labels, values }: { labels: readonly string[]; values: Float64Array },
  weights: Float64Array,
  name: string,
): Warning[] {
  const sums = new Float64Array(labels.length);
  for (let i = 0; i < values.length; i++) sums[values[i]] += weights[i];
  const without = labels.filter((_, k) => sums[k] === 0);
  if (without.length === 0) return [];
  const others =
    without.length === 1
      ? ''
      : ` (and of ${without.length - 1} ${without.length === 2 ? 'other class' : 'other classes'})`;
  const message = `Every row of the class ${without[0]}${others} has weight 0: ${without.length === 1 ? 'it is' : 'they are'} never learnt.`;
  return [{ code: 'UNWEIGHTED_CLASS', column: name, count: without.length, message }];
}
