import type { PlannedInput } from '@quadrax/ml/onnx';
import { toMilliseconds, toTimeOfDay } from '@quadrax/ml/tabular';
import type { FeatureSchema } from '@quadrax/ml/tabular';

export type Row = Readonly<Record<string, unknown>>;

/** Values of one input as onnxruntime takes them. */
export type TensorValues =
  | { readonly type: 'float32'; readonly data: Float32Array }
  | { readonly type: 'float64'; readonly data: Float64Array }
  | { readonly type: 'int32'; readonly data: Int32Array }
  | { readonly type: 'int64'; readonly data: BigInt64Array }
  | { readonly type: 'bool'; readonly data: Uint8Array }
  | { readonly type: 'string'; readonly data: string[] };

/** A value in a row that a model cannot be asked with; the message is for whoever sent it. */
export class WrongValue extends Error {
  /** From 0. */
  readonly row: number;
  readonly feature: string;

  constructor(row: number, feature: string, message: string) {
    super(message);
    this.name = 'WrongValue';
    this.row = row;
    this.feature = feature;
  }
}

/** One value, and where it stands. */
interface Entry {
  readonly value: unknown;
  readonly name: string;
  readonly kind: FeatureSchema['kind'];
  readonly row: number;
}

/** The value of a field of a row's own: objects answer to `toString` and the like too. */
export const valueIn = (row: Row, name: string): unknown =>
  Object.hasOwn(row, name) ? row[name] : undefined;

const asNumber = ({ value, kind }: Entry): number => {
  if (typeof value === 'number') return value;
  return kind === 'time' ? toTimeOfDay(value) : toMilliseconds(value);
};

const largestInt32 = 2 ** 31 - 1;

const asWhole = (entry: Entry, largest: number): number => {
  const number = asNumber(entry);
  if (Number.isSafeInteger(number) && number <= largest && number >= -largest - 1) return number;
  const { row, name } = entry;
  const range = largest === largestInt32 ? ' from -2147483648 to 2147483647' : '';
  throw new WrongValue(row, name, `${name} must be a whole number${range}, and cannot be missing.`);
};

const asFlag = ({ value, row, name }: Entry): number => {
  const text = String(value);
  if (text === 'true') return 1;
  if (text === 'false') return 0;
  throw new WrongValue(row, name, `${name} must be true or false, and cannot be missing.`);
};

const asText = ({ value }: Entry): string => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
};

/** The values of an input's columns, row by row. A missing number is NaN, a missing text is empty. @throws WrongValue */
export const tensorValues = (
  { type, features: columns }: PlannedInput,
  features: readonly FeatureSchema[],
  rows: readonly Row[],
): TensorValues => {
  const wanted = columns.map((index) => {
    const feature = features[index];
    if (!feature) throw new Error('A planned column is none of the features.');
    return feature;
  });
  const entries = rows.flatMap((fields, row) =>
    wanted.map(({ name, kind }): Entry => ({ row, name, kind, value: valueIn(fields, name) })),
  );
  switch (type) {
    case 'string':
      return { type, data: entries.map(asText) };
    case 'bool':
      return { type, data: Uint8Array.from(entries, asFlag) };
    case 'int32':
      return { type, data: Int32Array.from(entries, (entry) => asWhole(entry, largestInt32)) };
    case 'int64': {
      const most = Number.MAX_SAFE_INTEGER;
      return { type, data: BigInt64Array.from(entries, (entry) => BigInt(asWhole(entry, most))) };
    }
    case 'float32':
      return { type, data: Float32Array.from(entries, asNumber) };
    case 'float64':
      return { type, data: Float64Array.from(entries, asNumber) };
  }
};
