/** Models as ONNX files: writing those trained here, and reading those trained elsewhere. Pure functions; no I/O. */
export { exportOnnx } from '../tabular/onnx/onnx-export.ts';
export type { ExportAbout } from '../tabular/onnx/onnx-export.ts';
export { encodeGraph, entry, graphOf, mapsInfo, node, scalarInfo, tensor, valueInfo } from './graph.ts';
export type { Attribute, ElementType, ModelFacts } from './graph.ts';
export { readOnnx, servedOnnx } from './read.ts';
export { OnnxError } from './onnx-error.ts';
export type { ImportWishes, InputType, Link, OnnxPlan, OnnxSignature, PlannedInput } from './plan.ts';
