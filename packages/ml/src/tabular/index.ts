/** Supervised learning on tables: train, keep, explain and predict. Pure functions; no I/O. */
export { train } from './train.ts';
export { encodeModel, decodeModel } from './artifact/artifact.ts';
export { readableModel } from './artifact/readable.ts';
export { createPredictor } from './predictor.ts';
export { createRecordExplainer } from './explain/record-explainer.ts';
export type { Explanation, FeatureContribution, RecordExplainer } from './explain/record-explainer.ts';
export type { ModelExplanation } from './explain/model-explanation.ts';
export type { ExplanationScale } from './explain/attribution.ts';
export { checkRecord, createRecordCheck } from './record.ts';
export { referenceOf } from './monitoring/reference.ts';
export type { Distribution, FeatureReference, Reference } from './monitoring/reference.ts';
export { createTally } from './monitoring/tally.ts';
export type { Tally } from './monitoring/tally.ts';
export { parameterSpecs } from './algorithms/registry.ts';
export type { ParameterSpec } from './algorithms/parameters.ts';
export { TabularError } from './errors.ts';
export type { TabularErrorCode } from './errors.ts';
export type * from './types.ts';
