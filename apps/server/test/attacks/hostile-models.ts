import { crc32, deflateSync } from 'node:zlib';
import { entry, graphOf, node, scalarInfo, tensor, valueInfo } from '@quadrax/ml/onnx';
import { addsWeights, onnxFile } from '../onnx-models.ts';

/** A pickle that runs a command as soon as it is loaded, as text (protocol 0) and in binary (protocol 4). */
export const pickleThatRuns = (command: string, protocol: 0 | 4): Buffer => {
  if (protocol === 0) return Buffer.from(`cposix\nsystem\n(S'${command}'\ntR.`);
  const short = (text: string) => Buffer.concat([Buffer.from([0x8c, text.length]), Buffer.from(text)]);
  const call = [short('posix'), short('system'), Buffer.from([0x93]), short(command)];
  return Buffer.concat([Buffer.from([0x80, 4]), ...call, Buffer.from([0x85, 0x52, 0x2e])]);
};

/** An archive of one file, stored as it is: what `torch.save` writes. */
export const zipOf = (name: string, content: Buffer): Buffer => {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt32LE(crc32(content), 14);
  head.writeUInt32LE(content.length, 18);
  head.writeUInt32LE(content.length, 22);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name), content]);
};

/** As `joblib.dump(model, file, compress=3)` writes it. */
export const joblibOf = (pickle: Buffer): Buffer => deflateSync(pickle);

/** The beginning of a file, this share of it. */
export const cutAt = (file: Uint8Array, share: number): Uint8Array =>
  file.subarray(0, Math.floor(file.length * share));

/** A file with so many bytes changed; one seed changes the same bytes to the same values. */
export const bent = (file: Uint8Array, bytes: number, seed: number): Uint8Array => {
  const changed = Uint8Array.from(file);
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let i = 0; i < bytes; i++) changed[next(file.length)] = next(256);
  return changed;
};

const pair = (name: string) => valueInfo(name, 'float', [2]);

/** A graph within a graph, so many times over. */
export const nested = (depth: number): Uint8Array => {
  const copy = (output: string) =>
    graphOf({ input: [], node: [node('Identity', ['x'], [output])], output: [pair(output)] });
  let inner = copy('innermost');
  const branch = (output: string) =>
    node('If', ['yes'], [output], { then_branch: inner, else_branch: copy('other') });
  for (let i = 1; i < depth; i++)
    inner = graphOf({ input: [], node: [branch('out')], output: [pair('out')] });
  return onnxFile({
    input: [pair('x')],
    node: [node('Cast', ['one'], ['yes'], { to: 9 }), branch('y')],
    output: [pair('y')],
    initializer: [tensor(BigInt64Array.of(1n), [], 'one')],
  });
};

/** A length as protocol buffers write it. */
const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
};

const message = (field: number, content: Buffer, length = content.length): Buffer =>
  Buffer.concat([Buffer.from([field * 8 + 2]), varint(length), content]);

const irVersion = Buffer.from([8, 8]);

/** Graphs in attributes of nodes of graphs, deeper than any reader's stack; no library would write it. */
export const bottomless = (depth: number): Buffer => {
  let graph: Buffer = Buffer.alloc(0);
  for (let i = 0; i < depth; i++) graph = message(1, message(5, message(6, graph)));
  return Buffer.concat([irVersion, message(7, graph)]);
};

/** Says that its graph has 2 GB, and ends after a hundred bytes. */
export const graphOfTwoGigabytes = (): Buffer =>
  Buffer.concat([irVersion, message(7, Buffer.alloc(100), 2 ** 31 - 1)]);

/** Weights that claim to be 2 GB, and hold nothing. */
export const weightsOfTwoGigabytes = (): Uint8Array =>
  addsWeights((weights) => {
    weights.dims = [2n ** 29n];
    weights.rawData = new Uint8Array(0);
  });

/** Sizes whose product is 0 in 64 bits. */
export const weightsThatOverflow = (): Uint8Array =>
  addsWeights((weights) => {
    weights.dims = [2n ** 62n, 4n];
    weights.rawData = new Uint8Array(0);
  });

/** Weights that are to be read from a file of the machine. */
export const weightsElsewhere = (place: string): Uint8Array =>
  addsWeights((weights) => {
    weights.externalData = [entry('location', place), entry('offset', '0'), entry('length', '8')];
    weights.rawData = new Uint8Array(0);
  });

/** Takes rows of so many values. */
export const wide = (columns: number): Uint8Array =>
  onnxFile({
    input: [valueInfo('x', 'float', [columns])],
    node: [node('Identity', ['x'], ['y'])],
    output: [valueInfo('y', 'float', [columns])],
  });

/** Fills a tensor of so many zeros on the way. */
export const fills = (values: bigint): Uint8Array =>
  onnxFile({
    input: [pair('x')],
    node: [
      node('ConstantOfShape', ['size'], ['many']),
      node('ReduceSum', ['many'], ['sum'], { keepdims: 0 }),
      node('Add', ['x', 'sum'], ['y']),
    ],
    output: [pair('y')],
    initializer: [tensor(BigInt64Array.of(values), [1], 'size')],
  });

const one = (name: string) => valueInfo(name, 'float', [1]);
/** The largest value of `x` as a whole number. */
const largest = [
  node('ReduceMax', ['x'], ['top'], { keepdims: 0 }),
  node('Cast', ['top'], ['whole'], { to: 7 }),
];

/** Goes round as often as its row says: harmless when it is tried. */
export const loopsByRow = (): Uint8Array =>
  onnxFile({
    input: [one('x')],
    node: [
      ...largest,
      node('Cast', ['one'], ['go'], { to: 9 }),
      node('Loop', ['whole', 'go', 'x'], ['y'], {
        body: graphOf({
          input: [scalarInfo('i', 'int64'), scalarInfo('on', 'bool'), one('v')],
          node: [node('Identity', ['on'], ['on_still']), node('Identity', ['v'], ['v_still'])],
          output: [scalarInfo('on_still', 'bool'), one('v_still')],
        }),
      }),
    ],
    output: [one('y')],
    initializer: [tensor(BigInt64Array.of(1n), [], 'one')],
  });

/** Takes as many floats of memory as its row says: harmless when it is tried. */
export const unfoldsByRow = (): Uint8Array =>
  onnxFile({
    input: [one('x')],
    node: [
      ...largest,
      node('Reshape', ['whole', 'flat'], ['size']),
      node('Expand', ['one', 'size'], ['many']),
      node('Exp', ['many'], ['more']),
      node('ReduceSum', ['more'], ['sum'], { keepdims: 0 }),
      node('Add', ['x', 'sum'], ['y']),
    ],
    output: [one('y')],
    initializer: [tensor(Float32Array.of(1), [1], 'one'), tensor(BigInt64Array.of(-1n), [1], 'flat')],
  });
