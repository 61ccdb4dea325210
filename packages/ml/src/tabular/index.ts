/** Supervised learning on tables: train, keep, explain and predict. Pure functions; no I/O. */
export { train } from './train.ts';
export { encodeModel, decodeModel } from './artifact/artifact.ts';
export { createPredictor } from './predictor.ts';
export { checkRecord } from './record.ts';
export { parameterSpecs } from './algorithms/registry.ts';
export type { ParameterSpec } from './algorithms/parameters.ts';
export { TabularError } from './errors.ts';
export type { TabularErrorCode } from './errors.ts';
export type * from './types.ts';
