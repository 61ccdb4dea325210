/** A kind of model file that is not taken, and what to do about it. */
interface Foreign {
  readonly is: (head: Buffer) => boolean;
  readonly name: string;
  readonly advice: string;
}

const sklearn = 'Convert the model with skl2onnx (to_onnx) and import the .onnx file.';
const torch = 'Export the model with torch.onnx.export and import the .onnx file.';
const tensorflow = 'Convert the model with tf2onnx and import the .onnx file.';
const xgboost = 'Convert the model with onnxmltools (convert_xgboost) and import the .onnx file.';
const unsafe = 'A pickle can run any code when it is opened, so none is ever opened here.';

const starts =
  (...bytes: number[]) =>
  (head: Buffer): boolean =>
    bytes.every((byte, i) => head[i] === byte);
const text =
  (start: string) =>
  (head: Buffer): boolean =>
    head.subarray(0, start.length).toString('latin1') === start;
const holds =
  (start: (head: Buffer) => boolean, ...marks: string[]) =>
  (head: Buffer): boolean =>
    start(head) && marks.some((mark) => head.includes(mark));
const zip = starts(0x50, 0x4b, 0x03, 0x04);

/** Told by their first bytes, the narrower first. */
const foreign: readonly Foreign[] = [
  {
    is: holds(zip, 'data.pkl', 'constants.pkl', '/version'),
    name: 'a PyTorch file (.pt, a pickle in a zip)',
    advice: `${unsafe} ${torch}`,
  },
  { is: holds(zip, 'model.weights.h5', 'config.json'), name: 'a Keras file', advice: tensorflow },
  { is: zip, name: 'a zip archive', advice: 'Import the .onnx file by itself.' },
  { is: starts(0x89, 0x48, 0x44, 0x46), name: 'an HDF5 file (Keras .h5)', advice: tensorflow },
  {
    is: (head) => head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5,
    name: 'a pickle (.pkl or joblib)',
    advice: `${unsafe} ${sklearn}`,
  },
  {
    is: (head) => /^(\(?c[\w.]+\n[\w.]+\n|\([dl]p?\d)/.test(head.subarray(0, 200).toString('latin1')),
    name: 'a pickle',
    advice: `${unsafe} ${sklearn}`,
  },
  {
    is: (head) =>
      [
        [0x1f, 0x8b],
        [0x78, 0x01],
        [0x78, 0x5e],
        [0x78, 0x9c],
        [0x78, 0xda],
        [0x42, 0x5a, 0x68],
        [0xfd, 0x37, 0x7a],
        [0x28, 0xb5, 0x2f, 0xfd],
      ].some((magic) => starts(...magic)(head)),
    name: 'a compressed file (such as a joblib dump)',
    advice: `Import the .onnx file uncompressed. ${sklearn}`,
  },
  { is: holds(starts(0x08, 0x01, 0x12), 'serve'), name: 'a TensorFlow SavedModel', advice: tensorflow },
  {
    is: (head) => head.subarray(4, 8).toString('latin1') === 'TFL3',
    name: 'a TensorFlow Lite file',
    advice: tensorflow,
  },
  { is: holds(starts(0x7b), '"learner"', 'learner'), name: 'an XGBoost file', advice: xgboost },
  { is: text('binf'), name: 'an XGBoost file', advice: xgboost },
  {
    is: text('tree\nversion='),
    name: 'a LightGBM file',
    advice: 'Convert the model with onnxmltools (convert_lightgbm) and import the .onnx file.',
  },
  { is: text('CBM1'), name: 'a CatBoost file', advice: 'Save the model with format="onnx" and import that.' },
  {
    is: (head) => head[8] === 0x7b && head[7] === 0,
    name: 'a safetensors file',
    advice: `It holds weights only. ${torch}`,
  },
];

/** How much of a file it takes to tell. */
export const contentHeadBytes = 4096;

/** Why a file with these first bytes is no ONNX model, or undefined where it may be one. */
export const foreignContent = (head: Buffer): string | undefined => {
  const known = foreign.find(({ is }) => is(head));
  if (known) return `This is ${known.name}, not ONNX. ${known.advice}`;
  // A model begins with its IR version (field 1); some writers put another of its fields first.
  const field = (head[0] ?? 0) >>> 3;
  const wire = (head[0] ?? 0) & 7;
  const fits =
    field === 1 || field === 5 ? wire === 0 : [2, 3, 4, 6, 7, 8, 14, 20, 25].includes(field) && wire === 2;
  return fits ? undefined : 'This is no ONNX file. Export the model as ONNX and import that file.';
};
