import type { Documents } from './data/documents.ts';
import { calibrate, calibrateRows } from './evaluation/calibration.ts';
import { labelled } from './evaluation/metrics.ts';
import { clockText, toMilliseconds, toTimeOfDay } from './record.ts';
import type {
  Column,
  Decision,
  FeatureSchema,
  FittedPipeline,
  Model,
  Prediction,
  Predictor,
  RecordValue,
  Table,
} from './types.ts';

/**
 * A model ready to predict. Prepared once, it reads records into flat arrays: `predictRow` allocates its answer and
 * nothing else. Not to be entered twice at once, which single-threaded code cannot.
 */
export function createPredictor(model: Model): Predictor {
  const { decision, schema, fitted } = model;
  const { classes, features } = schema;
  const { documents } = fitted;
  const read = createRecordReader(features, documents);
  const raw = new Float64Array(features.length);
  const out = new Float64Array(fitted.outputs);
  const answerOf = schema.task === 'regression' ? valueOf : labelOf;
  const describe = schema.task === 'regression' ? describeValue : describeClasses;
  const calibration = decision?.calibration;
  const unseenIn = createUnseenSearch(features);
  return {
    schema,
    rowCost: predictionCost(fitted, features.length),
    predictRow(record, observer) {
      const kept = documents?.count() ?? 0;
      read(record, raw);
      fitted.predictRow(raw, out);
      documents?.release(kept);
      if (calibration) correct(calibration, out);
      const answer = answerOf(out, decision?.threshold);
      observer?.observe(record, raw, answer);
      const prediction = describe(answer, out, classes);
      const unseen = unseenIn(record, raw);
      if (unseen) prediction.unseen = unseen;
      return prediction;
    },
    predictTable(table) {
      const kept = documents?.count() ?? 0;
      const predicted = fitted.predict(featureColumns(features, table, documents), table.rows);
      documents?.release(kept);
      if (schema.task === 'regression') return { values: predicted };
      const probabilities = calibration ? calibrateRows(calibration, predicted) : predicted;
      return { labels: labelled(probabilities, classes.length, decision?.threshold), probabilities };
    },
    example: () => exampleOf(features),
  };
}

/**
 * Tells features whose category training had not from those without a value: both are NaN in a raw row. Costs a
 * comparison for each feature of categories.
 */
function createUnseenSearch(
  features: readonly FeatureSchema[],
): (record: Readonly<Record<string, unknown>>, raw: Float64Array) => string[] | undefined {
  const places = Int32Array.from(features.flatMap(({ kind }, i) => (kind === 'categorical' ? [i] : [])));
  return (record, raw) => {
    let unseen: string[] | undefined;
    for (let k = 0; k < places.length; k++) {
      const i = places[k];
      if (raw[i] === raw[i]) continue;
      const { name } = features[i];
      const given = Object.hasOwn(record, name) ? record[name] : undefined;
      if (given !== undefined && given !== null && given !== '') (unseen ??= []).push(name);
    }
    return unseen;
  };
}

/** About how many multiplications a prediction takes; few of them are not counted, but for the features. */
export function predictionCost({ rowCost }: FittedPipeline, features: number): number {
  return rowCost ?? 50 * features;
}

function valueOf(out: Float64Array): number {
  return out[0];
}

/** The index of the class that is answered, by probabilities as they are told. */
function labelOf(out: Float64Array, threshold: number | undefined): number {
  if (threshold !== undefined) return out[1] >= threshold ? 1 : 0;
  let top = 0;
  for (let k = 1; k < out.length; k++) if (out[k] > out[top]) top = k;
  return top;
}

function describeValue(value: number): Prediction {
  return { value };
}

function describeClasses(answer: number, out: Float64Array, classes: readonly string[]): Prediction {
  // No prototype: a class may be called anything, `__proto__` too.
  const probabilities: Record<string, number> = Object.create(null);
  for (let k = 0; k < classes.length; k++) probabilities[classes[k]] = out[k];
  return { label: classes[answer], probabilities };
}

/** The class that probabilities, not yet corrected, are labelled as. */
export function chosenClass(out: Float64Array, decision: Decision | undefined): number {
  if (!decision?.calibration) return labelOf(out, decision?.threshold);
  return calibrate(decision.calibration, out[1]) >= decision.threshold ? 1 : 0;
}

function correct(calibration: NonNullable<Decision['calibration']>, out: Float64Array): void {
  out[1] = calibrate(calibration, out[1]);
  out[0] = 1 - out[1];
}

/** Writes a record as a raw row; allocates nothing but for texts, which are kept in `documents`. */
export function createRecordReader(
  features: readonly FeatureSchema[],
  documents: Documents | undefined,
): (record: Readonly<Record<string, unknown>>, raw: Float64Array) => void {
  const readers = features.map((feature) => valueReader(feature, documents));
  const names = features.map(({ name }) => name);
  return (record, raw) => {
    for (let i = 0; i < raw.length; i++) raw[i] = readers[i](record[names[i]]);
  };
}

/** What one field's value is to the pipeline: a number, milliseconds, a category's index, a document, or NaN. */
function valueReader(feature: FeatureSchema, documents: Documents | undefined): (value: unknown) => number {
  if (feature.kind === 'text') {
    return (value) => {
      const isText = typeof value === 'string' && value.trim() !== '';
      return isText && documents ? documents.add(value) : NaN;
    };
  }
  if (feature.kind === 'numeric') return toFiniteNumber;
  if (feature.kind !== 'categorical') return feature.kind === 'time' ? toTimeOfDay : toMilliseconds;
  const index = new Map(feature.categories.map((category, i) => [category, i]));
  return (value) => {
    if (typeof value === 'string') return index.get(value) ?? NaN;
    return typeof value === 'boolean' || typeof value === 'number' ? (index.get(String(value)) ?? NaN) : NaN;
  };
}

function toFiniteNumber(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : NaN;
}

/** The features' columns by name, categories renumbered to the model's; NaN where the table has none or another kind. */
export function featureColumns(
  features: readonly FeatureSchema[],
  { columns, rows }: Table,
  documents: Documents | undefined,
): Float64Array[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return features.map((feature) => {
    const column = byName.get(feature.name);
    return (column && matchColumn(feature, column, documents)) ?? new Float64Array(rows).fill(NaN);
  });
}

function matchColumn(
  feature: FeatureSchema,
  column: Column,
  documents: Documents | undefined,
): Float64Array | undefined {
  const read = valueReader(feature, documents);
  if (column.kind === 'text') return Float64Array.from(column.values, read);
  if (column.kind === 'categorical') {
    const values = Float64Array.from(column.categories, read);
    return Float64Array.from(column.codes, (code) => (code < 0 ? NaN : (values[code] ?? NaN)));
  }
  // NaN, unlike null, would be written out as a category's name.
  return Float64Array.from(column.values, (value) => (Number.isFinite(value) ? read(value) : NaN));
}

function exampleOf(features: readonly FeatureSchema[]): Record<string, RecordValue> {
  return Object.fromEntries(
    features.map((feature): [string, RecordValue] => {
      if (feature.kind === 'time') return [feature.name, clockText(feature.example)];
      if (feature.kind !== 'datetime') return [feature.name, feature.example];
      return [feature.name, new Date(feature.example).toISOString()];
    }),
  );
}
