import { type GraphProto, TensorProto_DataType as DataType, type ValueInfoProto } from 'onnx-buf';
import type { FeatureSchema } from '../tabular/types.ts';
import { checkNames, isKeepable, mostNames, shown, textIn } from './names.ts';
import { refused } from './onnx-error.ts';
import type { InputType, PlannedInput } from './plan.ts';

const inputTypes: Readonly<Record<number, InputType>> = {
  [DataType.FLOAT]: 'float32',
  [DataType.DOUBLE]: 'float64',
  [DataType.INT64]: 'int64',
  [DataType.INT32]: 'int32',
  [DataType.BOOL]: 'bool',
  [DataType.STRING]: 'string',
};
/** Categories of a column that are told, and their characters together; of more it is not said which there are. */
const mostCategories = 10_000;
const mostCharacters = 1_000_000;

export interface ReadInputs {
  readonly inputs: readonly PlannedInput[];
  readonly features: readonly FeatureSchema[];
  readonly oneRow: boolean;
}

/** A size that is known, or undefined. */
export function sizesOf({ type }: ValueInfoProto): readonly (number | undefined)[] | undefined {
  if (type?.value.case !== 'tensorType') return undefined;
  return type.value.value.shape?.dim.map(({ value }) =>
    value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined,
  );
}

export function elementTypeOf({ type }: ValueInfoProto): number | undefined {
  return type?.value.case === 'tensorType' ? type.value.value.elemType : undefined;
}

/**
 * The features that a graph takes: an input [rows, 1] or [rows] is one, of its name; an input of more columns is one for
 * each, named by `names` or by the input and a number. `kept`: what our own export says of them. Throws `OnnxError`.
 */
export function readInputs(
  graph: GraphProto,
  names: readonly string[] | undefined,
  kept: readonly (FeatureSchema & { input: string })[],
): ReadInputs {
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const given = graph.input.filter(({ name }) => !constants.has(name));
  if (given.length === 0) throw refused('Its graph has no input.');
  checkNames(
    given.map(({ name }) => name),
    'input',
  );
  if (names) checkNames(names, 'feature', true);
  const widths = widthsOf(given, names);
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total > mostNames) throw refused(`It takes ${total} values a row; ${mostNames} are the most.`);
  if (names && names.length !== total)
    throw refused(
      `It takes ${total} values a row, and "features" gives ${names.length} names. Give as many.`,
      'features',
    );
  const features: FeatureSchema[] = [];
  const inputs = given.map((info, i): PlannedInput => {
    const { name } = info;
    const type = inputTypes[elementTypeOf(info) ?? 0];
    if (!type)
      throw refused(`The input "${shown(name)}" takes a kind of value that rows of a table do not have.`);
    const own = kept.find((told) => told.input === name && suits(told, type));
    const columns = Array.from({ length: widths[i] }, (_, k) => {
      const called = names?.[features.length] ?? own?.name ?? (widths[i] === 1 ? name : `${name}_${k}`);
      return features.push(own ? withoutInput(own) : featureOf(graph, called, name, type)) - 1;
    });
    return { name, type, rank: sizesOf(info)?.length === 1 ? 1 : 2, features: columns };
  });
  checkNames(
    features.map(({ name }) => name),
    'feature',
  );
  return { inputs, features, oneRow: oneRowOf(given) };
}

/** How many columns each input has; one that does not say has those that are named and no other input's. */
function widthsOf(given: readonly ValueInfoProto[], names: readonly string[] | undefined): number[] {
  const known = given.map((info) => {
    const sizes = sizesOf(info);
    if (!sizes) throw refused(`The input "${shown(info.name)}" does not say what shape it takes.`);
    if (sizes.length === 1) return 1;
    if (sizes.length === 2) return sizes[1];
    throw refused(
      `The input "${shown(info.name)}" takes ${sizes.length} dimensions. Models of tables take rows and columns; images and sequences are not served from an import.`,
    );
  });
  const open = known.filter((width) => width === undefined).length;
  const rest = (names?.length ?? 0) - known.reduce((sum: number, width) => sum + (width ?? 0), 0);
  return known.map((width, i) => {
    if (width !== undefined) return width;
    if (open === 1 && rest > 0) return rest;
    throw refused(
      `The input "${shown(given[i].name)}" does not say how many columns it takes. Name them in "features".`,
      'features',
    );
  });
}

function oneRowOf(given: readonly ValueInfoProto[]): boolean {
  const counts = given.map((info) => sizesOf(info)?.[0]);
  const many = counts.find((count) => count !== undefined && count > 1);
  if (many !== undefined)
    throw refused(
      `It takes exactly ${many} rows at a time. Export it for any number of rows (in torch.onnx.export: dynamic_axes or dynamic_shapes).`,
    );
  return counts.includes(1);
}

/** Whether an input takes what a feature is told to hold. */
function suits({ kind }: FeatureSchema, type: InputType): boolean {
  if (type === 'bool') return false;
  return (type === 'string') === (kind === 'categorical' || kind === 'text');
}

function withoutInput({ input: _input, ...feature }: FeatureSchema & { input: string }): FeatureSchema {
  return feature;
}

function featureOf(graph: GraphProto, name: string, input: string, type: InputType): FeatureSchema {
  if (type === 'bool')
    return { name, kind: 'categorical', optional: false, categories: ['false', 'true'], example: 'false' };
  if (type !== 'string') return { name, kind: 'numeric', optional: false, min: 0, max: 0, example: 0 };
  const categories = categoriesOf(graph, input);
  return { name, kind: 'categorical', optional: false, categories, example: categories[0] ?? '' };
}

/** The texts that an encoder right behind the input knows. */
function categoriesOf(graph: GraphProto, input: string): string[] {
  const encoder = graph.node.find((node) => node.input.includes(input));
  const known = encoder?.attribute.find(({ name }) => name === 'cats_strings' || name === 'keys_strings');
  if (!known || known.strings.length > mostCategories) return [];
  const texts = known.strings.map(textIn);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return characters <= mostCharacters && texts.every(isKeepable) ? texts : [];
}
