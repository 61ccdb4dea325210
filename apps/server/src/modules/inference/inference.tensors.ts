import { tensorDatatypes } from '@quadrax/contract';
import type {
  InferenceRequest,
  Prediction,
  RequestInput,
  ResponseOutput,
  TensorDatatype,
  TensorMetadata,
} from '@quadrax/contract';
import { invalid } from '#platform/errors';
import type { ServedSchema } from '#modules/models';

type Row = Record<string, unknown>;
type Feature = ServedSchema['features'][number];

/** As many rows as a prediction takes. */
const mostRows = 10_000;

const wholeNumbers: Partial<Record<TensorDatatype, readonly [least: number, most: number]>> = {
  UINT8: [0, 2 ** 8 - 1],
  UINT16: [0, 2 ** 16 - 1],
  UINT32: [0, 2 ** 32 - 1],
  UINT64: [0, 2 ** 64],
  INT8: [-(2 ** 7), 2 ** 7 - 1],
  INT16: [-(2 ** 15), 2 ** 15 - 1],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
  INT64: [-(2 ** 63), 2 ** 63],
};
const mostOf: Partial<Record<TensorDatatype, number>> = {
  FP16: 65_504,
  FP32: 3.4028234663852886e38,
  FP64: Number.MAX_VALUE,
};

/** Whether an element is one of a datatype's; null is a missing value in any. */
const fits = (datatype: TensorDatatype, value: unknown): boolean => {
  if (value === null) return true;
  if (datatype === 'BOOL') return typeof value === 'boolean';
  if (datatype === 'BYTES') return typeof value === 'string';
  if (typeof value !== 'number') return false;
  const range = wholeNumbers[datatype];
  if (range) return Number.isInteger(value) && value >= range[0] && value <= range[1];
  return Math.abs(value) <= (mostOf[datatype] ?? 0);
};

const refuse = (input: string, message: string) => invalid(input, `The input "${input}" ${message}`);

const datatypeOf = ({ name, datatype }: RequestInput): TensorDatatype => {
  const known = tensorDatatypes.find((one) => one === datatype);
  if (known) return known;
  throw refuse(name, `has the datatype "${datatype}". Known are ${tensorDatatypes.join(', ')}.`);
};

const isWhole = (datatype: TensorDatatype): boolean => datatype in wholeNumbers;
const isNumber = (datatype: TensorDatatype): boolean => isWhole(datatype) || datatype in mostOf;

/** What a feature takes, in words; undefined where the datatype is one of it. */
const wantedInstead = ({ kind }: Feature, datatype: TensorDatatype): string | undefined => {
  if (kind === 'numeric') return isNumber(datatype) ? undefined : 'a number: FP64, FP32, FP16 or a whole one';
  if (kind === 'datetime')
    return datatype === 'BYTES' || isNumber(datatype)
      ? undefined
      : 'a date: BYTES as ISO 8601, or milliseconds since 1970';
  if (kind === 'time')
    return datatype === 'BYTES' || isNumber(datatype)
      ? undefined
      : 'a time of day: BYTES such as 08:30, or milliseconds since midnight';
  return datatype === 'BYTES' || datatype === 'BOOL' || isWhole(datatype)
    ? undefined
    : 'a category: BYTES, BOOL or a whole number';
};

const rowsOfShape = ({ name, shape }: RequestInput): number => {
  const [rows = 0, width = 1] = shape;
  const shown = `[${shape.join(', ')}]`;
  if (shape.some((size) => !Number.isInteger(size) || size < 0))
    throw refuse(name, `has the shape ${shown}. Sizes are whole numbers from 0.`);
  if (shape.length < 1 || shape.length > 2 || width !== 1)
    throw refuse(name, `has the shape ${shown}. It must be [rows] or [rows, 1].`);
  if (rows < 1 || rows > mostRows)
    throw refuse(name, `has ${rows} rows. Send from 1 to ${mostRows.toLocaleString('en')}.`);
  return rows;
};

/** The elements row by row, of data that is flat or nested as the shape says. */
const elementsOf = (input: RequestInput, rows: number): readonly unknown[] => {
  const { name, shape, data, parameters } = input;
  if (!data) {
    const binary = parameters?.['binary_data_size'] !== undefined;
    throw refuse(
      name,
      binary ? 'has binary data, which is not supported. Send JSON in "data".' : 'has no "data".',
    );
  }
  const nested = shape.length === 2 && data.length > 0 && data.every((part) => Array.isArray(part));
  const flat = nested ? data.flat() : data;
  const parts = data.every((part) => !Array.isArray(part) || part.length === 1);
  if (flat.length !== rows || (nested && !parts))
    throw refuse(name, `holds ${flat.length} elements, and its shape [${shape.join(', ')}] needs ${rows}.`);
  return flat;
};

const columnOf = (input: RequestInput, feature: Feature, rows: number): readonly unknown[] => {
  const { name } = input;
  const datatype = datatypeOf(input);
  const wanted = wantedInstead(feature, datatype);
  if (wanted !== undefined) throw refuse(name, `is ${datatype}, and the model needs ${wanted}.`);
  const elements = elementsOf(input, rows);
  const wrong = elements.findIndex((value) => !fits(datatype, value));
  if (wrong >= 0)
    throw refuse(
      name,
      `holds ${JSON.stringify(elements[wrong])?.slice(0, 80)} at ${wrong}, which is no ${datatype}.`,
    );
  return elements;
};

/**
 * The rows that the inputs of a request hold, by the names of the features.
 * @throws AppError VALIDATION_FAILED naming the input that is missing, unknown, given twice, or wrong in shape,
 * datatype or data
 */
export const rowsOf = (inputs: readonly RequestInput[], { features }: ServedSchema): Row[] => {
  const byName = new Map<string, RequestInput>();
  for (const input of inputs) {
    const { name } = input;
    if (byName.has(name)) throw refuse(name, 'is given twice.');
    if (!features.some((feature) => feature.name === name))
      throw invalid(name, `The model has no input "${name}".`);
    byName.set(name, input);
  }
  const [first] = inputs;
  const rows = first ? rowsOfShape(first) : 0;
  const table: Row[] = Array.from({ length: rows }, () => ({}));
  for (const feature of features) {
    const { name } = feature;
    const input = byName.get(name);
    if (!input) {
      if (feature.optional) continue;
      throw refuse(name, 'is missing.');
    }
    if (rowsOfShape(input) !== rows)
      throw refuse(name, `has ${rowsOfShape(input)} rows, and "${first?.name}" has ${rows}.`);
    const column = columnOf(input, feature, rows);
    for (const [i, row] of table.entries()) row[name] = column[i];
  }
  return table;
};

const inputDatatype = ({ kind }: Feature): TensorDatatype => (kind === 'numeric' ? 'FP64' : 'BYTES');

export const inputMetadata = ({ features }: ServedSchema): TensorMetadata[] =>
  features.map((feature) => ({ name: feature.name, datatype: inputDatatype(feature), shape: [-1] }));

type OutputMetadata = TensorMetadata & { readonly parameters?: Record<string, string> };

export const outputMetadata = ({ task, classes }: ServedSchema): OutputMetadata[] =>
  task === 'regression'
    ? [{ name: 'value', datatype: 'FP64', shape: [-1] }]
    : [
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        {
          name: 'probabilities',
          datatype: 'FP64',
          shape: [-1, classes.length],
          parameters: { classes: JSON.stringify(classes) },
        },
      ];

const dataOf = (
  name: string,
  predictions: readonly Prediction[],
  classes: readonly string[],
): ResponseOutput['data'] => {
  if (name === 'value') return predictions.map(({ value = 0 }) => value);
  if (name === 'label') return predictions.map(({ label = '' }) => label);
  return predictions.flatMap(({ probabilities }) => classes.map((one) => probabilities?.[one] ?? 0));
};

/** The outputs that a request asks for, all of them where it names none. @throws AppError VALIDATION_FAILED */
export const outputsOf = (wanted: InferenceRequest['outputs'], schema: ServedSchema): OutputMetadata[] => {
  const all = outputMetadata(schema);
  if (!wanted || wanted.length === 0) return all;
  return wanted.map(({ name }) => {
    const found = all.find((output) => output.name === name);
    if (found) return found;
    const names = all.map((output) => output.name).join(' and ');
    throw invalid(name, `The model has no output "${name}". It has ${names}.`);
  });
};

export const responseOutputs = (
  outputs: readonly OutputMetadata[],
  predictions: readonly Prediction[],
  { classes }: ServedSchema,
): ResponseOutput[] =>
  outputs.map(({ name, datatype, shape, parameters }) => ({
    name,
    datatype,
    shape: [predictions.length, ...shape.slice(1)],
    ...(parameters && { parameters }),
    data: dataOf(name, predictions, classes),
  }));
