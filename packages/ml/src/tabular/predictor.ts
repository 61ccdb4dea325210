import { likeliest } from './evaluation/metrics.ts';
import { toMilliseconds } from './record.ts';
import type { Column, FeatureSchema, Model, Prediction, Predictor, RecordValue, Table } from './types.ts';

/**
 * A model ready to predict. Prepared once, it reads records into flat arrays: `predictRow` allocates its answer and
 * nothing else. Not to be entered twice at once, which single-threaded code cannot.
 */
export function createPredictor(model: Model): Predictor {
  const { schema, fitted } = model;
  const { classes, features } = schema;
  const readers = features.map(valueReader);
  const names = features.map(({ name }) => name);
  const raw = new Float64Array(features.length);
  const out = new Float64Array(fitted.outputs);
  const describe = schema.task === 'regression' ? describeValue : describeClasses;
  return {
    schema,
    predictRow(record) {
      for (let i = 0; i < raw.length; i++) raw[i] = readers[i](record[names[i]]);
      fitted.predictRow(raw, out);
      return describe(out, classes);
    },
    predictTable(table) {
      const predicted = fitted.predict(tableColumns(features, table), table.rows);
      if (schema.task === 'regression') return { values: predicted };
      return { labels: likeliest(predicted, classes.length), probabilities: predicted };
    },
    example: () => exampleOf(features),
  };
}

function describeValue(out: Float64Array): Prediction {
  return { value: out[0] };
}

function describeClasses(out: Float64Array, classes: readonly string[]): Prediction {
  // No prototype: a class may be called anything, `__proto__` too.
  const probabilities: Record<string, number> = Object.create(null);
  let top = 0;
  for (let k = 0; k < classes.length; k++) {
    probabilities[classes[k]] = out[k];
    if (out[k] > out[top]) top = k;
  }
  return { label: classes[top], probabilities };
}

/** What one field's value is to the pipeline: a number, milliseconds, a category's index, or NaN. */
function valueReader(feature: FeatureSchema): (value: unknown) => number {
  if (feature.kind !== 'categorical') return feature.kind === 'numeric' ? toFiniteNumber : toMilliseconds;
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
function tableColumns(features: readonly FeatureSchema[], { columns, rows }: Table): Float64Array[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return features.map((feature) => {
    const column = byName.get(feature.name);
    return (column && matchColumn(feature, column)) ?? new Float64Array(rows).fill(NaN);
  });
}

function matchColumn(feature: FeatureSchema, column: Column): Float64Array | undefined {
  const read = valueReader(feature);
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
      if (feature.kind !== 'datetime') return [feature.name, feature.example];
      return [feature.name, new Date(feature.example).toISOString()];
    }),
  );
}
