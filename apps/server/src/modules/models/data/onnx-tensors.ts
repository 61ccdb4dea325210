import type { PlannedInput } from '@quadrax/ml/onnx';
import type { FeatureSchema } from '@quadrax/ml/tabular';
import { TaskError } from '#platform/compute';

export type Row = Readonly<Record<string, unknown>>;

/** Values of one input as onnxruntime takes them. */
export type TensorValues =
  | { readonly type: 'float32'; readonly data: Float32Array }
  | { readonly type: 'float64'; readonly data: Float64Array }
  | { readonly type: 'int32'; readonly data: Int32Array }
  | { readonly type: 'int64'; readonly data: BigInt64Array }
  | { readonly type: 'bool'; readonly data: Uint8Array }
  | { readonly type: 'string'; readonly data: string[] };

const refuse = (name: string, message: string): TaskError =>
  new TaskError('REFUSED', `The column "${name}" ${message}`);

const asNumber = (value: unknown): number => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
};

const asWhole = (value: unknown, { name }: FeatureSchema): number => {
  const number = asNumber(value);
  if (!Number.isSafeInteger(number)) throw refuse(name, 'takes whole numbers, and none may be missing.');
  return number;
};

/** The values of an input's columns, row by row. A missing number is NaN, a missing text is empty. */
export const tensorValues = (
  { type, features: columns }: PlannedInput,
  features: readonly FeatureSchema[],
  rows: readonly Row[],
): TensorValues => {
  const used = columns.map((index) => {
    const feature = features[index];
    if (!feature) throw new Error('A planned column is none of the features.');
    return feature;
  });
  const values = rows.flatMap((row) => used.map((feature) => ({ feature, value: row[feature.name] })));
  switch (type) {
    case 'string':
      return {
        type,
        data: values.map(({ value }) =>
          typeof value === 'string'
            ? value
            : value === null || value === undefined
              ? ''
              : String(value as number),
        ),
      };
    case 'bool':
      return { type, data: Uint8Array.from(values, ({ value }) => (String(value) === 'true' ? 1 : 0)) };
    case 'int32':
      return { type, data: Int32Array.from(values, ({ value, feature }) => asWhole(value, feature)) };
    case 'int64':
      return {
        type,
        data: BigInt64Array.from(values, ({ value, feature }) => BigInt(asWhole(value, feature))),
      };
    case 'float32':
      return { type, data: Float32Array.from(values, ({ value }) => asNumber(value)) };
    case 'float64':
      return { type, data: Float64Array.from(values, ({ value }) => asNumber(value)) };
  }
};
