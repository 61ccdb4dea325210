import {
  type GraphProto,
  type NodeProto,
  TensorProto_DataType as DataType,
  type TensorProto,
} from 'onnx-buf';
import { shown, textIn } from './names.ts';
import { refused } from './onnx-error.ts';
import type { Link } from './plan.ts';
import { elementTypeOf, sizesOf } from './read-inputs.ts';

export interface ReadOutputs {
  readonly label?: string | undefined;
  readonly scores?:
    | { readonly output: string; readonly link: Link; readonly columns?: number | undefined }
    | undefined;
  readonly value?: string | undefined;
  readonly classes: readonly string[];
  readonly warnings: readonly string[];
}

const labelTypes = new Set<number>([DataType.INT64, DataType.INT32, DataType.STRING]);
const numberTypes = new Set<number>([DataType.FLOAT, DataType.DOUBLE]);
/** Operators that only pass on what they are given. */
const passing = new Set(['Identity', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);
/** Outputs that a warning names. */
const mostTold = 10;
const classifiers = new Set(['LinearClassifier', 'TreeEnsembleClassifier', 'SVMClassifier', 'Normalizer']);

/**
 * What a graph gives, by the conventions of skl2onnx and onnxmltools (a label, and probabilities as a tensor or by
 * ZipMap) and of torch.onnx (one tensor: a value, or a score for each class). Throws `OnnxError`.
 */
export function readOutputs(graph: GraphProto): ReadOutputs {
  const zip = graph.node.find(({ opType }) => opType === 'ZipMap');
  const typed = graph.output.map((info) => ({
    name: info.name,
    type: elementTypeOf(info) ?? 0,
    columns: columnsOf(sizesOf(info)),
  }));
  const label = typed.find(({ type }) => labelTypes.has(type))?.name;
  const numbers = typed.filter(({ type }) => numberTypes.has(type));
  const named = numbers.find(({ name }) => /prob|score/i.test(name)) ?? numbers[0];
  const classes = classesOf(graph, zip);
  const zipped = zip?.input[0];
  if (zip && zipped !== undefined) {
    return { label, scores: { output: zipped, link: 'none' }, classes, warnings: [] };
  }
  if (label !== undefined) {
    const link = named && linkOf(graph, named.name, named.columns);
    const scores = named && { output: named.name, link: link ?? 'none', columns: named.columns };
    return { label, scores, classes, warnings: [] };
  }
  if (!named) throw refused('It gives neither numbers nor labels that a prediction could be made of.');
  return lonely(graph, named, classes, unusedOf(graph, named.name));
}

/** One tensor and no label: a value where it has one column that is no probability, else a score for each class. */
function lonely(
  graph: GraphProto,
  { name, columns }: { name: string; columns: number | undefined },
  classes: readonly string[],
  warnings: readonly string[],
): ReadOutputs {
  const link = linkOf(graph, name, columns);
  if (columns === 1 && link !== 'second') return { value: name, classes: [], warnings };
  const told = link ?? 'softmax';
  const note = `The output "${shown(name)}" was taken as a score for each class, made a probability by softmax.`;
  return {
    scores: { output: name, link: told, columns: told === 'second' ? 2 : columns },
    classes,
    warnings: told === 'softmax' ? [...warnings, note] : warnings,
  };
}

function columnsOf(sizes: readonly (number | undefined)[] | undefined): number | undefined {
  if (!sizes) return undefined;
  return sizes.length <= 1 ? 1 : sizes[1];
}

function unusedOf(graph: GraphProto, used: string): string[] {
  const others = graph.output.filter(({ name }) => name !== used).map(({ name }) => `"${shown(name)}"`);
  if (others.length === 0) return [];
  const more = others.length > mostTold ? ` and ${others.length - mostTold} more` : '';
  return [`These outputs are not used: ${others.slice(0, mostTold).join(', ')}${more}.`];
}

/** Undefined: nothing tells that they are probabilities. */
function linkOf(graph: GraphProto, output: string, columns: number | undefined): Link | undefined {
  const maker = makerOf(graph, output);
  if (maker?.opType === 'LogSoftmax') return 'exp';
  if (maker?.opType === 'Sigmoid' && columns === 1) return 'second';
  if (maker && (maker.opType === 'Softmax' || maker.opType === 'Sigmoid' || classifiers.has(maker.opType)))
    return 'none';
  return undefined;
}

function makerOf(graph: GraphProto, output: string): NodeProto | undefined {
  let name = output;
  for (let hops = 0; hops < 20; hops++) {
    const node = graph.node.find((one) => one.output.includes(name));
    if (!node || !passing.has(node.opType)) return node;
    name = node.input[0] ?? '';
  }
  return undefined;
}

/** The names of the classes, from whichever operator carries them. */
function classesOf(graph: GraphProto, zip: NodeProto | undefined): string[] {
  for (const node of [...(zip ? [zip] : []), ...graph.node]) {
    for (const { name, strings, ints } of node.attribute) {
      if (!name.startsWith('classlabels_')) continue;
      if (strings.length > 0) return strings.map(textIn);
      if (ints.length > 0) return ints.map(String);
    }
  }
  const picker = graph.node.find(({ opType }) => opType === 'ArrayFeatureExtractor');
  const held = graph.initializer.find(({ name }) => name === picker?.input[0]);
  return held ? textsOf(held) : [];
}

/** The values of a tensor of texts or whole numbers. */
function textsOf({ dataType, rawData, stringData, int64Data, int32Data }: TensorProto): string[] {
  if (stringData.length > 0) return stringData.map(textIn);
  if (rawData.length === 0) return int64Data.length > 0 ? int64Data.map(String) : int32Data.map(String);
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const readers: Readonly<Record<number, () => string[]>> = {
    [DataType.INT64]: () =>
      Array.from({ length: rawData.length / 8 }, (_, i) => String(view.getBigInt64(8 * i, true))),
    [DataType.INT32]: () =>
      Array.from({ length: rawData.length / 4 }, (_, i) => String(view.getInt32(4 * i, true))),
  };
  return readers[dataType]?.() ?? [];
}
