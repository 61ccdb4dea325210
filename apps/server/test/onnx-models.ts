import { encodeGraph, graphOf, mapsInfo, node, scalarInfo, tensor, valueInfo } from '@quadrax/ml/onnx';

type Parts = Parameters<typeof graphOf>[0];

/** A graph as a file of the tool that would have written it. */
export const onnxFile = (parts: Parts, producer = 'tests'): Uint8Array =>
  encodeGraph(graphOf(parts), {
    producer: { name: producer, version: '1.0' },
    version: 1,
    doc: '',
    metadata: {},
  });

const scaled = node('Scaler', ['float_input'], ['scaled'], {
  offset: Float32Array.of(5, 3),
  scale: Float32Array.of(2, 0.5),
});

/** What skl2onnx makes of a pipeline of StandardScaler and LogisticRegression on two columns. */
export const scalerAndLinear = (zipMap: boolean): Uint8Array =>
  onnxFile(
    {
      input: [valueInfo('float_input', 'float', [2])],
      node: [
        scaled,
        node('LinearClassifier', ['scaled'], ['label', 'scores'], {
          classlabels_strings: ['setosa', 'versicolor', 'virginica'],
          coefficients: Float32Array.of(1, -1, 0.5, 0.5, -1, 1),
          intercepts: Float32Array.of(0.1, 0, -0.1),
          multi_class: 1,
          post_transform: 'SOFTMAX',
        }),
        node('Identity', ['label'], ['output_label']),
        zipMap
          ? node('ZipMap', ['scores'], ['output_probability'], {
              classlabels_strings: ['setosa', 'versicolor', 'virginica'],
            })
          : node('Identity', ['scores'], ['output_probability']),
      ],
      output: [
        valueInfo('output_label', 'string', []),
        zipMap ? mapsInfo('output_probability', 'string') : valueInfo('output_probability', 'float', [3]),
      ],
    },
    'skl2onnx',
  );

/** The probabilities of `scalerAndLinear`, worked out by hand. */
export const scalerAndLinearOdds = (length: number, width: number): number[] => {
  const [a, b] = [(length - 5) * 2, (width - 3) * 0.5];
  const scores = [a - b + 0.1, 0.5 * a + 0.5 * b, -a + b - 0.1].map((score) => Math.exp(score));
  const sum = scores.reduce((total, score) => total + score, 0);
  return scores.map((score) => score / sum);
};

/** A tree that says class 7 of rows whose third column is above 2.5, else class 3, and never 9. */
export const treeClassifier = (): Uint8Array =>
  onnxFile(
    {
      input: [valueInfo('X', 'float', [undefined])],
      node: [
        node('TreeEnsembleClassifier', ['X'], ['label', 'probabilities'], {
          classlabels_int64s: BigInt64Array.of(3n, 7n, 9n),
          nodes_treeids: BigInt64Array.of(0n, 0n, 0n),
          nodes_nodeids: BigInt64Array.of(0n, 1n, 2n),
          nodes_featureids: BigInt64Array.of(2n, 0n, 0n),
          nodes_values: Float32Array.of(2.5, 0, 0),
          nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF'],
          nodes_truenodeids: BigInt64Array.of(1n, 0n, 0n),
          nodes_falsenodeids: BigInt64Array.of(2n, 0n, 0n),
          class_treeids: BigInt64Array.of(0n, 0n, 0n, 0n),
          class_nodeids: BigInt64Array.of(1n, 1n, 2n, 2n),
          class_ids: BigInt64Array.of(0n, 1n, 0n, 1n),
          class_weights: Float32Array.of(0.75, 0.25, 0.125, 0.875),
          post_transform: 'NONE',
        }),
      ],
      output: [valueInfo('label', 'int64', []), valueInfo('probabilities', 'float', [3])],
    },
    'OnnxMLTools',
  );

/** What torch.onnx makes of a perceptron: Gemm, Relu, Gemm to three scores. */
export const perceptron = (): Uint8Array =>
  onnxFile(
    {
      input: [valueInfo('input', 'float', [2])],
      node: [
        node('Gemm', ['input', 'w1', 'b1'], ['hidden'], { transB: 1 }),
        node('Relu', ['hidden'], ['active']),
        node('Gemm', ['active', 'w2', 'b2'], ['output'], { transB: 1 }),
      ],
      output: [valueInfo('output', 'float', [3])],
      initializer: [
        tensor(Float32Array.of(1, 2, -1, 1), [2, 2], 'w1'),
        tensor(Float32Array.of(0, 0.5), [2], 'b1'),
        tensor(Float32Array.of(1, 0, 0, 1, 1, 1), [3, 2], 'w2'),
        tensor(Float32Array.of(0, 1, -1), [3], 'b2'),
      ],
    },
    'pytorch',
  );

/** A loop that says of itself that it goes on, and goes so many times at most. */
export const loopOf = (most: bigint): Uint8Array =>
  onnxFile({
    input: [valueInfo('x', 'float', [2])],
    node: [
      node('Cast', ['one'], ['go'], { to: 9 }),
      node('Loop', ['most', 'go', 'x'], ['y'], {
        body: graphOf({
          input: [scalarInfo('i', 'int64'), scalarInfo('on', 'bool'), valueInfo('v', 'float', [2])],
          node: [node('Identity', ['on'], ['on_still']), node('Identity', ['v'], ['v_still'])],
          output: [scalarInfo('on_still', 'bool'), valueInfo('v_still', 'float', [2])],
        }),
      }),
    ],
    output: [valueInfo('y', 'float', [2])],
    initializer: [tensor(BigInt64Array.of(1n), [], 'one'), tensor(BigInt64Array.of(most), [], 'most')],
  });

export const endlessLoop = (): Uint8Array => loopOf(9_000_000_000_000_000_000n);

/** A few bytes that unfold to so many megabytes of ones. */
export const unfolding = (megabytes: number): Uint8Array =>
  onnxFile({
    input: [valueInfo('x', 'float', [2])],
    node: [
      node('Expand', ['one', 'size'], ['many']),
      node('Exp', ['many'], ['more']),
      node('ReduceSum', ['more'], ['sum'], { keepdims: 0 }),
      node('Add', ['x', 'sum'], ['y']),
    ],
    output: [valueInfo('y', 'float', [2])],
    initializer: [
      tensor(Float32Array.of(1), [1], 'one'),
      tensor(BigInt64Array.of(BigInt(megabytes) * 262_144n), [1], 'size'),
    ],
  });

/** An operator of somebody's own. */
export const customOperator = (): Uint8Array => {
  const own = node('Abs', ['x'], ['y']);
  own.domain = 'com.example';
  return onnxFile({
    input: [valueInfo('x', 'float', [2])],
    node: [own],
    output: [valueInfo('y', 'float', [2])],
  });
};

/** Weights that are kept in another file, or claim to be more than they are. */
export const addsWeights = (change: (weights: ReturnType<typeof tensor>) => void): Uint8Array => {
  const weights = tensor(Float32Array.of(1, 1), [2], 'w');
  change(weights);
  return onnxFile({
    input: [valueInfo('x', 'float', [2])],
    node: [node('Add', ['x', 'w'], ['y'])],
    output: [valueInfo('y', 'float', [2])],
    initializer: [weights],
  });
};

/** A network of pictures. */
export const ofPictures = (): Uint8Array =>
  onnxFile({
    input: [valueInfo('picture', 'float', [3, 8, 8])],
    node: [node('Relu', ['picture'], ['y'])],
    output: [valueInfo('y', 'float', [3, 8, 8])],
  });

/** As skl2onnx ends a classifier without ZipMap: the likeliest class is picked out of a list of them. */
export const pickedLabels = (): Uint8Array =>
  onnxFile(
    {
      input: [valueInfo('X', 'float', [2])],
      node: [
        node('Identity', ['X'], ['probabilities']),
        node('ArgMax', ['X'], ['top'], { axis: 1, keepdims: 0 }),
        node('ArrayFeatureExtractor', ['classes', 'top'], ['picked']),
        node('Reshape', ['picked', 'flat'], ['label']),
      ],
      output: [valueInfo('label', 'int64', []), valueInfo('probabilities', 'float', [2])],
      initializer: [
        tensor(BigInt64Array.of(10n, 20n), [2], 'classes'),
        tensor(BigInt64Array.of(-1n), [1], 'flat'),
      ],
    },
    'skl2onnx',
  );

/** The sum of inputs of one column each, by any names; of so many rows at a time, where a number is given. */
export const sumOf = (names: readonly string[], output = 'y', rows?: number): Uint8Array => {
  const input = names.map((name) => valueInfo(name, 'float', [1]));
  if (rows !== undefined) for (const info of input) shapeOf(info).splice(0, 1, sizeOf(rows));
  return onnxFile({
    input,
    node: [node('Sum', names, [output])],
    output: [valueInfo(output, 'float', [1])],
  });
};

/** A size that is known, as graphs say it. */
const sizeOf = (size: number) => {
  const dim = shapeOf(valueInfo('', 'float', [size]))[1];
  if (!dim) throw new Error('There is no such size.');
  return dim;
};

const shapeOf = ({ type }: ReturnType<typeof valueInfo>) =>
  type?.value.case === 'tensorType' ? (type.value.value.shape?.dim ?? []) : [];

/** Classes by any names, the likelier the larger the first of two columns. */
export const classifierOf = (classes: readonly string[]): Uint8Array =>
  onnxFile({
    input: [valueInfo('x', 'float', [2])],
    node: [
      node('LinearClassifier', ['x'], ['label', 'scores'], {
        classlabels_strings: classes,
        coefficients: Float32Array.from(classes.flatMap((_name, k) => [k, 0])),
        intercepts: new Float32Array(classes.length),
        multi_class: 1,
        post_transform: 'SOFTMAX',
      }),
    ],
    output: [valueInfo('label', 'string', []), valueInfo('scores', 'float', [classes.length])],
  });

/** A city and a whole number; an encoder that knows two cities and fails on any other. */
export const strictCities = (): Uint8Array => {
  const encoder = node('OneHotEncoder', ['city'], ['spread'], { cats_strings: ['Bern', 'Köln'], zeros: 0 });
  encoder.domain = 'ai.onnx.ml';
  return onnxFile({
    input: [
      valueInfo('size', 'float', [1]),
      valueInfo('city', 'string', [1]),
      valueInfo('rooms', 'int64', [1]),
      valueInfo('garden', 'bool', [1]),
    ],
    node: [
      encoder,
      node('Flatten', ['spread'], ['flat']),
      node('Gemm', ['flat', 'prices'], ['price']),
      node('Cast', ['rooms'], ['many'], { to: 1 }),
      node('Cast', ['garden'], ['green'], { to: 1 }),
      node('Sum', ['price', 'many', 'green', 'size'], ['value']),
    ],
    output: [valueInfo('value', 'float', [1])],
    initializer: [tensor(Float32Array.of(100, 200), [2, 1], 'prices')],
  });
};

/** Weights of a type that ONNX does not have. */
export const ofUnknownType = (): Uint8Array =>
  addsWeights((weights) => {
    weights.dataType = 99;
  });

/** Takes pairs and wants seven numbers of them. */
export const ofImpossibleShape = (): Uint8Array =>
  onnxFile({
    input: [valueInfo('x', 'float', [2])],
    node: [node('Reshape', ['x', 'seven'], ['y'])],
    output: [valueInfo('y', 'float', [2])],
    initializer: [tensor(BigInt64Array.of(7n), [1], 'seven')],
  });
