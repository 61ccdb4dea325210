import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type StringStringEntryProto,
  StringStringEntryProtoSchema,
  TensorProto_DataType as DataType,
  type TensorProto,
  TensorProtoSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { encodeUtf8 } from '../runtime/platform.ts';

/** What an attribute of a node may be; a number is an integer, an array of bigint a list of integers. */
export type Attribute =
  | number
  | string
  | { readonly float: number }
  | Float32Array
  | readonly string[]
  | BigInt64Array
  | TensorProto
  | GraphProto;

type Values = Float64Array | Float32Array | BigInt64Array | readonly string[];

/** ONNX's element types by the names used here. */
export const elementTypes = {
  float: DataType.FLOAT,
  double: DataType.DOUBLE,
  int64: DataType.INT64,
  string: DataType.STRING,
  bool: DataType.BOOL,
} as const;
export type ElementType = keyof typeof elementTypes;

/** A tensor of constants; `dims` are the sizes, row-major. */
export function tensor(values: Values, dims: readonly number[], name = ''): TensorProto {
  const shape = dims.map(BigInt);
  if (!ArrayBuffer.isView(values)) {
    const stringData = values.map(utf8);
    return create(TensorProtoSchema, { name, dims: shape, dataType: DataType.STRING, stringData });
  }
  const bytes = new Uint8Array(values.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return create(TensorProtoSchema, { name, dims: shape, dataType: typeOf(values), rawData: bytes });
}

/** In a buffer of its own, as messages hold them. */
function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encodeUtf8(text));
}

function typeOf(values: Exclude<Values, readonly string[]>): DataType {
  if (values instanceof Float64Array) return DataType.DOUBLE;
  return values instanceof Float32Array ? DataType.FLOAT : DataType.INT64;
}

/** Builds a graph node by node; every name it gives is new. */
export interface GraphBuilder {
  /** A graph input [rows, columns]; returns its name, changed where it is taken. */
  input(name: string, type: ElementType, columns: number): string;
  constant(values: Values, dims: readonly number[]): string;
  /** Adds a node; returns the name of its one output. */
  node(opType: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** Adds a node of `count` outputs; returns their names. */
  outputsOf(
    opType: string,
    inputs: readonly string[],
    count: number,
    attributes?: Readonly<Record<string, Attribute>>,
  ): string[];
  /**
   * Goes through matrices that have as many columns, one column after the other: `step` makes the next value of the
   * last and of a column of each, in a graph of its own, where values of the graph around are known. Returns the last.
   */
  overColumns(
    initial: string,
    matrices: readonly string[],
    type: ElementType,
    step: (graph: GraphBuilder, value: string, columns: readonly string[]) => string,
  ): string;
  /** Makes a value known as an output of the graph; `columns` absent: a list of one for each row. */
  output(name: string, value: string, type: ElementType, columns?: number): void;
  finish(name: string): GraphProto;
}

/** `reserved`: names that inputs must not take. */
export function createGraphBuilder(reserved: readonly string[]): GraphBuilder {
  return builderWith(new Set(['', ...reserved]));
}

/** `names`: those that are taken, of the graphs around it too. */
function builderWith(names: Set<string>): GraphBuilder {
  const nodes: NodeProto[] = [];
  const inputs: ValueInfoProto[] = [];
  const outputs: ValueInfoProto[] = [];
  const initializers: TensorProto[] = [];
  const fresh = (wanted: string): string => {
    let name = wanted;
    for (let i = 1; names.has(name); i++) name = `${wanted}_${i}`;
    names.add(name);
    return name;
  };
  const outputsOf: GraphBuilder['outputsOf'] = (opType, given, count, attributes = {}) => {
    const own = Array.from({ length: count }, () => fresh(`/${opType}`));
    nodes.push(node(opType, given, own, attributes));
    return own;
  };
  return {
    input(wanted, type, columns) {
      const name = fresh(wanted);
      inputs.push(valueInfo(name, type, [columns]));
      return name;
    },
    constant(values, dims) {
      const name = fresh('/constant');
      initializers.push(tensor(values, dims, name));
      return name;
    },
    outputsOf,
    node: (opType, given, attributes) => outputsOf(opType, given, 1, attributes)[0],
    overColumns(initial, matrices, type, step) {
      const inside = [initial, ...matrices].map((_, i) => fresh(i === 0 ? '/value' : '/column'));
      const [value, ...columns] = inside;
      const graph = builderWith(names);
      const next = step(graph, value, columns);
      const body = graph.finish('step');
      body.input = inside.map((name) => anyShape(name, type));
      body.output = [anyShape(next, type)];
      const axes = BigInt64Array.from(matrices, () => 1n);
      const attributes = { body, num_scan_inputs: matrices.length, scan_input_axes: axes };
      return outputsOf('Scan', [initial, ...matrices], 1, attributes)[0];
    },
    output(name, value, type, columns) {
      nodes.push(node('Identity', [value], [name]));
      outputs.push(valueInfo(name, type, columns === undefined ? [] : [columns]));
    },
    finish: (name) =>
      create(GraphProtoSchema, {
        name,
        node: nodes,
        input: inputs,
        output: outputs,
        initializer: initializers,
      }),
  };
}

const learning = new Set([
  'ArrayFeatureExtractor',
  'LabelEncoder',
  'LinearClassifier',
  'Scaler',
  'TreeEnsembleClassifier',
  'TreeEnsembleRegressor',
  'ZipMap',
]);

/** A node of the standard operators, or of `ai.onnx.ml` where the operator is one of those. */
export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    domain: learning.has(opType) ? 'ai.onnx.ml' : '',
    name: output[0] ?? '',
    input: [...input],
    output: [...output],
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });
}

function attribute(name: string, value: Attribute): AttributeProto {
  const make = (type: AttributeType, held: object): AttributeProto =>
    create(AttributeProtoSchema, { name, type, ...held });
  if (typeof value === 'number') return make(AttributeType.INT, { i: BigInt(value) });
  if (typeof value === 'string') return make(AttributeType.STRING, { s: utf8(value) });
  if (value instanceof Float32Array) return make(AttributeType.FLOATS, { floats: Array.from(value) });
  if (value instanceof BigInt64Array) return make(AttributeType.INTS, { ints: Array.from(value) });
  if (Array.isArray(value)) return make(AttributeType.STRINGS, { strings: value.map(utf8) });
  if ('float' in value) return make(AttributeType.FLOAT, { f: value.float });
  if ('initializer' in value) return make(AttributeType.GRAPH, { g: value });
  return make(AttributeType.TENSOR, { t: value });
}

/** A value of any number of rows; `rest`: the other sizes, absent ones unknown. */
export function valueInfo(
  name: string,
  type: ElementType,
  rest: readonly (number | undefined)[],
): ValueInfoProto {
  const dim = rest.map((size) =>
    size === undefined
      ? { value: { case: 'dimParam' as const, value: 'columns' } }
      : { value: { case: 'dimValue' as const, value: BigInt(size) } },
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: {
          elemType: elementTypes[type],
          shape: { dim: [{ value: { case: 'dimParam', value: 'rows' } }, ...dim] },
        },
      },
    }),
  });
}

/** A single value, as a loop counts by. */
export function scalarInfo(name: string, type: ElementType): ValueInfoProto {
  return tensorInfo(name, { elemType: elementTypes[type], shape: { dim: [] } });
}

/** A value whose shape is for the runtime to find. */
function anyShape(name: string, type: ElementType): ValueInfoProto {
  return tensorInfo(name, { elemType: elementTypes[type] });
}

function tensorInfo(name: string, value: { elemType: DataType; shape?: { dim: [] } }): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value } }),
  });
}

/** An entry of `external_data`, or of a model's metadata. */
export function entry(key: string, value: string): StringStringEntryProto {
  return create(StringStringEntryProtoSchema, { key, value });
}

/** What ZipMap gives: for each row a map from classes to floats. */
export function mapsInfo(name: string, keys: 'string' | 'int64'): ValueInfoProto {
  const valueType = create(TypeProtoSchema, {
    value: { case: 'tensorType', value: { elemType: elementTypes.float } },
  });
  const elemType = create(TypeProtoSchema, {
    value: { case: 'mapType', value: { keyType: elementTypes[keys], valueType } },
  });
  const type = create(TypeProtoSchema, { value: { case: 'sequenceType', value: { elemType } } });
  return create(ValueInfoProtoSchema, { name, type });
}

/** The parts of a graph as they are. */
export function graphOf(parts: {
  readonly node: NodeProto[];
  readonly input: ValueInfoProto[];
  readonly output: ValueInfoProto[];
  readonly initializer?: TensorProto[];
}): GraphProto {
  return create(GraphProtoSchema, { name: 'graph', ...parts });
}

/** What a model file says of itself. */
export interface ModelFacts {
  readonly producer: { readonly name: string; readonly version: string };
  readonly version: number;
  readonly doc: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Opsets that onnxruntime 1.14 and everything newer reads. */
const opsets = { '': 18n, 'ai.onnx.ml': 3n } as const;
const irVersion = 8n;

/** A graph as the bytes of an .onnx file. */
export function encodeGraph(graph: GraphProto, facts: ModelFacts): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion,
      graph,
      producerName: facts.producer.name,
      producerVersion: facts.producer.version,
      modelVersion: BigInt(facts.version),
      docString: facts.doc,
      opsetImport: Object.entries(opsets).map(([domain, version]) =>
        create(OperatorSetIdProtoSchema, { domain, version }),
      ),
      metadataProps: Object.entries(facts.metadata).map(([key, value]) => entry(key, value)),
    }),
  );
}
