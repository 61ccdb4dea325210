import { create, toBinary } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  FunctionProtoSchema,
  ModelProtoSchema,
  SparseTensorProtoSchema,
  TrainingInfoProtoSchema,
} from 'onnx-buf';
import type { AttributeProto, GraphProto, ModelProto, SparseTensorProto, TensorProto } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { decodeOnnx } from './check.ts';
import { entry, graphOf, node, tensor, valueInfo } from './graph.ts';

const elsewhere = (): TensorProto => {
  const weights = tensor(Float32Array.of(1), [1], 'w');
  weights.externalData = [entry('location', '/etc/passwd')];
  return weights;
};

const foreign = () => {
  const own = node('Abs', ['x'], ['y']);
  own.domain = 'com.example';
  return own;
};

const whole = tensor(BigInt64Array.of(0n), [1], 'i');
const output = [valueInfo('y', 'float', [1])];
const withValues = (values = elsewhere()): SparseTensorProto =>
  create(SparseTensorProtoSchema, { values, indices: whole });
const withIndices = (indices = elsewhere()): SparseTensorProto =>
  create(SparseTensorProtoSchema, { values: whole, indices });
const graphWith = (parts: Partial<Parameters<typeof graphOf>[0]>): GraphProto =>
  graphOf({ input: [], node: [], output, ...parts });

const sparseGraph = (sparse: SparseTensorProto): GraphProto => {
  const graph = graphWith({});
  graph.sparseInitializer = [sparse];
  return graph;
};

type Held = Omit<MessageInitShape<typeof AttributeProtoSchema>, '$typeName' | '$unknown'>;
const attributeOf = (held: Held): AttributeProto => create(AttributeProtoSchema, { ...held, name: 'a' });

/** An attribute on a node, or the default of a function's. */
const onNode = (held: Held): ModelProto => {
  const carrier = node('Constant', [], ['y']);
  carrier.attribute = [attributeOf(held)];
  return modelOf(graphWith({ node: [carrier] }));
};
const byDefault = (held: Held): ModelProto => {
  const model = modelOf(graphWith({}));
  model.functions = [
    create(FunctionProtoSchema, { name: 'F', domain: 'own', attributeProto: [attributeOf(held)] }),
  ];
  return model;
};
const modelOf = (graph: GraphProto): ModelProto =>
  create(ModelProtoSchema, { irVersion: 10n, opsetImport: [{ domain: '', version: 21n }], graph });

const decode = (model: ModelProto) => () => decodeOnnx(toBinary(ModelProtoSchema, model));

const tensorFields: [string, Held][] = [
  ['t', { t: elsewhere() }],
  ['tensors', { tensors: [whole, elsewhere()] }],
  ['the values of sparse_tensor', { sparseTensor: withValues() }],
  ['the indices of sparse_tensor', { sparseTensor: withIndices() }],
  ['the values of sparse_tensors', { sparseTensors: [withValues(whole), withValues()] }],
  ['the indices of sparse_tensors', { sparseTensors: [withIndices()] }],
  ['a graph', { g: graphWith({ initializer: [elsewhere()] }) }],
  ['graphs', { graphs: [graphWith({}), sparseGraph(withIndices())] }],
];

describe('data in another file is refused', () => {
  it.each(tensorFields)('in %s of a node', (_field, held) => {
    expect(decode(onNode(held))).toThrow(/"w" keeps its data in another file/);
  });
  it.each(tensorFields)('in %s of a default of a function', (_field, held) => {
    expect(decode(byDefault(held))).toThrow(/"w" keeps its data in another file/);
  });
  it.each([
    ['values', withValues()],
    ['indices', withIndices()],
  ])('in the %s of a sparse initializer', (_field, sparse) => {
    expect(decode(modelOf(sparseGraph(sparse)))).toThrow(/"w" keeps its data in another file/);
  });
  it.each(['initialization', 'algorithm'])('in the graph of the %s of training', (field) => {
    const model = modelOf(graphWith({}));
    model.trainingInfo = [
      create(TrainingInfoProtoSchema, { [field]: graphWith({ initializer: [elsewhere()] }) }),
    ];
    expect(decode(model)).toThrow(/"w" keeps its data in another file/);
  });
});

describe("operators of somebody's own are refused", () => {
  const inside = graphWith({ node: [foreign()] });
  const nested = graphWith({ node: [node('If', ['x'], ['y'], { then_branch: inside })] });
  it.each<[string, ModelProto]>([
    ['the graph', modelOf(inside)],
    ['a graph of a node', onNode({ g: inside })],
    ['graphs of a node', onNode({ graphs: [graphWith({}), inside] })],
    ['a default of a function', byDefault({ g: inside })],
    ['defaults of a function', byDefault({ graphs: [inside] })],
    ['a graph inside the default of a function', byDefault({ g: nested })],
  ])('in %s', (_place, model) => {
    expect(decode(model)).toThrow(/operator Abs of com\.example/);
  });
  it('in a function, unless it is another function of the model', () => {
    const model = byDefault({ g: inside });
    model.functions.push(create(FunctionProtoSchema, { name: 'Abs', domain: 'com.example' }));
    expect(decode(model)).not.toThrow();
    const own = create(FunctionProtoSchema, { name: 'G', domain: 'own', node: [foreign()] });
    model.functions = [own];
    expect(decode(model)).toThrow(/operator Abs of com\.example/);
  });
});

it('what lies in the file itself passes, wherever it is', () => {
  const held = { t: whole, tensors: [whole], sparseTensor: withValues(whole), g: graphWith({}) };
  expect(decode(onNode(held))).not.toThrow();
  expect(decode(byDefault(held))).not.toThrow();
});

it('a sentence about a file holds no half of a character of its names', () => {
  const odd = node('Abs', ['x'], ['y']);
  odd.domain = `${'d'.repeat(58)}🏔\u0000${'d'.repeat(30)}`;
  const model = modelOf(graphWith({ node: [odd] }));
  expect(decode(model)).toThrow(`Abs of ${'d'.repeat(58)}…, which`);
});
