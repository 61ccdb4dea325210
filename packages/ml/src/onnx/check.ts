import { fromBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type SparseTensorProto,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type TensorProto,
} from 'onnx-buf';
import { shown } from './names.ts';
import { OnnxError, refused } from './onnx-error.ts';

const standardDomains = new Set(['', 'ai.onnx', 'ai.onnx.ml']);
const mostNodes = 100_000;
const deepest = 16;

/** Bytes of an element in `raw_data`, for the types that tables and networks are made of. */
const elementBytes: Readonly<Record<number, number>> = {
  [DataType.FLOAT]: 4,
  [DataType.UINT8]: 1,
  [DataType.INT8]: 1,
  [DataType.UINT16]: 2,
  [DataType.INT16]: 2,
  [DataType.INT32]: 4,
  [DataType.INT64]: 8,
  [DataType.BOOL]: 1,
  [DataType.FLOAT16]: 2,
  [DataType.DOUBLE]: 8,
  [DataType.UINT32]: 4,
  [DataType.UINT64]: 8,
  [DataType.BFLOAT16]: 2,
};

/** A model whose graph is there. */
export type CheckedModel = ModelProto & { readonly graph: GraphProto };

/**
 * Reads a model file and refuses what must not be run: data outside of the file, operators that are no standard ones,
 * tensors that do not hold what they claim. Throws `OnnxError`.
 */
export function decodeOnnx(bytes: Uint8Array): CheckedModel {
  const model = parse(bytes);
  const { graph } = model;
  if (!graph || model.opsetImport.length === 0 || graph.output.length === 0)
    throw new OnnxError(
      'DAMAGED',
      'The file is no whole ONNX model: it has no graph, or says not which operators it uses.',
    );
  const functions = new Set(model.functions.map(({ domain, name }) => `${domain}:${name}`));
  const check = createCheck(functions);
  check.graph(graph, 0);
  for (const { attributeProto, node } of model.functions) {
    for (const standard of attributeProto) check.attribute(standard, 0);
    check.nodes(node, 0);
  }
  for (const { initialization, algorithm } of model.trainingInfo) {
    if (initialization) check.graph(initialization, 0);
    if (algorithm) check.graph(algorithm, 0);
  }
  return model as CheckedModel;
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch {
    throw new OnnxError('DAMAGED', 'The file is damaged or cut short: it is no whole ONNX model.');
  }
}

function createCheck(functions: ReadonlySet<string>) {
  let count = 0;
  const checkGraph = (graph: GraphProto, depth: number): void => {
    if (depth > deepest) throw refused(`Its graphs are nested more than ${deepest} deep.`);
    graph.initializer.forEach(checkTensor);
    graph.sparseInitializer.forEach(checkSparse);
    checkNodes(graph.node, depth);
  };
  const checkNodes = (nodes: readonly NodeProto[], depth: number): void => {
    count += nodes.length;
    if (count > mostNodes) throw refused(`It has more than ${mostNodes} operators.`);
    for (const node of nodes) {
      checkOperator(node, functions);
      for (const attribute of node.attribute) checkAttribute(attribute, depth);
    }
  };
  /** Whatever its type says: every field that could hold a tensor or a graph. */
  const checkAttribute = (attribute: AttributeProto, depth: number): void => {
    const { t, tensors, sparseTensor, sparseTensors, g, graphs } = attribute;
    [...(t ? [t] : []), ...tensors].forEach(checkTensor);
    [...(sparseTensor ? [sparseTensor] : []), ...sparseTensors].forEach(checkSparse);
    for (const inner of [...(g ? [g] : []), ...graphs]) checkGraph(inner, depth + 1);
  };
  return { graph: checkGraph, nodes: checkNodes, attribute: checkAttribute };
}

function checkOperator({ domain, opType }: NodeProto, functions: ReadonlySet<string>): void {
  if (standardDomains.has(domain) || functions.has(`${domain}:${opType}`)) return;
  throw refused(
    `It uses the operator ${shown(opType)} of ${shown(domain)}, which is no standard one. Export it with standard operators only.`,
  );
}

function checkSparse({ values, indices }: SparseTensorProto): void {
  if (values) checkTensor(values);
  if (indices) checkTensor(indices);
}

function checkTensor(tensor: TensorProto): void {
  const { name, dims, dataType, rawData, dataLocation, externalData } = tensor;
  const called = name === '' ? 'A constant' : `The tensor "${shown(name)}"`;
  if (dataLocation === DataLocation.EXTERNAL || externalData.length > 0)
    throw refused(
      `${called} keeps its data in another file. Save the model as one file (in onnx: save_as_external_data=False).`,
    );
  if (dims.some((size) => size < 0n)) throw refused(`${called} has a size below zero.`);
  const elements = dims.reduce((product, size) => product * size, 1n);
  const size = elementBytes[dataType];
  const held =
    rawData.length > 0 && size !== undefined ? BigInt(rawData.length) / BigInt(size) : heldElements(tensor);
  if (held !== undefined && held !== elements)
    throw refused(`${called} claims ${elements} values and holds ${held}.`);
}

/** Elements in the typed fields; undefined where their packing says nothing simple. */
function heldElements(tensor: TensorProto): bigint | undefined {
  const { dataType, floatData, doubleData, int64Data, int32Data, stringData, uint64Data } = tensor;
  const fields: Readonly<Record<number, { readonly length: number }>> = {
    [DataType.FLOAT]: floatData,
    [DataType.DOUBLE]: doubleData,
    [DataType.INT64]: int64Data,
    [DataType.STRING]: stringData,
  };
  const own = fields[dataType];
  if (own) return BigInt(own.length);
  const most = Math.max(int32Data.length, uint64Data.length);
  return most === 0 && tensor.rawData.length === 0 ? 0n : undefined;
}
